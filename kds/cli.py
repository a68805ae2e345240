"""The command line `kds`: displays, pictures of them, the tools for rule books, benchmarks."""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
from collections.abc import Sequence
from pathlib import Path

from kds.admin.commands import add_rules
from kds.admin.live_commands import add_why
from kds.bench.commands import add_bench
from kds.commandline import CommandError, Commands, size, token
from kds.demo.commands import add_demo


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; answers the exit status: 0 well, 1 could not, 2 wrong usage."""
    options = parser().parse_args(arguments)
    try:
        status: int = options.run(options)
    except CommandError as failure:
        print(f"kds: {failure}", file=sys.stderr)
        return 1
    except BrokenPipeError:  # the reader of our output went away, as `| head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    return status


def parser() -> argparse.ArgumentParser:
    """Describe the command line."""
    top = argparse.ArgumentParser(prog="kds", description="The kitchen's displays and their tools.")
    commands = top.add_subparsers(metavar="COMMAND", required=True)
    _add_display(commands)
    _add_shot(commands)
    add_rules(commands)
    add_why(commands)
    add_bench(commands)
    add_demo(commands)
    return top


def _add_display(commands: Commands) -> None:
    display = commands.add_parser("display", help="show a view fullscreen until SIGTERM")
    _add_look_flags(display)
    add = display.add_argument
    add("--data", required=True, type=Path, metavar="DIR", help="where this screen keeps its file")
    add("--window", type=size, metavar="WxH", help="in a window instead of fullscreen")
    add("--offscreen", action="store_true", help="without a screen")
    add("--report-frames", action="store_true", help="say on stdout what each frame shows")
    heard = display.add_mutually_exclusive_group()
    heard.add_argument("--mute", action="store_true", help="without any sound")
    heard.add_argument(
        "--speak",
        action="append",
        metavar="VIEW",
        help="what its loudspeaker speaks for, may repeat (the views it shows)",
    )
    add("--hands", action="store_true", help="touch what stdin says; to measure and to rehearse")
    display.set_defaults(run=_display)


def _add_shot(commands: Commands) -> None:
    shot = commands.add_parser("shot", help="save a picture of a view")
    _add_look_flags(shot)
    add = shot.add_argument
    add("--out", required=True, type=Path, metavar="FILE.png", help="where to save it")
    add("--size", type=size, default=(1920, 1080), metavar="WxH", help="(1920x1080)")
    add("--json", action="store_true", help="print the board that the picture shows")
    shot.set_defaults(run=_shot)


def _add_look_flags(command: argparse.ArgumentParser) -> None:
    add = command.add_argument
    add("--bridge", required=True, action="append", metavar="ws://HOST:PORT", help="may repeat")
    add(
        "--view",
        required=True,
        action="append",
        metavar="VIEW",
        help="a station, expo, pickup, all",
    )
    add("--lang", choices=("zh", "en"), default="zh")
    add("--theme", choices=("dark", "light", "contrast"), default="dark")
    add("--token-file", type=Path, metavar="FILE", help="the bridge's secret text")


def _display(options: argparse.Namespace) -> int:
    from kds.app.display import DisplaySettings, run
    from kds.lock import TakenError
    from kds.store.errors import StoreError
    from kds.ui.options import Options
    from kds.ui.style.colours import Theme

    settings = DisplaySettings(
        bridges=tuple(options.bridge),
        views=tuple(options.view),
        data=options.data.absolute(),
        options=Options(lang=options.lang, theme=Theme(options.theme)),
        device=f"{platform.node()}/{'+'.join(options.view)}",
        token=token(options.token_file),
        size=options.window or ((1920, 1080) if options.offscreen else None),
        offscreen=options.offscreen,
        reports_frames=options.report_frames,
        speaks_for=() if options.mute else tuple(options.speak or options.view),
        has_hands=options.hands,
    )
    try:
        return run(settings)
    except (StoreError, TakenError, OSError) as error:
        raise CommandError(str(error)) from error


def _shot(options: argparse.Namespace) -> int:
    from kds.app.shot import ShotError, take
    from kds.ui.options import Options
    from kds.ui.style.colours import Theme

    look = Options(lang=options.lang, theme=Theme(options.theme))
    secret = token(options.token_file)
    try:
        shot = take(options.bridge, options.view[0], options.out, look, options.size, secret)
    except ShotError as error:
        raise CommandError(str(error)) from error
    print(json.dumps(shot.board, ensure_ascii=False) if options.json else shot.path)
    return 0
