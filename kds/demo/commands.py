"""`kds demo …`: the restaurant on a Saturday evening, for people to watch and to touch."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from kds.commandline import CommandError, Commands, size

if TYPE_CHECKING:
    from kds.demo.feed import Feed

OFFSCREEN_SIZE = (1920, 1080)
OFFSCREEN_ORDERS = 24
MOST_NAMED = 20


def add_demo(commands: Commands) -> None:
    """Add `demo` to the command line."""
    demo = commands.add_parser("demo", help="a restaurant in full swing, to watch and to touch")
    add = demo.add_argument
    add("--orders", type=_count, metavar="N", help="end after so many (no end; 24 offscreen)")
    add("--speed", type=_speed, default=1.0, metavar="X", help="kitchen time, X times as fast")
    add("--orders-from", type=Path, metavar="FILE.csv", help="what guests order, from a table")
    for what in ("time", "order", "dish", "quantity"):
        add(f"--column-{what}", default="", metavar="NAME", help=f"its column with the {what}")
    add("--encoding", default="", metavar="NAME", help="of that table (found out by itself)")
    add("--cook", action="store_true", help="the cooks go on also where somebody has touched")
    add("--offscreen", action="store_true", help="without a screen; as if there were none")
    add("--shots", type=Path, metavar="DIR", help="where a picture of each moment goes")
    add("--album", type=Path, metavar="DIR", help="where the pictures of the README go")
    add("--window", type=size, metavar="WxH", help="in a window instead of fullscreen")
    add("--lang", choices=("zh", "en"), default="zh")
    add("--theme", choices=("dark", "light", "contrast"), default="dark")
    add("--json", action="store_true", help="one JSON document and nothing else on stdout")
    demo.set_defaults(run=_demo)


def _count(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 0 < int(text) <= 100_000):
        raise argparse.ArgumentTypeError(f"'{text}' is no number of orders")
    return int(text)


def _speed(text: str) -> float:
    try:
        speed = float(text)
    except ValueError:
        speed = 0.0
    if not 0.1 <= speed <= 100:
        raise argparse.ArgumentTypeError(f"'{text}' is no number from 0.1 to 100")
    return speed


def _demo(options: argparse.Namespace) -> int:
    from kds.demo.plug import PlugError
    from kds.demo.program import DemoSettings, run
    from kds.demo.tills import HttpError, TillsError
    from kds.ui.options import Options
    from kds.ui.style.colours import Theme

    offscreen = options.offscreen or not has_screen()
    if offscreen and not options.offscreen:
        print("There is no display here: the demo runs without one.", file=sys.stderr)
    settings = DemoSettings(
        look=Options(lang=options.lang, theme=Theme(options.theme)),
        orders=options.orders or (OFFSCREEN_ORDERS if offscreen else None),
        speed=options.speed,
        feed=_feed(options),
        with_cooks=options.cook,
        offscreen=offscreen,
        size=options.window or (OFFSCREEN_SIZE if offscreen else None),
        shots=_shots(options.shots, offscreen=offscreen),
        album=_folder("--album", options.album),
    )
    try:
        outcome = run(settings)
    except (PlugError, HttpError, TillsError, OSError) as error:
        raise CommandError(str(error)) from error
    print(outcome.as_json() if options.json else outcome.as_text())
    return 0 if outcome.is_well else 1


def _feed(options: argparse.Namespace) -> Feed | None:
    """Read the table that was named, and say what of it is left out."""
    if options.orders_from is None:
        return None
    from kds.demo.feed import Columns, Feed, FeedError, read_feed

    names = (getattr(options, f"column_{what}") for what in ("time", "order", "dish", "quantity"))
    try:
        orders, bad = read_feed(options.orders_from, Columns(*names), options.encoding)
    except FeedError as error:
        raise CommandError(str(error)) from error
    for row in bad[:MOST_NAMED]:
        print(f"{options.orders_from}: {row}; left out", file=sys.stderr)
    if len(bad) > MOST_NAMED:
        print(f"… and {len(bad) - MOST_NAMED} more rows left out", file=sys.stderr)
    return Feed(orders)


def has_screen() -> bool:
    """Say whether there is a screen to open a window on."""
    if sys.platform in {"win32", "darwin"}:
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def _shots(folder: Path | None, *, offscreen: bool) -> Path | None:
    """Return the folder for the pictures; offscreen there always is one."""
    import tempfile

    if folder is None and offscreen:
        return Path(tempfile.mkdtemp(prefix="kds-demo-shots-"))
    return _folder("--shots", folder)


def _folder(flag: str, folder: Path | None) -> Path | None:
    """Return a folder that is there."""
    if folder is None:
        return None
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CommandError(f"{flag} {folder} can not be made: {error.strerror}") from error
    return folder.absolute()
