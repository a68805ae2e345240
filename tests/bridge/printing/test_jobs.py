"""Which slips are due: what is new for a station, ready or void, and nothing twice."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from kds.kitchen.commands import CommandKind
from kds.kitchen.events import Cause, Event
from kds.kitchen.ids import EventId, LineId, StationId
from kds.kitchen.messages import LineContent, LineState, Modifier, ModifierKind, Service
from kds.kitchen.order_facts import VisitRestored
from kds.kitchen.state import Kitchen
from kds.rulebook.book import Book
from kds.rulebook.compile import compile_book
from kds.rulebook.slips import Slip
from kds.rulebook.slips_due import MOST_LABELS
from pos_bridge.printing.jobs import print_jobs
from pos_bridge.printing.slips import slip_of
from tests.unit.rulebook.house import House

TEXT = """\
book: {id: b, name: B}
stations: [{id: prep, name: Prep}, {id: wok, name: Wok}, {id: bar, name: Bar}]
menu:
  - {id: set, class: set, match: {name: set}, cook: nothing, spells_out: ["ribs [hot]", cola x2]}
  - {id: chain, class: chain, match: {category: chain}, cook: prep -> wok}
  - {id: hot, class: dish, match: {category: hot}, cook: wok}
  - {id: fries, class: side, match: {name_has: fries}, cook: bar, route_modifier: yes}
  - {id: cola, class: drink, match: {name: cola}, cook: bar}
printers:
  - {id: kitchen, name: Kitchen, address: 10.0.0.1}
  - {id: pass, name: Pass, address: 10.0.0.2}
rules:
  - {id: slips, mechanism: print, name: Slips, on: [routed, void], slip: station, printer: kitchen,
     lang: en}
  - {id: whole, mechanism: print, name: Whole, on: routed, slip: pass, printer: pass,
     when: {service: takeaway}}
  - {id: cups, mechanism: print, name: Cups, on: ready, slip: label, printer: pass, class: drink}
