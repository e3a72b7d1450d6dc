"""DuckDB, which the figures of Parquet compare with.

    peer.py convert GZIP PARQUET    converts a report to Parquet; prints the milliseconds and the peak of memory in KiB
    peer.py measure COMMAND...      runs a command; prints the same two numbers
    peer.py totals PARQUET          prints the number of rows, two sums, and a checksum of all cells
"""

import resource
import subprocess
import sys
import time

COLUMNS = {
    "amazon-order-id": "VARCHAR",
    "merchant-order-id": "VARCHAR",
    "purchase-date": "TIMESTAMPTZ",
    "last-updated-date": "TIMESTAMPTZ",
    "order-status": "VARCHAR",
    "fulfillment-channel": "VARCHAR",
    "sales-channel": "VARCHAR",
    "product-name": "VARCHAR",
    "sku": "VARCHAR",
    "asin": "VARCHAR",
    "item-status": "VARCHAR",
    "quantity": "BIGINT",
    "currency": "VARCHAR",
    "item-price": "DECIMAL(38, 10)",
    "item-tax": "DECIMAL(38, 10)",
    "ship-city": "VARCHAR",
    "ship-state": "VARCHAR",
    "ship-postal-code": "VARCHAR",
    "ship-country": "VARCHAR",
    "promotion-ids": "VARCHAR",
}


def connection():
    import duckdb

    connection = duckdb.connect()
    connection.execute("set threads = 2")
    connection.execute("set timezone = 'UTC'")
    return connection


def convert(source, target):
    duckdb = connection()
    start = time.monotonic()
    duckdb.execute(
        f"copy (select * from read_csv('{source}', delim = '\t', quote = '', escape = '', header = true, "
        f"columns = {COLUMNS}, compression = 'gzip', auto_detect = false)) "
        f"to '{target}' (format parquet, compression zstd)"
    )
    report(start, resource.RUSAGE_SELF)


def measure(*command):
    start = time.monotonic()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    report(start, resource.RUSAGE_CHILDREN)


def report(start, whose):
    print(int((time.monotonic() - start) * 1000), resource.getrusage(whose).ru_maxrss)


def totals(file):
    names = ", ".join(f'"{name}"::{kind}' for name, kind in COLUMNS.items())
    sums = 'count(*), sum("quantity"), sum("item-price")'
    print(*connection().execute(f"select {sums}, sum(hash({names})) from '{file}'").fetchone())


{"convert": convert, "measure": measure, "totals": totals}[sys.argv[1]](*sys.argv[2:])
