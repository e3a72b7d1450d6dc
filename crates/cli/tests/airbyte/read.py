"""Reads streams twice through PyAirbyte into a DuckDB cache, and compares the cache with the messages of the program.

Arguments: the program, by the name of Airbyte's source; its configuration; a folder for its messages and the cache; and the streams. One
with a + before its name is read in the first read alone, because Amazon makes such a report only once in a while.
Prints a JSON object: how many records of each stream came in each of the two reads, and how many rows the cache has.
"""

import json
import numbers
import os
import stat
import sys
from collections import Counter, defaultdict
from pathlib import Path

os.environ["AIRBYTE_OFFLINE_MODE"] = "1"
os.environ["DO_NOT_TRACK"] = "1"

import airbyte as ab
import numpy
import pandas
from airbyte._util.name_normalizers import LowerCaseNormalizer
from airbyte.caches import DuckDBCache
from airbyte_protocol.models import AirbyteMessage


def tee(program, folder, number):
    """A program that keeps what the program writes in a file."""
    log = folder / f"messages-{number}.jsonl"
    script = folder / f"source-{number}"
    script.write_text(f'#!/bin/bash\nset -o pipefail\n"{program}" "$@" | tee -a "{log}"\n')
    script.chmod(script.stat().st_mode | stat.S_IXUSR)
    return script, log


def messages(log):
    """The messages, each checked by the models of the protocol."""
    for line in log.read_text().splitlines():
        AirbyteMessage.model_validate_json(line)
        yield json.loads(line)


def read(program, config, folder, number, streams, cache):
    script, log = tee(program, folder, number)
    source = ab.get_source("source-amazon-seller-partner", config=config, local_executable=str(script))
    source.check()
    source.select_streams(streams)
    result = source.read(cache=cache)
    records, keys, whole, lines = defaultdict(list), {}, set(), 0
    for message in messages(log):
        lines += 1
        if message["type"] == "RECORD":
            records[message["record"]["stream"]].append(message["record"]["data"])
        elif message["type"] == "CATALOG":
            for stream in message["catalog"]["streams"]:
                keys[stream["name"]] = [path[0] for path in stream.get("source_defined_primary_key", [])]
                if "incremental" not in stream["supported_sync_modes"]:
                    whole.add(stream["name"])
    assert result.processed_records == sum(map(len, records.values())), result.processed_records
    return records, keys, whole, lines


def compare(stream, records, key, cache):
    """Compares the rows of a cached stream with the records: of records with one key the last one counts."""
    if key:
        records = list({tuple(record[field] for field in key): record for record in records}.values())
    if not records:
        return 0
    frame = cache[stream].to_pandas()
    assert len(frame) == len(records), f"{stream}: {len(frame)} rows of {len(records)} records"
    fields = {name for record in records for name in record}
    columns = [(field, LowerCaseNormalizer.normalize(field)) for field in fields]
    columns = [(field, column) for field, column in columns if column in set(frame.columns)]
    for field, column in columns:
        is_time = str(frame[column].dtype).startswith("datetime")
        values = [record.get(field) for record in records]
        is_json = any(isinstance(value, (dict, list)) for value in values)
        cached = Counter(canonical(value, is_time, is_json) for value in frame[column])
        assert cached == Counter(canonical(value, is_time, False) for value in values), f"{stream}: {field}: {cached}"
    assert len(columns) > 2, f"{stream}: {columns}"
    return len(frame)


def canonical(value, is_time, is_json):
    """A value in a form that is equal for the cache and for a record."""
    if is_json and isinstance(value, str):
        value = json.loads(value)
    if isinstance(value, (dict, list)):
        return json.dumps(value, sort_keys=True)
    if value is None or value == "" or pandas.isna(value):
        return None
    if is_time:
        # The cache leaves the offset out.
        return pandas.Timestamp(value).tz_localize(None).isoformat()
    if isinstance(value, (bool, numpy.bool_)):
        return str(bool(value)).lower()
    if isinstance(value, numbers.Number):
        return round(float(value), 6)
    return str(value)


def main():
    program, config, folder, *given = sys.argv[1:]
    streams = [name.lstrip("+") for name in given]
    twice = [name for name in given if not name.startswith("+")]
    config, folder = json.loads(Path(config).read_text()), Path(folder)
    cache = DuckDBCache(db_path=str(folder / "cache.duckdb"), schema_name="main")
    first, keys, whole, lines = read(program, config, folder, 1, streams, cache)
    cached = {stream: compare(stream, first[stream], keys[stream], cache) for stream in streams}
    second, _, _, more = read(program, config, folder, 2, twice, cache)
    for stream in twice:
        # What is read again replaces all rows of a stream without a cursor, and those with its key, and is added to others.
        records = second[stream] if stream in whole else first[stream] + second[stream]
        compare(stream, records, keys[stream], cache)
    counts = {stream: [len(first[stream]), len(second[stream]), cached[stream]] for stream in streams}
    print(json.dumps({"streams": counts, "lines": lines + more}))


main()
