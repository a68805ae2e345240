"""The command line of `pos-bridge slips`: what the printers printed and what not, and once more."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from pos_bridge.asking import USUAL, Asking


def add_slips_command(commands: Any) -> None:
    """Describe it."""
    parser = commands.add_parser(
        "slips",
        help="list what the kitchen's printers print, and print it once more",
        description="Without --again and --forget: the latest slips, the oldest first.",
    )
    add = parser.add_argument
    add("--again", nargs="+", type=int, default=[], metavar="ID", help="print these once more")
    add(
        "--forget",
        nargs="+",
        type=int,
        default=[],
        metavar="ID",
        help="these were given up: forget them",
    )
    add("--given-up", action="store_true", help="list those alone that no printer took")
    add("--most", type=int, default=20, metavar="N", help="so many (20)")
    add("--bridge", default=USUAL, metavar="URL", help="(%(default)s)")
    add("--token-file", type=Path, metavar="FILE", help="the bridge's secret")
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    """Answer 0; raises StartError where the bridge refuses or cannot be asked."""
    bridge = Asking(options.bridge, options.token_file)
    for slip in options.again:
        bridge.json("v1", "slips", str(slip), "again", method="POST")
    for slip in options.forget:
        bridge.json("v1", "slips", str(slip), method="DELETE")
    if not (options.again or options.forget):
        query = f"limit={options.most}&given_up={str(options.given_up).lower()}"
        for slip in reversed(bridge.json("v1", "slips", query=query)["slips"]):
            print(_told(slip))
    return 0


def _told(slip: dict[str, Any]) -> str:
    where = " ".join(text for text in (slip["printer"], slip["station"]) if text)
    what = ", ".join(slip["lines"])
    part = f" {slip['part']}" if slip["part"] else ""
    state = f"{slip['id']:>5}  {slip['at']}  {slip['state']:<9}"
    return f"{state}  {where}  {slip['heading']}{part}: {what}"
