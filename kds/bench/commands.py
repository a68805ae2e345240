"""`kds bench …`: one subcommand for each promise about speed."""

from __future__ import annotations

import argparse
from pathlib import Path

from kds.bench.report import Report
from kds.commandline import CommandError, Commands


def add_bench(commands: Commands) -> None:
    """Add `bench` and its subcommands to the command line."""
    bench = commands.add_parser("bench", help="measure a promise about speed on this machine")
    benches = bench.add_subparsers(metavar="NAME", required=True)
    burst = benches.add_parser("burst", help="durable orders a second over HTTP, none lost")
    _add_flags(burst, orders=5000)
    burst.set_defaults(run=_burst)
    rules = benches.add_parser("rules", help="what one order costs to decide")
    _add_flags(rules, orders=2000)
    rules.set_defaults(run=_rules)


def _add_flags(bench: argparse.ArgumentParser, orders: int) -> None:
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
