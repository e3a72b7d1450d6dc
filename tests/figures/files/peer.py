"""DuckDB, which the figure of files compares with.

    peer.py convert CSV LIKE PARQUET    converts CSV to Parquet with the columns of the Parquet file LIKE; prints the milliseconds and
                                        the peak of memory in KiB
    peer.py totals PARQUET              prints the number of rows and a checksum of all cells
"""

import resource
import sys
import time

import duckdb

connection = duckdb.connect()
connection.execute("set threads = 2")
connection.execute("set timezone = 'UTC'")


def columns(like):
    return connection.execute(f"describe select * from read_parquet('{like}')").fetchall()


def convert(source, like, target):
    types = {name: kind for name, kind, *_ in columns(like)}
    start = time.monotonic()
    connection.execute(
        f"copy (select * from read_csv('{source}', header = true, columns = {types}, auto_detect = false)) "
        f"to '{target}' (format parquet, compression zstd)"
    )
    took = round((time.monotonic() - start) * 1000)
    print(took, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)


def totals(source):
    # Each cell counts with its place among the columns.
    cells = " + ".join(
        f"coalesce(hash({number}, {name})::hugeint, 0)" for number, (name, *_) in enumerate(columns(source))
    )
    print(*connection.execute(f"select count(*), sum({cells}) from read_parquet('{source}')").fetchone())


{"convert": convert, "totals": totals}[sys.argv[1]](*sys.argv[2:])
