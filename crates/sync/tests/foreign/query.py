"""Runs the SQL of stdin with DuckDB, and prints the rows of the last statement as lines of JSON, with each cell as text.

The database of SQLite that the first argument names, if any, is attached as `sqlite`."""

import json
import os
import sys

import duckdb
import duckdb_extension_sqlite_scanner

connection = duckdb.connect()
connection.execute("set timezone = 'UTC'")
if len(sys.argv) > 1:
    folder = os.path.dirname(duckdb_extension_sqlite_scanner.__file__)
    connection.execute(f"load '{folder}/extensions/v{duckdb.__version__}/sqlite_scanner.duckdb_extension'")
    connection.execute(f"attach '{sys.argv[1]}' as sqlite (type sqlite, read_only)")
for row in connection.execute(sys.stdin.read()).fetchall():
    print(json.dumps([None if cell is None else str(cell) for cell in row], ensure_ascii=False))
