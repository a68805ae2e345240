"""The command line of print capture: flags of `serve`, and `pos-bridge capture …`."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pos_bridge.asking import USUAL
from pos_bridge.settings import Address, StartError

_LONGEST_IDLE_S = 60.0


def add_to(serve: argparse.ArgumentParser, address: Callable[[str], Address]) -> None:
    """Add the flags of `serve`; `address` reads HOST:PORT."""
    add = serve.add_argument
    add(
        "--capture",
        type=address,
        action="append",
        default=[],
        metavar="HOST:PORT",
        help="be a receipt printer there, and read what tills print; may be repeated",
    )
    add(
        "--capture-to",
        type=address,
        action="append",
        default=[],
        metavar="HOST:PORT",
        help="pass what is printed on to this printer; the n-th belongs to the n-th --capture",
    )
    add(
        "--capture-idle",
        type=_seconds,
        default=2.0,
        metavar="SECONDS",
        help="a silence that ends a slip which is not cut (2)",
    )


def settings_of(options: argparse.Namespace) -> dict[str, Any]:
    """Return the settings that the flags make; raises StartError."""
    if len(options.capture_to) > len(options.capture):
        raise StartError("--capture-to needs a --capture of its own to take the jobs from.")
    return {
        "captures": tuple(options.capture),
        "capture_to": tuple(options.capture_to),
        "capture_idle_s": options.capture_idle,
    }


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1.0
    if not 0.1 <= seconds <= _LONGEST_IDLE_S:
        raise argparse.ArgumentTypeError(f"'{text}' is no number of seconds from 0.1 to 60")
    return seconds


def add_command(commands: Any) -> None:
    """Add `pos-bridge capture`, with what it can do."""
    top = commands.add_parser("capture", help="look at print jobs, and write a template from them")
    actions = top.add_subparsers(metavar="WHAT", required=True)
    listing = actions.add_parser("list", help="the jobs that were kept last")
    listing.add_argument("--most", type=int, default=20, metavar="N", help="so many (20)")
    show = actions.add_parser("show", help="what a job prints, and what the templates make of it")
    show.add_argument("jobs", nargs="+", metavar="JOB", help="a file, or the id of a kept job")
    learn = actions.add_parser("learn", help="propose a template from two or three jobs")
    learn.add_argument("jobs", nargs="+", metavar="JOB", help="a file, or the id of a kept job")
    check = actions.add_parser("check", help="every fault of every template")
    for parser, name in ((listing, "list"), (show, "show"), (learn, "learn"), (check, "check")):
        parser.add_argument("--data", type=Path, metavar="DIR", help="whose templates to use")
        parser.add_argument("--lang", choices=("zh", "en"), default="en")
        parser.set_defaults(run=_run, action=name)
    for parser in (listing, show, learn):
        parser.add_argument(
            "--bridge", default=USUAL, metavar="URL", help="which keeps the jobs (%(default)s)"
        )
        parser.add_argument("--token-file", type=Path, metavar="FILE", help="its secret")
    show.add_argument(
        "--picture", type=Path, metavar="FILE", help="write what it draws there, as PNG"
    )
    for parser in (show, learn):
        parser.add_argument("--encoding", default="", metavar="NAME", help="of a job's text")


def _run(options: argparse.Namespace) -> int:
    from pos_bridge.capture import tools  # the store loads only where it is looked into

    status: int = tools.run(options)
    return status
