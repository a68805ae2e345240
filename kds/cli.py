"""The command line `kds`: displays, pictures of them, benchmarks."""

from __future__ import annotations

import argparse
import json
import platform
import sys
from collections.abc import Sequence
from pathlib import Path

from kds.bench.report import Report


class CommandError(Exception):
    """The command could not be carried out; the message is for the person who typed it."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; answers the exit status: 0 well, 1 could not, 2 wrong usage."""
    options = parser().parse_args(arguments)
    try:
        status: int = options.run(options)
    except CommandError as failure:
        print(f"kds: {failure}", file=sys.stderr)
        return 1
    return status


def parser() -> argparse.ArgumentParser:
    """Describe the command line."""
    top = argparse.ArgumentParser(prog="kds", description="The kitchen's displays and their tools.")
    commands = top.add_subparsers(metavar="COMMAND", required=True)
    _add_display(commands)
    _add_shot(commands)
    bench = commands.add_parser("bench", help="measure a promise about speed on this machine")
    benches = bench.add_subparsers(metavar="NAME", required=True)
    burst = benches.add_parser("burst", help="durable orders a second over HTTP, none lost")
    _add_bench_flags(burst, orders=5000)
    burst.set_defaults(run=_burst)
    rules = benches.add_parser("rules", help="what one order costs to decide")
    _add_bench_flags(rules, orders=2000)
    rules.set_defaults(run=_rules)
    return top


def _add_display(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    display = commands.add_parser("display", help="show a view fullscreen until SIGTERM")
    _add_look_flags(display)
    add = display.add_argument
    add("--data", required=True, type=Path, metavar="DIR", help="where this screen keeps its file")
    add("--window", type=_size, metavar="WxH", help="in a window instead of fullscreen")
    add("--offscreen", action="store_true", help="without a screen")
    display.set_defaults(run=_display)


def _add_shot(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    shot = commands.add_parser("shot", help="save a picture of a view")
    _add_look_flags(shot)
    add = shot.add_argument
    add("--out", required=True, type=Path, metavar="FILE.png", help="where to save it")
    add("--size", type=_size, default=(1920, 1080), metavar="WxH", help="(1920x1080)")
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


def _size(text: str) -> tuple[int, int]:
    """Read WxH."""
    width, _, height = text.lower().partition("x")
    if not (width.isascii() and width.isdigit() and height.isascii() and height.isdigit()):
        raise argparse.ArgumentTypeError(f"'{text}' is not WxH, such as 1920x1080")
    size = int(width), int(height)
    if not all(240 <= side <= 16_384 for side in size):
        raise argparse.ArgumentTypeError(f"'{text}' is no size of a screen")
    return size


def _token(options: argparse.Namespace) -> str:
    """Return the first secret of the token file, "" without one."""
    if options.token_file is None:
        return ""
    try:
        lines = options.token_file.read_text("utf-8").split()
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"--token-file {options.token_file} can not be read: {error}") from error
    if not lines:
        raise CommandError(f"--token-file {options.token_file} is empty")
    return str(lines[0])


def _display(options: argparse.Namespace) -> int:
    from kds.app.display import DisplaySettings, run
    from kds.store import StoreError
    from kds.ui.options import Options
    from kds.ui.style.colours import Theme

    settings = DisplaySettings(
        bridges=tuple(options.bridge),
        views=tuple(options.view),
        data=options.data.absolute(),
        options=Options(lang=options.lang, theme=Theme(options.theme)),
        device=f"{platform.node()}/{'+'.join(options.view)}",
        token=_token(options),
        size=options.window or ((1920, 1080) if options.offscreen else None),
        offscreen=options.offscreen,
    )
    try:
        return run(settings)
    except (StoreError, OSError) as error:
        raise CommandError(str(error)) from error


def _shot(options: argparse.Namespace) -> int:
    from kds.app.shot import ShotError, take
    from kds.ui.options import Options
    from kds.ui.style.colours import Theme

    look = Options(lang=options.lang, theme=Theme(options.theme))
    token = _token(options)
    try:
        shot = take(options.bridge, options.view[0], options.out, look, options.size, token)
    except ShotError as error:
        raise CommandError(str(error)) from error
    print(json.dumps(shot.board, ensure_ascii=False) if options.json else shot.path)
    return 0


def _add_bench_flags(bench: argparse.ArgumentParser, orders: int) -> None:
    bench.add_argument("--json", action="store_true", help="one JSON document and nothing else")
    bench.add_argument("--orders", type=int, default=orders, metavar="N", help=f"({orders})")
    bench.add_argument("--seed", type=int, default=1, metavar="N", help="of the made-up orders")
    bench.add_argument("--rules", type=Path, metavar="DIR", help="a rule book (the hot-pot book)")


def _burst(options: argparse.Namespace) -> int:
    from kds.bench.bridge import BridgeError
    from kds.bench.burst import burst

    try:
        report = burst(options.rules or _hotpot(), options.orders, options.seed)
    except BridgeError as failure:
        raise CommandError(f"the bridge did not start: {failure}") from failure
    _print(report, options)
    return 1 if report.figures["lost"] or report.figures["doubled"] else 0


def _rules(options: argparse.Namespace) -> int:
    from kds.bench.rules import rules
    from kds.rulefiles import read_book

    compilation = read_book(options.rules or _hotpot())
    if compilation.book is None:
        raise CommandError("\n".join(str(d) for d in compilation.diagnostics))
    _print(rules(compilation.book, options.orders, options.seed), options)
    return 0


def _hotpot() -> Path:
    from kds.rulefiles import shipped_book

    return shipped_book("hotpot")


def _print(report: Report, options: argparse.Namespace) -> None:
    print(report.as_json() if options.json else report.as_text())