"""


def book(text: str = TEXT) -> Book:
    made = compile_book({"f.yaml": text})
    assert made.book is not None, made.diagnostics
    return made.book


BOOK = book()


class Office(House):
    """A house that notes the slips of whatever happens."""

    def __init__(self) -> None:
        super().__init__(BOOK)
        self.slips: list[Slip] = []

    def _keep(self, decision: Any) -> None:
        before = self.kitchen
        super()._keep(decision)
        made = print_jobs(before, self.kitchen, decision.events, self.book, self.now)
        self.slips = [slip_of(row) for row in made]
        assert len({row.id for row in made}) == len(made)

    def told(self) -> list[tuple[str, str, list[str]]]:
        """Return rule, station and dishes of the latest slips."""
        return [
            (s.rule, s.station.en, [f"{line.count} {line.name}" for line in s.lines])
            for s in self.slips
        ]


def line(line_id: str, category: str, quantity: str = "1", **more: Any) -> LineContent:
    name = more.pop("name", f"dish {line_id}")
    return LineContent(LineId(line_id), name, Decimal(quantity), category=category, **more)


def test_each_station_gets_its_own_dishes_on_one_slip() -> None:
    office = Office()
    office.order([line("a", "hot", "2"), line("b", "hot"), line("c", "", name="cola")])
    assert office.told() == [
        ("slips", "Wok", ["2 dish a", "1 dish b"]),
        ("slips", "Bar", ["1 cola"]),
    ]
    assert office.slips[0].heading == "8"


def test_of_an_amendment_only_what_it_changes_is_printed() -> None:
    office = Office()
    office.order([line("a", "hot", "2"), line("b", "hot")])
    office.order([line("a", "hot", "3")])
    assert office.told() == [("slips", "Wok", ["1 dish a"]), ("slips", "Wok", ["1 dish b"])]
    assert [slip.on.value for slip in office.slips] == ["routed", "void"]


def test_the_second_station_is_told_when_the_first_is_done() -> None:
    office = Office()
    office.order([line("a", "chain")])
    assert office.told() == [("slips", "Prep", ["1 dish a"])]
    office.act(CommandKind.BUMP, "a", view="prep")
    assert office.told() == [("slips", "Wok", ["1 dish a"])]
    office.act(CommandKind.BUMP, "a", view="wok")
    assert office.told() == []


def test_what_is_held_is_printed_when_it_is_fired() -> None:
    office = Office()
    office.order([line("a", "hot", state=LineState.HELD)])
    assert office.told() == []
    office.act(CommandKind.FIRE, "a")
    assert office.told() == [("slips", "Wok", ["1 dish a"])]


def test_a_dish_that_no_entry_takes_is_printed_all_the_same() -> None:
    office = Office()
    office.order([line("x", "unheard of")])
    assert office.told() == [("slips", "No station", ["1 dish x"])]


def test_the_dishes_of_a_set_are_on_their_stations_slips() -> None:
    office = Office()
    office.order([line("s", "", "2", name="set")])
    assert office.told() == [("slips", "Wok", ["2 ribs"]), ("slips", "Bar", ["4 cola"])]
    assert {of.of for slip in office.slips for of in slip.lines} == {"set"}


def test_a_side_names_the_dish_that_it_goes_with() -> None:
    """Who fries sees no burger, and must know to which one the fries go."""
    office = Office()
    sides = (Modifier("side of fries"),)
    office.order([line("b", "hot", "2", name="burger", modifiers=sides), line("a", "hot")])
    (fries,) = next(s.lines for s in office.slips if s.station.en == "Bar")
    assert (fries.count, fries.name, fries.of) == ("2", "side of fries", "burger")


def test_a_label_for_each_portion_that_is_ready_of_its_class() -> None:
    office = Office()
    office.order([line("c", "", "3", name="cola"), line("a", "hot")])
    office.act(CommandKind.BUMP, "c", view="bar", portions=Decimal(2))
    assert [(s.part, s.lines[0].count) for s in office.slips] == [("1/2", "1"), ("2/2", "1")]
    office.act(CommandKind.BUMP, "a", view="wok")
    assert office.told() == []
    office.order([line("c", "", str(MOST_LABELS * 9), name="cola"), line("a", "hot")])
    office.act(CommandKind.BUMP, "c", view="bar")
    assert len(office.slips) == 1


def test_a_slip_for_all_where_the_rule_is_for_the_order() -> None:
    office = Office()
    office.order([line("a", "hot")], service=Service.TAKEAWAY, table="", number="77")
    assert [(s.rule, s.heading, s.facts) for s in office.slips] == [
        ("slips", "77", ("Takeaway",)),
        ("whole", "77", ("打包",)),
    ]


def test_a_folded_station_prints_under_the_name_of_who_works_for_it() -> None:
    office = Office()
    office.act(
        CommandKind.FOLD, station=StationId("bar"), into_station=StationId("wok"), order_id="1"
    )
    office.order([line("a", "hot"), line("c", "", name="cola")])
    assert office.told() == [("slips", "Wok", ["1 dish a", "1 cola"])]


def test_what_the_guest_must_not_eat_stands_first() -> None:
    office = Office()
    nuts = Modifier("nuts", ModifierKind.ALLERGY)
    mods = (Modifier("hot"), Modifier("extra", ModifierKind.ADD, Decimal(2)), nuts)
    office.order([line("a", "hot", modifiers=mods, note="well done", seat="3")])
    (dish,) = office.slips[0].lines
    assert dish.remarks == ("!! nuts", "hot", "+ extra ×2", "well done")
    assert dish.seat == "3"


def test_what_comes_back_from_the_archive_is_not_printed_again() -> None:
    office = Office()
    office.order([line("a", "hot")])
    order, visit = office.kitchen.orders[office.key("1")], office.visit("1")
    back = VisitRestored(office.kitchen.visits[visit], (order,))
    event = Event(EventId("r"), office.now, Cause.POS, back)
    assert print_jobs(Kitchen(), office.kitchen, [event], BOOK, office.now) == []


@pytest.mark.parametrize("kind", [CommandKind.RUSH, CommandKind.MOVE_TABLE, CommandKind.START])
def test_what_brings_no_portions_prints_nothing(kind: CommandKind) -> None:
    office = Office()
    office.order([line("a", "hot")])
    office.act(kind, None if kind is CommandKind.MOVE_TABLE else "a", table="9")
    assert office.told() == []
