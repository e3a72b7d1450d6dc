"""The program: where it is, and how it is run."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from importlib import metadata
from pathlib import Path
from typing import IO, Optional, Union

from ._errors import ProgramError, ProgramNotFoundError

_NAME = "spapi.exe" if sys.platform == "win32" else "spapi"
_LOG = logging.getLogger("spapi")
# How long the program may take to end after it was asked to.
_PATIENCE = 10.0

Argument = Union[str, "os.PathLike[str]"]


def program() -> str:
    """The path of the program.

    Raises ``ProgramNotFoundError`` if it is not where the installation has put it.
    """
    # `pip install --target` puts it there, and records another place.
    beside = Path(__file__).parent.parent / "bin" / _NAME
    for path in [beside, *_recorded()]:
        if path.is_file():
            return str(path)
    raise ProgramNotFoundError(
        f"the program {_NAME} is missing from this installation: run `pip install --force-reinstall spapi`"
    )


def _recorded() -> list[Path]:
    """Where the installation says that it has put the program."""
    try:
        files = metadata.files("spapi") or []
    except metadata.PackageNotFoundError:
        return []
    return [Path(str(file.locate())) for file in files if file.name == _NAME]


def start(
    arguments: Sequence[Argument], *, stdin: int, env: Optional[Mapping[str, str]], on_line: Callable[[str], None]
) -> tuple[subprocess.Popen[bytes], threading.Thread]:
    """Starts the program, and a thread that gives each line of its stderr to ``on_line``."""
    process = subprocess.Popen(
        [program(), *arguments],
        stdin=stdin,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, **(env or {})},
    )
    stderr, process.stderr = process.stderr, None
    assert stderr is not None
    reader = threading.Thread(target=_read_lines, args=(stderr, on_line), daemon=True)
    reader.start()
    return process, reader


def _read_lines(stderr: IO[bytes], on_line: Callable[[str], None]) -> None:
    with stderr:
        for line in stderr:
            on_line(line.decode("utf-8", "replace").rstrip("\r\n"))


def stop(process: subprocess.Popen[bytes]) -> None:
    """Asks the program to end, and ends it if it does not."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
    process.wait()


def run(
    arguments: Sequence[Argument],
    *,
    input: Optional[str] = None,
    env: Optional[Mapping[str, str]] = None,
    timeout: Optional[float] = None,
) -> str:
    """Runs the program with these arguments, and returns what it writes to stdout.

    ``input`` is what the program reads from stdin, which is empty without it. ``env`` has variables that are added to
    those of this process. ``timeout`` is in seconds. Notes and warnings go to the logger ``spapi`` as they come.

    Raises ``ProgramError`` if the program ends with another exit code than 0, ``ProgramNotFoundError`` if it is missing,
    ``subprocess.TimeoutExpired`` after ``timeout``, and ``ValueError`` if the output is not UTF-8, as in a document of
    Amazon's in another charset: write that into a file with ``--output``.
    """
    if isinstance(arguments, (str, bytes)):
        raise TypeError('arguments is a list of texts, such as ["orders", "list"], and not one text')
    said = Said()
    stdin = subprocess.DEVNULL if input is None else subprocess.PIPE
    process, reader = start(arguments, stdin=stdin, env=env, on_line=said.hear)
    try:
        output, _ = process.communicate(None if input is None else input.encode(), timeout)
    except subprocess.TimeoutExpired:
        stop(process)
        # Its own text has all arguments, in which there may be personal data.
        raise subprocess.TimeoutExpired("spapi", timeout or 0) from None
    except BaseException:
        stop(process)
        raise
    finally:
        if process.stdout is not None:
            process.stdout.close()
    reader.join()
    said.check(process.returncode)
    try:
        return output.decode()
    except UnicodeDecodeError:
        raise ValueError("the output is not UTF-8: write it into a file with --output FILE") from None


class Said:
    """What the program writes to stderr: notes and warnings for the log, and the error for the caller."""

    def __init__(self) -> None:
        self._error: list[str] = []

    def hear(self, line: str) -> None:
        if self._error or line.startswith("error: "):
            self._error.append(line)
        elif line.startswith("warning: "):
            _LOG.warning("%s", line[len("warning: ") :])
        elif line.startswith("note: "):
            _LOG.info("%s", line[len("note: ") :])
        else:
            _LOG.debug("%s", line)

    def check(self, exit_code: int) -> None:
        """Raises ``ProgramError`` for another code than 0."""
        if exit_code != 0:
            message = "\n".join(self._error)[len("error: ") :].strip()
            raise ProgramError(exit_code, message or "the program has ended without a message")
