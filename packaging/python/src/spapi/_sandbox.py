"""A made-up shop that answers as Amazon does, for tests."""

from __future__ import annotations

import shlex
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Optional

from ._errors import ProgramError
from ._program import Argument, Said, start, stop

# The last line with which the sandbox introduces itself.
_READY = "Ctrl-C ends it."


@dataclass(frozen=True)
class Sandbox:
    """A sandbox that serves.

    ``url`` is the endpoint for a client, and Login with Amazon is at ``url + "/auth/o2/token"``. ``environment`` has the
    variables with which ``spapi`` and the functions of this package call it. Its credentials are not secret.
    """

    url: str
    environment: Mapping[str, str]


@contextmanager
def sandbox(
    *,
    region: Optional[str] = None,
    seed: Optional[int] = None,
    orders: Optional[int] = None,
    limits: Optional[str] = None,
    arguments: Sequence[Argument] = (),
) -> Iterator[Sandbox]:
    """Serves a made-up shop at a free port of this machine until the block ends.

    ``region``: ``"na"``, ``"eu"`` or ``"fe"``, which is the usual one. ``seed``: the same seed gives the same orders.
    ``orders``: how many the shop has. ``limits``: ``"off"`` for tests that are not about quotas. ``arguments``: others
    of ``spapi sandbox serve``, whose help explains them.

    Raises ``ProgramError`` if it cannot start.
    """
    command: list[Argument] = ["sandbox", "serve", "--port=0"]
    for option, value in [("region", region), ("seed", seed), ("orders", orders), ("limits", limits)]:
        if value is not None:
            command.append(f"--{option}={value}")
    said = Said()
    process, reader = start([*command, *arguments], stdin=subprocess.DEVNULL, env=None, on_line=said.hear)
    try:
        environment = _introduction(process)
        if environment is None:
            reader.join()
            said.check(process.wait())
            raise ProgramError(0, "the sandbox has ended before it served")
        yield Sandbox(environment["SPAPI_ENDPOINT"], environment)
    finally:
        stop(process)
        if process.stdout is not None:
            process.stdout.close()


def _introduction(process: subprocess.Popen[bytes]) -> Optional[dict[str, str]]:
    """Reads the variables that the sandbox prints. ``None`` if it ends instead."""
    # Empty ones are as good as none, and hide those of the user, which would come before them.
    environment = {"SPAPI_CREDENTIALS": "", "SPAPI_PROFILE": ""}
    assert process.stdout is not None
    for line in process.stdout:
        text = line.decode().strip()
        if text == _READY:
            return environment
        if text.startswith("export "):
            for assignment in shlex.split(text)[1:]:
                name, _, value = assignment.partition("=")
                environment[name] = value
    return None
