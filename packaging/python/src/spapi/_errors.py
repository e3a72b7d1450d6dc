"""The errors of this package."""

from __future__ import annotations


class Error(Exception):
    """What all errors of this package have in common."""


class ProgramError(Error):
    """The program has ended with another exit code than 0.

    ``exit_code`` is the code: 2 for a wrong argument, 3 for missing or refused credentials, 4 for a quota that is used
    up; ``spapi --help`` lists them all. It is negative if a signal has ended the program. ``message`` is what the program
    wrote, with the next step if it knows one. Neither holds the arguments, a secret or a token.
    """

    def __init__(self, exit_code: int, message: str) -> None:
        super().__init__(exit_code, message)
        self.exit_code = exit_code
        self.message = message

    def __str__(self) -> str:
        return f"{self.message} (exit code {self.exit_code})"


class ProgramNotFoundError(Error):
    """The program is not where the installation has put it."""


class LibraryNotFoundError(Error, ImportError):
    """A library that is to read the rows is not installed."""
