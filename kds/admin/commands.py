"""`kds rules …`: one subcommand for each thing that an admin does with a rule book."""

from __future__ import annotations

import argparse
import contextlib
import time
from pathlib import Path
from typing import TYPE_CHECKING

from kds.admin.flags import add_bridge, add_folder, add_output, bridge_of
from kds.admin.live_commands import add_live
from kds.admin.output import FAULTS, SOUND, say
from kds.commandline import CommandError, Commands

if TYPE_CHECKING:
    from kds.rulebook.book import Book

_BOOKS = ("full_service", "hotpot", "fast_food")
_SERVICES = ("dine_in", "takeaway", "delivery", "pickup", "drive_thru")
_CHANNELS = (
    *("qr", "kiosk", "tablet", "counter", "waiter", "phone", "delivery"),
    *("group_buy", "preorder", "other"),
)


def add_rules(commands: Commands) -> None:
    """Add `rules` and its subcommands to the command line."""
    rules = commands.add_parser("rules", help="check, test, explain and publish a rule book")
    parts = rules.add_subparsers(metavar="WHAT", required=True)
    _add_check(parts)
    _add_test(parts)
    _add_show(parts)
    _add_explain(parts)
    _add_new(parts)
    _add_schema(parts)
    _add_unmatched(parts)
    add_live(parts)


def _add_check(parts: Commands) -> None:
    check = parts.add_parser("check", help="every fault of every file: file:line:col: message")
    add_folder(check)
    check.set_defaults(run=_check)


def _check(options: argparse.Namespace) -> int:
    from kds.admin.check import check

    report = check(options.directory)
    say(report.as_json(), report.as_text(options.lang), options)
    return FAULTS if report.diagnostics else SOUND


def _add_test(parts: Commands) -> None:
    test = parts.add_parser("test", help="play the cases: expected beside found")
    add_folder(test)
    test.add_argument("--watch", action="store_true", help="again after every save, until Ctrl-C")
    test.set_defaults(run=_test)


def _test(options: argparse.Namespace) -> int:
    from kds.admin import testing

    def tell(tested: testing.Tested) -> None:
        say(tested.as_json(), tested.as_text(options.lang), options)

    if options.watch:
        with contextlib.suppress(KeyboardInterrupt):
            testing.watch(options.directory, tell)
        return SOUND
    tested = testing.play_all(options.directory)
    tell(tested)
    return SOUND if tested.is_well else FAULTS


def _book(options: argparse.Namespace) -> Book:
    """Return the sound book of the folder; raises `CommandError` with its faults."""
    from kds.rulefiles import read_book

    reading = read_book(options.directory)
    if reading.book is None:
        faults = "\n".join(found.text(options.lang) for found in reading.diagnostics)
        raise CommandError(f"this book may not run:\n{faults}")
    return reading.book


# --- show and explain ----------------------------------------------------------------------


def _add_show(parts: Commands) -> None:
    show = parts.add_parser("show", help="the book as sentences, or which way each dish goes")
    add_folder(show)
    show.add_argument("--tree", action="store_true", help="by station")
    show.add_argument("--menu", type=Path, metavar="FILE", help="a menu as CSV or JSON")
    show.set_defaults(run=_show)


def _show(options: argparse.Namespace) -> int:
    from kds.admin.menus import read_menu
    from kds.admin.routes import routes
    from kds.admin.sentences import Teller

    book = _book(options)
    teller = Teller(book, options.lang)
    if options.menu is not None:
        found = routes(book, read_menu(options.menu))
        text = "\n".join(route.as_text(teller, options.lang) for route in found)
        say([route.as_json() for route in found], text, options)
        return SOUND
    lines = list(teller.tree() if options.tree else teller.sentences())
    say({"hash": book.hash, "lines": lines}, "\n".join(lines), options)
    return SOUND


def _add_explain(parts: Commands) -> None:
    explain = parts.add_parser("explain", help="what is tried on each line of an order, and why")
    add_folder(explain)
    add_bridge(explain)
    add = explain.add_argument
    add("--order", metavar="FILE|SOURCE/ID", help="a file, or with --bridge a live order")
    add("--name", default="", metavar="DISH", help="one dish instead of an order")
    add("--category", default="", metavar="TEXT")
    add("--item", default="", metavar="ID", help="the till's id of the dish")
    add("--tag", action="append", default=[], metavar="TEXT", help="may repeat")
    add("--modifier", action="append", default=[], metavar="TEXT", help="may repeat")
    add("--service", choices=_SERVICES, default="dine_in")
    add("--channel", choices=_CHANNELS, default="other")
    add("--table", default="", metavar="TEXT")
    add("--zone", default="", metavar="TEXT")
    add("--member", default="", metavar="TIER")
    explain.set_defaults(run=_explain)


def _explain(options: argparse.Namespace) -> int:
    from kds.admin.explain import explain
    from kds.admin.orders import asked
    from kds.admin.sentences import Teller
    from kds.kitchen.ids import Instant

    order = asked(options, bridge_of(options) if options.bridge else None)
    book = _book(options)
    teller = Teller(book, options.lang)
    found = explain(book, order.fields, order.lines, Instant(time.time_ns() // 1_000_000))
    lines = [line for one in found for line in one.as_text(teller, options.lang)]
    say([one.as_json() for one in found], "\n".join(lines), options)
    return SOUND


# --- beginning and completing a book ---------------------------------------------------------


def _add_new(parts: Commands) -> None:
    new = parts.add_parser("new", help="a folder to start from")
    new.add_argument("directory", type=Path, metavar="DIR", help="new or empty")
    new.add_argument("--from", dest="book", choices=_BOOKS, default=_BOOKS[0])
    add_output(new)
    new.set_defaults(run=_new)


def _new(options: argparse.Namespace) -> int:
    from kds.admin.beginnings import begin

    made = [str(path) for path in begin(options.directory, options.book, options.lang)]
    say({"made": made}, "\n".join(made), options)
    return SOUND


def _add_schema(parts: Commands) -> None:
    schema = parts.add_parser("schema", help="the JSON Schema of rule files, for editors")
    schema.add_argument("--cases", action="store_true", help="of case files instead")
    add_output(schema)
    schema.set_defaults(run=_schema)


def _schema(options: argparse.Namespace) -> int:
    from kds.cases.jsonschema import cases_schema
    from kds.rulebook.jsonschema import rules_schema

    options.json = True
    schema = cases_schema if options.cases else rules_schema
    say(schema(options.lang), "", options)
    return SOUND


def _add_unmatched(parts: Commands) -> None:
    unmatched = parts.add_parser("unmatched", help="YAML to paste for dishes that no entry takes")
    add_folder(unmatched)
    unmatched.add_argument("--menu", type=Path, metavar="FILE", help="a menu as CSV or JSON")
    add_bridge(unmatched)
    unmatched.set_defaults(run=_unmatched)


def _unmatched(options: argparse.Namespace) -> int:
    from kds.admin.menus import read_menu
    from kds.admin.ordered import ordered_dishes
    from kds.admin.routes import routes, unmatched_yaml

    if options.menu is not None:
        dishes = read_menu(options.menu)
    elif options.bridge:
        dishes = ordered_dishes(bridge_of(options))
    else:
        raise CommandError("say --menu FILE, or --bridge URL for what was ordered lately")
    book = _book(options)
    found = routes(book, dishes)
    lost = [route.as_json() for route in found if not route.is_matched]
    none = "每道菜都有去处。" if options.lang == "zh" else "An entry takes every dish."
    say(lost, unmatched_yaml(book, found, options.lang) or f"# {none}", options)
    return FAULTS if lost else SOUND
