"""A report as a table of the library that the caller has."""

from __future__ import annotations

import datetime
import importlib.util
import os
import tempfile
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, Optional, Union, overload

from ._errors import LibraryNotFoundError
from ._program import run

if TYPE_CHECKING:
    import pandas
    import polars
    import pyarrow

Time = Union[str, datetime.date, datetime.datetime]
Texts = Union[str, Sequence[str]]

# The libraries that each kind of table needs.
_LIBRARIES = {"pandas": ("pandas", "pyarrow"), "polars": ("polars",), "pyarrow": ("pyarrow",)}


@overload
def report(
    type: str,
    *,
    marketplace: Optional[Texts] = ...,
    start: Optional[Time] = ...,
    end: Optional[Time] = ...,
    profile: Optional[str] = ...,
    as_: Literal["pandas"] = ...,
    options: Optional[Mapping[str, str]] = ...,
    columns: Optional[Sequence[str]] = ...,
    rows: Optional[str] = ...,
    existing: bool = ...,
    endpoint: Optional[str] = ...,
    env: Optional[Mapping[str, str]] = ...,
    timeout: Optional[float] = ...,
) -> pandas.DataFrame: ...
@overload
def report(
    type: str,
    *,
    marketplace: Optional[Texts] = ...,
    start: Optional[Time] = ...,
    end: Optional[Time] = ...,
    profile: Optional[str] = ...,
    as_: Literal["polars"],
    options: Optional[Mapping[str, str]] = ...,
    columns: Optional[Sequence[str]] = ...,
    rows: Optional[str] = ...,
    existing: bool = ...,
    endpoint: Optional[str] = ...,
    env: Optional[Mapping[str, str]] = ...,
    timeout: Optional[float] = ...,
) -> polars.DataFrame: ...
@overload
def report(
    type: str,
    *,
    marketplace: Optional[Texts] = ...,
    start: Optional[Time] = ...,
    end: Optional[Time] = ...,
    profile: Optional[str] = ...,
    as_: Literal["pyarrow"],
    options: Optional[Mapping[str, str]] = ...,
    columns: Optional[Sequence[str]] = ...,
    rows: Optional[str] = ...,
    existing: bool = ...,
    endpoint: Optional[str] = ...,
    env: Optional[Mapping[str, str]] = ...,
    timeout: Optional[float] = ...,
) -> pyarrow.Table: ...
def report(
    type: str,
    *,
    marketplace: Optional[Texts] = None,
    start: Optional[Time] = None,
    end: Optional[Time] = None,
    profile: Optional[str] = None,
    as_: Literal["pandas", "polars", "pyarrow"] = "pandas",
    options: Optional[Mapping[str, str]] = None,
    columns: Optional[Sequence[str]] = None,
    rows: Optional[str] = None,
    existing: bool = False,
    endpoint: Optional[str] = None,
    env: Optional[Mapping[str, str]] = None,
    timeout: Optional[float] = None,
) -> Any:
    """Requests a report, waits for it, and returns its rows as a table. This can take minutes.

    ``type``: the report type, such as ``"GET_MERCHANT_LISTINGS_ALL_DATA"``; ``spapi report types`` lists them.
    ``marketplace``: a country code such as ``"JP"``, or several of one region.
    ``start``, ``end``: a day, a time with its zone, or a text such as ``"30d"``, which is that long before now.
    ``profile``: the credentials that ``spapi auth authorize`` has saved by that name.
    ``as_``: the table's library, which must be installed. For pandas its columns have pyarrow's types, because the usual
    ones would turn whole numbers and amounts into floating-point numbers.
    ``options``: options of the report type. ``columns``: only these. ``rows``: the rows to read of a report that has
    several kinds. ``existing``: read the reports that Amazon has already made, such as settlements.
    ``endpoint``: another server than Amazon's production; ``"embedded"`` is a made-up shop inside the program.
    ``env``: variables that are added to those of this process. ``timeout`` is in seconds.

    Raises ``ProgramError`` for what Amazon or the program refuses, ``LibraryNotFoundError`` before anything is sent if
    the library is not installed, and ``ValueError`` for a time without a zone.
    """
    _check_installed(as_)
    arguments = ["report", "get", "--format=parquet"]
    for option, value in [
        ("marketplace", _joined(marketplace)),
        ("from", _time("start", start)),
        ("to", _time("end", end)),
        ("profile", profile),
        ("columns", _joined(columns)),
        ("rows", rows),
        ("endpoint", endpoint),
    ]:
        if value is not None:
            arguments.append(f"--{option}={value}")
    arguments += [f"--option={name}={value}" for name, value in (options or {}).items()]
    if existing:
        arguments.append("--existing")
    with tempfile.TemporaryDirectory(prefix="spapi-") as folder:
        path = os.path.join(folder, "report.parquet")
        run([*arguments, f"--output={path}", "--", type], env=env, timeout=timeout)
        return _read(path, as_)


def _check_installed(as_: str) -> None:
    libraries = _LIBRARIES.get(as_)
    if libraries is None:
        raise ValueError(f"as_ is one of {', '.join(_LIBRARIES)}, and not {as_!r}")
    missing = [library for library in libraries if importlib.util.find_spec(library) is None]
    if missing:
        names = " and ".join(missing)
        verb = "are" if len(missing) > 1 else "is"
        raise LibraryNotFoundError(
            f"as_={as_!r} needs {names}, which {verb} not installed: run `pip install {' '.join(missing)}`"
        )


def _read(path: str, as_: str) -> Any:
    if as_ == "pandas":
        import pandas

        return pandas.read_parquet(path, engine="pyarrow", dtype_backend="pyarrow")
    if as_ == "polars":
        import polars

        return polars.read_parquet(path)
    import pyarrow.parquet

    return pyarrow.parquet.read_table(path)


def _joined(texts: Optional[Texts]) -> Optional[str]:
    return texts if texts is None or isinstance(texts, str) else ",".join(texts)


def _time(name: str, time: Optional[Time]) -> Optional[str]:
    if time is None or isinstance(time, str):
        return time
    if isinstance(time, datetime.datetime) and time.utcoffset() is None:
        raise ValueError(f"{name} has no zone: write datetime(..., tzinfo=...), or give a date")
    return time.isoformat()
