"""The command line of `pos-bridge send`."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import Any


def add_send_command(commands: Any) -> None:
    """Describe it."""
    parser = commands.add_parser(
        "send",
        help="give orders to a bridge, now or as soon as it answers",
        description="Keeps orders on disk and delivers them. Ends with 0 when all are delivered, "
        "1 when one was refused, 3 when some still wait (they go out with the next `send`).",
    )
    add = parser.add_argument
    add(
        "file",
        nargs="?",
        metavar="FILE",
        help="one order as JSON, a list, or one a line; - for standard input, sent line by line; "
        "absent: deliver what waits",
    )
    add("--bridge", default="http://127.0.0.1:8480", metavar="URL")
    add("--spool", type=Path, default=_usual_spool(), metavar="DIR", help="(%(default)s)")
    add("--token-file", type=Path, metavar="FILE", help="its first line is sent as bearer token")
    add("--wait", type=float, metavar="S", help="wait no longer than that for the bridge")
    add("--json", action="store_true", help="say what became of each order as a line of JSON")
    add(
        "--report-tries",
        action="store_true",
        help="with --json: a line, too, for each order that is safe and for each try",
    )
    parser.set_defaults(run=_send)


def _usual_spool() -> Path:
    state = os.environ.get("XDG_STATE_HOME") or "~/.local/state"
    return Path(state).expanduser() / "pos-bridge" / "spool"


def _send(options: argparse.Namespace) -> int:
    from pos_bridge.client import sending

    return sending.run(options)
