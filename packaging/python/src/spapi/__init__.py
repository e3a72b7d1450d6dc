"""Amazon's Selling Partner API, by the program ``spapi`` that this package brings along.

    import spapi

    orders = spapi.report("GET_FLAT_FILE_ALL_ORDERS_DATA_BY_ORDER_DATE_GENERAL", marketplace="JP", start="30d")

Without an account, ``endpoint="embedded"`` calls a made-up shop, and ``spapi.sandbox()`` serves it to tests.
"""

from ._errors import Error, LibraryNotFoundError, ProgramError, ProgramNotFoundError
from ._program import program, run
from ._report import report
from ._sandbox import Sandbox, sandbox

__all__ = [
    "Error",
    "LibraryNotFoundError",
    "ProgramError",
    "ProgramNotFoundError",
    "Sandbox",
    "program",
    "report",
    "run",
    "sandbox",
]
