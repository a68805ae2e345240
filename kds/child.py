"""How a module of ours is started as a program of its own: one way for all."""

from __future__ import annotations

import os
import sys


def command_of(module: str) -> tuple[str, ...]:
    """Return the command that runs `module`, whatever lies in the folder it is called in."""
    return (sys.executable, "-P", "-m", module)


def environment() -> dict[str, str]:
    """Return an environment with our own modules and no others, wherever this was called."""
    return {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
