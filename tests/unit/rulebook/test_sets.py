"""What a book makes of one line: sets, sets inside, sides; and what stands under another book."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from kds.kitchen.commands import CommandKind
from kds.kitchen.decide import record
from kds.kitchen.ids import LineId
from kds.kitchen.messages import Channel, LineContent, Modifier, OrderFields, Payment
from kds.kitchen.orders import SetPart
from kds.kitchen.portions import PortionState
from kds.rulebook.adoption import adoption, changes
from kds.rulebook.book import Book
from kds.rulebook.compile import compile_book
from tests.unit.rulebook.house import House

TEXT = """\
book: {id: b, name: B}
stations: [{id: cut, name: C}, {id: fry, name: F}, {id: bar, name: B}]
menu:
  - id: two
    class: set
    match: {name: set for two}
    when: {channel: group_buy}
    cook: nothing
    spells_out: [{name: {zh: 毛肚, en: tripe}, item: t1}, cola x2]
  - {id: four, class: set, match: {name: set for four}, cook: nothing,
     spells_out: [set for two x2, cola]}
  - {id: whole, class: dish, match: {name: set for two}, cook: cut}
  - {id: tripe, class: plate, match: [{item: t1}, {name: tripe}], cook: cut}
  - {id: fries, class: side, match: {name_has: fries}, cook: fry, route_modifier: yes}
  - {id: cola, class: drink, match: {name: cola}, cook: bar, preplated: yes}
"""


def book(*changed: tuple[str, str]) -> Book:
    text = TEXT
    for old, new in changed:
        assert old in text
        text = text.replace(old, new)
    made = compile_book({"f.yaml": text})
    assert made.book is not None, made.diagnostics
    return made.book


BOOK = book()
GROUP_BUY = OrderFields(channel=Channel.GROUP_BUY)


def line(name: str, *modifiers: Modifier) -> LineContent:
    return LineContent(LineId("1"), name, Decimal(1), modifiers=modifiers)


def test_a_set_is_spelled_out_where_the_entry_is_for_the_order() -> None:
    tripe = SetPart("毛肚", item_id="t1", names=(("en", "tripe"),))
    assert BOOK.recipe(GROUP_BUY, line("set for two")).parts == (tripe, SetPart("cola", Decimal(2)))
    assert BOOK.recipe(OrderFields(), line("set for two")).parts == ()


def test_a_set_inside_a_set_is_spelled_out_in_its_turn() -> None:
    two, cola = BOOK.recipe(GROUP_BUY, line("set for four")).parts
    assert two.each == 2
    assert [part.name for part in two.parts] == ["毛肚", "cola"]
    assert cola.parts == ()


def test_only_what_an_entry_takes_as_a_side_is_one() -> None:
    nested = Modifier("meal", modifiers=(Modifier("Curly Fries"), Modifier("cola")))
    assert BOOK.recipe(GROUP_BUY, line("burger", nested, Modifier("salt"))).sides == (
        "Curly Fries",
    )


def test_a_book_without_sets_asks_nothing() -> None:
    plain = compile_book(
        {
            "f.yaml": "book: {id: b, name: B}\nstations: [{id: cut, name: C}]\n"
            "menu: [{id: a, class: a, match: {name: a}, cook: cut}]\n"
        }
    ).book
    assert plain is not None
    assert plain.recipe(OrderFields(), line("a", Modifier("fries"))).parts == ()


def house() -> House:
    made = House(BOOK)
    made.order({"s": ("set for two", ""), "c": ("cola", "")}, channel=Channel.GROUP_BUY)
    return made


def stations(made: House, line_id: str) -> list[str]:
    return [step.station for step in made.line(line_id).routing.steps]


def test_a_book_that_would_cook_the_set_whole_leaves_the_one_that_stands() -> None:
    """Neither cooked twice nor thrown away: the preview says that nothing changes for it."""
    made = house()
    without = book(("    when: {channel: group_buy}\n", "    when: {zone: nowhere}\n"))
    assert (stations(made, "s"), stations(made, "s+毛肚")) == ([], ["cut"])
    assert changes(made.kitchen, BOOK, without, made.now).moving == 0
    elsewhere = book(("{name: tripe}], cook: cut", "{name: tripe}], cook: fry"))
    assert changes(made.kitchen, BOOK, elsewhere, made.now).text().en == "1 line changes station"


def test_what_is_pre_plated_is_ready_when_nothing_holds_it() -> None:
    made = house()
    (group,) = made.line("c").groups
    assert (group.state, group.ready_at) == (PortionState.READY, made.now)
    assert made.line("s+cola").groups[0].state is PortionState.READY


@pytest.mark.parametrize("kind", [CommandKind.RECALL, CommandKind.SERVE])
def test_what_is_pre_plated_is_recalled_and_served_like_any_dish(kind: CommandKind) -> None:
    made = house()
    made.act(kind, "c")
    wanted = PortionState.SERVED if kind is CommandKind.SERVE else PortionState.COOKING
    assert made.line("c").groups[0].state is wanted


def test_what_a_rule_or_a_voucher_holds_is_not_handed_out() -> None:
    """A drink that stands ready is no present: it waits for its payment like any dish."""
    pay = "rules: [{id: pay, mechanism: pay_first, name: P, timeout: 9 min, when: {channel: qr}}]\n"
    made = House(book(("book: {id: b, name: B}\n", f"book: {{id: b, name: B}}\n{pay}")))
    made.order({"c": ("cola", "")}, channel=Channel.QR)
    assert made.line("c").groups[0].state is PortionState.HELD
    made.order({"c": ("cola", "")}, channel=Channel.QR, payment=Payment.PAID)
    assert made.line("c").groups[0].state is PortionState.READY
    for order_id, expected in (("2", PortionState.READY), ("3", PortionState.HELD)):
        made.order([replace(line("cola"), voucher="77")], order_id, channel=Channel.COUNTER)
        assert made.line("1", order_id).groups[0].state is expected


def test_a_book_that_has_a_dish_pre_plated_has_it_ready_at_once() -> None:
    made = House(book(("cook: bar, preplated: yes", "cook: bar")))
    made.order({"c": ("cola", "")})
    assert made.line("c").groups[0].state is PortionState.QUEUED
    made.book = BOOK
    made._keep(record(made.kitchen, adoption(made.kitchen, BOOK, made.now), BOOK, made.now))
    assert made.line("c").groups[0].state is PortionState.READY
