"""Compares the records of Airbyte's own source 4.6.4 with those of `spapi airbyte read`, stream by stream, on one sandbox.

    tests/airbyte/install
    cargo build -p spapi-cli
    python3 tests/airbyte/compare.py

prints a table in Markdown and keeps what each source wrote below tests/airbyte/out. Rows are compared as parsed JSON, and each as
often as it comes. --only theirs reads with Airbyte's source alone, and a later run with --only ours reads with ours and compares.
"""

import argparse
import collections
import contextlib
import datetime
import json
import shutil
from pathlib import Path

from sandbox import HERE, ROOT, Read, Sandbox, configured, discovered, ours, theirs


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--spapi", type=Path, default=ROOT / "target/debug/spapi")
    parser.add_argument("--out", type=Path, default=HERE / "out")
    parser.add_argument("--region", action="append", choices=["US", "JP", "DE"], help="default: US and JP")
    parser.add_argument("--stream", action="append", help="default: all of its catalog")
    parser.add_argument("--days", type=int, default=40, help="how many days before today the range begins")
    parser.add_argument("--limit", type=float, default=120, help="the most seconds for a stream and a source")
    parser.add_argument("--only", choices=["theirs", "ours", "table"], help="read with one source, or compare what was read")
    parser.add_argument("--fresh", action="store_true", help="forget the shop and all that was read")
    parser.add_argument("--missing", action="store_true", help="read only what was not read yet")
    options = parser.parse_args()
    made = options.out / "made"
    if options.fresh:
        shutil.rmtree(options.out, ignore_errors=True)
    options.out.mkdir(parents=True, exist_ok=True)
    # A later run reads the same range of the same shop.
    if not made.exists():
        made.write_text(datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d"))
    today = datetime.datetime.strptime(made.read_text(), "%Y-%m-%d")
    moment = lambda days: (today - datetime.timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ")
    # Each source has a shop of its own, because a report that one has requested makes the other wait. They have the same orders.
    shops = {who: options.out / f"shop-{who}" for who in ("theirs", "ours")}
    if not all(shop.exists() for shop in shops.values()):
        with Sandbox(options.spapi, options.out, "--keep", shops["theirs"]):
            pass
        shutil.copytree(shops["theirs"], shops["ours"], dirs_exist_ok=True)
    commands = {"theirs": theirs(), "ours": ours(options.spapi)}
    with contextlib.ExitStack() as open_until_the_end:
        sandboxes = {}
        for who, shop in shops.items():
            (options.out / who).mkdir(exist_ok=True)
            sandboxes[who] = open_until_the_end.enter_context(Sandbox(options.spapi, options.out / who, "--keep", shop))
        for region in options.region or ["US", "JP"]:
            folder = options.out / region
            environment = {who: sandbox.environment(region) for who, sandbox in sandboxes.items()}
            seller = sandboxes["theirs"].config(region, "Seller", moment(options.days), moment(1), period_in_days=90)
            streams = discovered(commands["theirs"], environment["theirs"], folder / "theirs", seller)
            print(f"\n{region}: {len(streams)} streams in the catalog of 4.6.4\n")
            print("| stream | rows of 4.6.4 | ours | equal | fields that differ, in how many rows | 4.6.4 | ours |")
            print("| --- | --- | --- | --- | --- | --- | --- |", flush=True)
            for stream in streams:
                name = stream["name"]
                if options.stream and name not in options.stream:
                    continue
                config = seller | {"account_type": "Vendor" if name.startswith(("Vendor", "GET_VENDOR")) else "Seller"}
                read = {}
                for who, command in commands.items():
                    is_kept = options.missing and (folder / who / f"{name}.said.json").exists()
                    if options.only in (None, who) and not is_kept:
                        made = Read(command, environment[who], folder / who, config, configured(stream), options.limit)
                        keep(folder / who, name, made)
                    read[who] = kept(folder / who, name)
                print(row(name, read["theirs"], read["ours"]), flush=True)


def keep(folder, name, read):
    """Keeps the records of a stream, a line of JSON each, and what the source said."""
    with open(folder / f"{name}.jsonl", "w", encoding="utf-8") as file:
        file.writelines(json.dumps(record, ensure_ascii=False) + "\n" for record in read.records.get(name, []))
    said = {
        "exit": read.exit,
        "is_over": read.is_over,
        "seconds": round(read.seconds, 1),
        "status": read.statuses.get(name),
        "errors": [error[:2000] for error in read.errors[:20]],
        "last_state": read.states[-1] if read.states else None,
        "lines_that_are_not_json": read.not_json,
    }
    (folder / f"{name}.said.json").write_text(json.dumps(said, indent=1, ensure_ascii=False), encoding="utf-8")


def kept(folder, name):
    """The records of a stream and what the source said. None if it was not read."""
    if not (folder / f"{name}.said.json").exists():
        return None
    lines = (folder / f"{name}.jsonl").read_text(encoding="utf-8").split("\n")
    return [json.loads(line) for line in lines if line], json.loads((folder / f"{name}.said.json").read_text(encoding="utf-8"))


def row(name, theirs, ours):
    cells = [name, str(len(theirs[0])) if theirs else "", str(len(ours[0])) if ours else ""]
    if theirs and ours:
        equal, fields = difference(theirs[0], ours[0])
        cells += [str(equal), ", ".join(f"{field}: {count}" for field, count in fields.most_common(8))]
    else:
        cells += ["", ""]
    cells += [word(said[1]) if said else "" for said in (theirs, ours)]
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"


def word(said):
    if not said["is_over"]:
        return f"not over after {said['seconds']:.0f} s"
    error = said["errors"][0][:140] if said["errors"] and (said["exit"] or said["status"] != "COMPLETE") else ""
    return f"{said['status']}, exit {said['exit']}" + (f": {error}" if error else "")


def plain(value):
    """A value in which 4.0 is 4, as they are the same number in JSON."""
    if isinstance(value, dict):
        return {name: plain(part) for name, part in value.items()}
    if isinstance(value, list):
        return [plain(part) for part in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def difference(theirs, ours):
    """How many rows are equal, and in how many of the other rows which fields differ. Those are paired by what they share."""
    text = lambda record: json.dumps(plain(record), sort_keys=True, ensure_ascii=False)
    left, right = (collections.Counter(map(text, records)) for records in (theirs, ours))
    equal = sum((left & right).values())
    left, right = ([json.loads(line) for line in (one - other).elements()] for one, other in ((left, right), (right, left)))
    fields = collections.Counter()
    # A row of the other source that has most values in common, found by the values that are rare.
    by_value = collections.defaultdict(list)
    for index, record in enumerate(right):
        for value in record.items():
            by_value[text(value)].append(index)
    free = set(range(len(right)))
    for record in left:
        score = collections.Counter()
        for value in record.items():
            fitting = by_value.get(text(value), [])
            if 0 < len(fitting) <= 200:
                score.update({index: 1 / len(fitting) for index in fitting if index in free})
        if not score:
            fields["(no row like it in ours)"] += 1
            continue
        best = score.most_common(1)[0][0]
        free.discard(best)
        other = right[best]
        fields.update(name for name in record.keys() | other.keys() if record.get(name, other) != other.get(name, record))
    if free:
        fields["(no row like it in theirs)"] += len(free)
    return equal, fields


main()
