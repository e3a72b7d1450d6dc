"""The same by Python's jsonschema: `peer.py FOLDER`. Prints as `figures-validate measure` does."""

import json
import statistics
import sys
import time
from pathlib import Path

from jsonschema import Draft201909Validator, ValidationError, validators

LIMITS = ("maxUniqueItems", "minUniqueItems", "maxUtf8ByteLength", "minUtf8ByteLength")


def groups(schema, items):
    sizes = {}
    names = schema.get("selectors") or None
    for item in items:
        if isinstance(item, dict):
            key = json.dumps({name: item[name] for name in (names or item) if name in item}, sort_keys=True)
            sizes[key] = sizes.get(key, 0) + 1
    return sizes


def most(validator, limit, instance, schema):
    if isinstance(instance, list) and any(size > limit for size in groups(schema, instance).values()):
        yield ValidationError("too many with equal selectors")


def fewest(validator, limit, instance, schema):
    if isinstance(instance, list) and len(groups(schema, instance)) < limit:
        yield ValidationError("too few")


def longest(validator, limit, instance, schema):
    if isinstance(instance, str) and len(instance.encode()) > limit:
        yield ValidationError("too long")


def shortest(validator, limit, instance, schema):
    if isinstance(instance, str) and len(instance.encode()) < limit:
        yield ValidationError("too short")


def micros(start):
    return (time.process_time() - start) * 1e6


folder = Path(sys.argv[1])
schema = json.loads((folder / "schema.json").read_text())
Validator = validators.extend(Draft201909Validator, dict(zip(LIMITS, (most, fewest, longest, shortest))))
compiled = []
for _ in range(9):
    start = time.process_time()
    validator = Validator(schema, format_checker=Draft201909Validator.FORMAT_CHECKER)
    compiled.append(micros(start))
answer = [statistics.median(compiled)]
numbers = []
for name in ("valid.json", "faulty.json"):
    listings = json.loads((folder / name).read_text())
    times = []
    valid = 0
    for listing in listings:
        start = time.process_time()
        errors = list(validator.iter_errors(listing))
        times.append(micros(start))
        valid += not errors
    answer.append(statistics.median(times))
    numbers.append(valid)
print(*(f"{time:.1f}" for time in answer), *numbers)
