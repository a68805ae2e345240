"""`kds bench …`: one subcommand for each promise about speed."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

from kds.bench.report import Report
from kds.commandline import CommandError, Commands

TWO_PAGES = 20
"""Tickets of the benches' kitchen that surely need a second page."""


def add_bench(commands: Commands) -> None:
    """Add `bench` and its subcommands to the command line."""
    bench = commands.add_parser("bench", help="measure a promise about speed on this machine")
    benches = bench.add_subparsers(metavar="NAME", required=True)
    burst = benches.add_parser("burst", help="durable orders a second over HTTP, none lost")
    _add_flags(burst, orders=5000)
    burst.set_defaults(run=_burst)
    rules = benches.add_parser("rules", help="what one order costs to decide")
    _add_flags(rules, orders=2000)
    rules.add_argument(
        "--many", type=_many, metavar="N", help="12-line orders under a book of N made-up rules"
    )
    rules.add_argument(
        "--passing", type=_many, metavar="N", help="half an hour that passes over N open tickets"
    )
    rules.set_defaults(run=_rules)
    glass = benches.add_parser("glass", help="from an order sent to the frame that shows it")
    _add_flags(glass, orders=300, has_book=False)
    _add_tickets(glass)
    glass.set_defaults(run=_glass)
    idle = benches.add_parser("idle", help="what a wall costs while nothing happens")
    _add_flags(idle, has_book=False)
    _add_tickets(idle)
    idle.add_argument("--seconds", type=int, default=60, metavar="S", help="(60)")
    idle.set_defaults(run=_idle)
    wall = benches.add_parser("wall", help="what the display itself takes for a frame")
    _add_flags(wall, orders=300, has_book=False)
    _add_tickets(wall)
    wall.set_defaults(run=_wall)
    adopt = benches.add_parser("adopt", help="how long a wall stands still for other rules")
    _add_flags(adopt, has_book=False)
    _add_tickets(adopt)
    adopt.add_argument("--many", type=_many, default=500, metavar="N", help="rules more (500)")
    adopt.set_defaults(run=_adopt)
    restart = benches.add_parser("restart", help="from a kill until bridge and wall are back")
    _add_flags(restart, orders=5000)
    restart.add_argument("--repeats", type=int, default=5, metavar="N", help="starts (5)")
    restart.add_argument("--closed", type=int, metavar="N", help="so many past orders instead")
    restart.set_defaults(run=_restart)


def _add_tickets(bench: argparse.ArgumentParser) -> None:
    add = bench.add_argument
    add("--tickets", type=_tickets, default=500, metavar="N", help="open ones (500)")
    add("--offscreen", action="store_true", help="even where there is a screen")


def _tickets(text: str) -> int:
    """Read a number of tickets; raises `ArgumentTypeError` where they would not fill two pages."""
    if not (text.isascii() and text.isdigit() and int(text) >= TWO_PAGES):
        raise argparse.ArgumentTypeError(f"'{text}' is no number from {TWO_PAGES} on")
    return int(text)


def _many(text: str) -> int:
    """Read a number of rules; raises `ArgumentTypeError` where they would make no kitchen."""
    if not (text.isascii() and text.isdigit() and 6 <= int(text) <= 1000):
        raise argparse.ArgumentTypeError(f"'{text}' is no number from 6 to 1000")
    return int(text)


def _add_flags(bench: argparse.ArgumentParser, orders: int = 0, *, has_book: bool = True) -> None:
    bench.add_argument("--json", action="store_true", help="one JSON document and nothing else")
    if orders:
        bench.add_argument("--orders", type=int, default=orders, metavar="N", help=f"({orders})")
    bench.add_argument("--seed", type=int, default=1, metavar="N", help="of the made-up orders")
    if has_book:
        bench.add_argument(
            "--rules", type=Path, metavar="DIR", help="a rule book (the hot-pot book)"
        )


def _burst(options: argparse.Namespace) -> int:
    from kds.bench.burst import burst

    report = _measured(lambda: burst(options.rules or _hotpot(), options.orders, options.seed))
    _print(report, options)
    return 1 if report.figures["lost"] or report.figures["doubled"] else 0


def _rules(options: argparse.Namespace) -> int:
    from kds.bench.passing import passing
    from kds.bench.rules import many_rules, rules
    from kds.rulefiles import read_book

    if options.many is not None:
        _print(many_rules(options.many, options.orders, options.seed), options)
        return 0
    compilation = read_book(options.rules or _hotpot())
    if compilation.book is None:
        raise CommandError("\n".join(str(d) for d in compilation.diagnostics))
    if options.passing is not None:
        _print(passing(compilation.book, options.passing, options.seed), options)
        return 0
    _print(rules(compilation.book, options.orders, options.seed), options)
    return 0


def _glass(options: argparse.Namespace) -> int:
    from kds.bench.glass import glass

    report = _measured(
        lambda: glass(options.tickets, options.orders, options.seed, _screen(options))
    )
    _print(report, options)
    return 1 if report.figures["unseen"] else 0


def _idle(options: argparse.Namespace) -> int:
    from kds.bench.idle import idle

    where = _screen(options)
    _print(_measured(lambda: idle(options.tickets, options.seconds, options.seed, where)), options)
    return 0


def _wall(options: argparse.Namespace) -> int:
    from kds.bench.wall import wall

    _print(wall(options.tickets, options.orders, options.seed, _screen(options)), options)
    return 0


def _adopt(options: argparse.Namespace) -> int:
    from kds.bench.adopt import adopt

    where = _screen(options)
    _print(_measured(lambda: adopt(options.tickets, options.many, options.seed, where)), options)
    return 0


def _measured(bench: Callable[[], Report]) -> Report:
    """Return what a bench with real programs found; raises `CommandError` where one failed."""
    from kds.bench.bridge import BridgeError
    from kds.bench.display import DisplayError

    try:
        return bench()
    except BridgeError as failure:
        raise CommandError(f"the bridge did not start: {failure}") from failure
    except DisplayError as failure:
        raise CommandError(f"the display failed: {failure}") from failure


def _screen(options: argparse.Namespace) -> str:
    from kds.bench.display import OFFSCREEN, any_screen

    return OFFSCREEN if options.offscreen else any_screen()


def _restart(options: argparse.Namespace) -> int:
    from kds.bench.restart import after_closed, restart

    book, repeats, seed = options.rules or _hotpot(), options.repeats, options.seed
    if options.closed is None:
        report = _measured(lambda: restart(book, options.orders, repeats, seed))
    else:
        report = _measured(lambda: after_closed(book, options.closed, repeats, seed))
    _print(report, options)
    return 0


def _hotpot() -> Path:
    from kds.rulefiles import shipped_book

    return shipped_book("hotpot")


def _print(report: Report, options: argparse.Namespace) -> None:
    print(report.as_json() if options.json else report.as_text())
