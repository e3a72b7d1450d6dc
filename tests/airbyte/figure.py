"""Measures Airbyte's own source 4.6.4 and `spapi airbyte read`: five streams of many rows to JSON lines on stdout.

    tests/airbyte/install
    cargo build --release -p spapi-cli
    python3 tests/airbyte/figure.py

One sandbox without limits serves both, in turn, and each has a shop of its own with the same orders. The figures are wall time and
peak of resident memory of the process that reads. Airbyte's source runs without its waits (see source.py), so the ratio is what its
work costs; with them it takes at least five seconds more for each report. It sends no report options, so the number of rows is that
of the shop's orders.
"""

import argparse
import datetime
import json
import statistics
import tempfile
from pathlib import Path

from sandbox import HERE, ROOT, Read, Sandbox, configured, discovered, ours, theirs

STREAMS = [
    "GET_FLAT_FILE_ALL_ORDERS_DATA_BY_ORDER_DATE_GENERAL",
    "GET_FLAT_FILE_ALL_ORDERS_DATA_BY_LAST_UPDATE_GENERAL",
    "GET_FLAT_FILE_ARCHIVED_ORDERS_DATA_BY_ORDER_DATE",
    "GET_AMAZON_FULFILLED_SHIPMENTS_DATA_GENERAL",
    "GET_LEDGER_DETAIL_VIEW_DATA",
]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--spapi", type=Path, default=ROOT / "target/release/spapi")
    parser.add_argument("--orders", type=int, default=100_000, help="orders of the shop, of the last 45 days")
    parser.add_argument("--runs", type=int, default=1)
    parser.add_argument("--limit", type=float, default=1800, help="the most seconds of a run")
    parser.add_argument("--days", type=int, default=29, help="so few that a report has one slice")
    options = parser.parse_args()
    commands = {"theirs": theirs(), "ours": ours(options.spapi)}
    runs = {who: [] for who in commands}
    for _ in range(options.runs):
        for who, command in commands.items():
            # A temporary folder for each: a report that was requested a moment ago makes a source wait.
            with tempfile.TemporaryDirectory(dir=HERE) as folder:
                runs[who].append(measured(command, Path(folder), options))
    print("| | rows | wall, s | peak MiB | rows a second |")
    print("| --- | --- | --- | --- | --- |")
    for who, name in [("theirs", "Airbyte's source 4.6.4, without its waits"), ("ours", "spapi airbyte read")]:
        seconds = statistics.median(read.seconds for read in runs[who])
        peak = max(read.peak_mib for read in runs[who])
        rows = count(runs[who][0])
        print(f"| {name} | {rows} | {seconds:.1f} | {peak:.0f} | {rows / seconds:.0f} |")
    ratio = lambda value: value("theirs") / value("ours")
    times = ratio(lambda who: statistics.median(read.seconds for read in runs[who]))
    memory = ratio(lambda who: max(read.peak_mib for read in runs[who]))
    print(f"\nOurs is {times:.1f} times as fast and needs 1/{memory:.1f} of the memory.")
    for who in commands:
        counts = {name: runs[who][0].counts.get(name, 0) for name in STREAMS}
        print(f"{who}: {json.dumps(counts)}")


def measured(command, folder, options):
    with Sandbox(options.spapi, folder, "--orders", str(options.orders)) as sandbox:
        today = datetime.datetime.now(datetime.timezone.utc).replace(hour=0, minute=0, second=0, microsecond=0)
        moment = lambda days: (today - datetime.timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ")
        config = sandbox.config("US", "Seller", moment(options.days), moment(1), period_in_days=90)
        environment = sandbox.environment("US")
        streams = {one["name"]: one for one in discovered(theirs(), environment, folder, config)}
        catalog = {"streams": [configured(streams[name])["streams"][0] for name in STREAMS]}
        read = Read(command, environment, folder, config, catalog, options.limit, keeps_rows=False)
        if not read.is_over or read.exit:
            raise SystemExit(f"{command}: exit {read.exit} after {read.seconds:.0f} s: {read.errors[:1]}")
        return read


def count(read):
    return sum(read.counts.values())


main()
