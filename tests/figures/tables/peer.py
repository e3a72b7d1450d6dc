"""Python's sqlite3, which the figure of SQLite compares with.

    peer.py FILE STREAM KEY...   reads all rows of the stream's table into memory, and writes them with executemany, in one transaction,
                                 into a new file: into a table with the same columns and primary key. Then both tables must be equal.
                                 Prints the milliseconds of executemany with the commit, and the rows
"""

import sqlite3
import sys
import time

file, stream, *key = sys.argv[1:]
quoted = lambda name: '"' + name.replace('"', '""') + '"'
ours = sqlite3.connect(f"file:{file}?mode=ro", uri=True)
columns = [(name, kind) for _, name, kind, *_ in ours.execute(f"pragma table_info({quoted(stream)})")]
rows = ours.execute(f"select * from {quoted(stream)}").fetchall()
theirs = sqlite3.connect(f"{file}.theirs", isolation_level=None)
# The settings of our own file, so that both sync to the disk alike.
theirs.execute(f"pragma journal_mode = {ours.execute('pragma journal_mode').fetchone()[0]}")
theirs.execute("pragma synchronous = full")
definitions = [f"{quoted(name)} {kind}" for name, kind in columns]
theirs.execute(f"create table {quoted(stream)} ({', '.join(definitions)}, primary key ({', '.join(map(quoted, key))}))")
began = time.monotonic()
theirs.execute("begin immediate")
theirs.executemany(f"insert into {quoted(stream)} values ({', '.join('?' * len(columns))})", rows)
theirs.execute("commit")
took = round((time.monotonic() - began) * 1000)
theirs.execute("attach ? as ours", (file,))
for one, other in [("main", "ours"), ("ours", "main")]:
    differ = f"select count(*) from (select * from {one}.{quoted(stream)} except select * from {other}.{quoted(stream)})"
    assert theirs.execute(differ).fetchone() == (0,)
print(took, len(rows))
