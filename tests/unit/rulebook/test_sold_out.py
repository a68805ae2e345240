"""Sold out: who goes without, what becomes of it, and how the count goes down and up again."""

from __future__ import annotations

from decimal import Decimal
from random import Random

import pytest

from kds.board.memo import BoardMemo
from kds.board.values import TicketLine
from kds.board.views import board
from kds.board.why import explain_line
from kds.kitchen.commands import Command, CommandKind
from kds.kitchen.decide import decide
from kds.kitchen.ids import AlertId, CommandId, LineKey, OrderId, SourceId
from kds.records import command_from
from kds.records.boards import board_json
from kds.records.state import PARTS, dump_head, load_kitchen
from tests.unit.board.test_priority import House as Base

RICE = AlertId("sold-out:dish rice")


class House(Base):
    """A wok at which `dish rice` is counted; every board is beside one made from nothing."""

    def rice(self, table: str, count: str = "1", **more: object) -> None:
        line = {"line_id": "r", "name": "dish rice", "quantity": count}
        self.order(table, lines=[line], **more)

    def stock(self, kind: str, left: int | None = None) -> None:
        body = {"id": self._id(), "kind": kind, "name": "dish rice"}
        self._decide(command_from(body if left is None else {**body, "left": left}))

    @property
    def left(self) -> tuple[int | None, int]:
        kitchen = self.kitchen
        left = kitchen.stock.get("dish rice")
        return None if left is None else int(left), int(kitchen.short.get("dish rice", 0))

    def line(self, table: str) -> TicketLine:
        self.wok()
        made = board(self.kitchen, self.book, "all", self.now)
        ticket = next(ticket for ticket in made.tickets if ticket.table == table)
        return ticket.lines[0]

    def lost(self, *tables: str) -> list[int]:
        return [int(self.line(table).lost) for table in tables]

    @property
    def card(self) -> str:
        alert = self.kitchen.alerts.get(RICE)
        return "" if alert is None else alert.message.en


def three(*parts: str) -> House:
    """Return a house where tables 1, 2 and 3 ordered one, two and one, a second apart."""
    house = House(*parts)
    for table, count in (("1", "1"), ("2", "2"), ("3", "1")):
        house.rice(table, count)
        house.wait(1_000)
    return house


def test_who_ordered_last_goes_without_and_the_pass_is_asked() -> None:
    house = three()
    house.stock("sold_out", 2)
    assert house.left == (0, 2)
    assert house.lost("1", "2", "3") == [0, 1, 1]
    assert house.card == "Sold out: dish rice, 2 short – ask the guests: 3×1, 2×1"
    assert "sold_out" in house.line("3").flags
    assert "sold_out" not in house.line("1").flags
    for view, cards in (("expo", 1), ("all", 1), ("wok", 0), ("cold", 0)):
        assert len(board(house.kitchen, house.book, view, house.now).alerts) == cards
    assert explain_line(house.line("3"), house.now, "en").endswith("; sold out, 1 short")
    assert house.line("3").counts.queued == 1  # nothing is void by itself


@pytest.mark.parametrize(
    ("rule", "lost"),
    [("oldest_first", [1, 1, 0]), ("youngest_first", [0, 1, 1]), ("ask_pass", [1, 2, 1])],
)
def test_the_book_says_who_goes_without(rule: str, lost: list[int]) -> None:
    house = three(f"sold_out: {{oversell: {rule}}}\n")
    house.stock("sold_out", 2)
    assert house.lost("1", "2", "3") == lost
    assert ("say who goes without" in house.card) == (rule == "ask_pass")


def test_what_is_rushed_loses_last_unless_the_book_does_not_mind() -> None:
    for rule, lost in (("yes", [0, 1, 0]), ("no", [0, 0, 1])):
        house = three(f"sold_out: {{rush_last: {rule}}}\n")
        house.do("rush", "3")
        house.stock("sold_out", 3)
        assert house.lost("1", "2", "3") == lost


def test_none_at_all_takes_everything_that_nobody_has_begun() -> None:
    house = three()
    house.do("start", "2", line_id="r", portions="1", view="wok")
    house.stock("sold_out")
    assert house.lost("1", "2", "3") == [1, 1, 1]
    assert house.left == (0, 3)


def test_what_is_sold_to_the_end_is_safe_and_what_comes_after_is_lost() -> None:
    """The fault: the last three are marked as sold out because the count has come to 0."""
    house = House()
    house.stock("on_sale", 3)
    house.rice("1", "2")
    house.rice("2", "1")
    assert (house.left, house.lost("1", "2")) == ((0, 0), [0, 0])
    assert house.line("1").left == 0
    house.wait(1_000)
    house.rice("3", "1")
    assert (house.left, house.lost("1", "2", "3")) == ((0, 1), [0, 0, 1])


def test_a_void_gives_back_what_nobody_has_begun() -> None:
    house = three()
    house.stock("sold_out", 2)
    house.rice("2", "1")  # the till takes one of two
    assert (house.left, house.lost("1", "2", "3")) == ((0, 1), [0, 0, 1])
    house.do("void", "1", line_id="r", view="expo")
    assert (house.left, house.lost("2", "3"), house.card) == ((0, 0), [0, 0], "")
    house.do("void", "3", line_id="r", view="expo")
    assert house.left == (1, 0)
    undo = Command(CommandId("undo"), CommandKind.UNDO, undoes=CommandId(f"c{house._count}"))
    house.kitchen = decide(house.kitchen, undo, house.book, house.now).kitchen
    assert house.left == (0, 0)


def test_what_was_begun_or_is_made_once_more_is_no_matter_of_the_count() -> None:
    house = House()
    house.stock("on_sale", 3)
    house.rice("1", "2")
    house.do("start", "1", line_id="r", portions="1", view="wok")
    house.do("void", "1", line_id="r", view="expo")
    assert house.left == (2, 0)
    house.rice("2")
    house.do("bump", "2", line_id="r", view="wok")
    house.do("remake", "2", line_id="r")
    assert house.left == (1, 0)


def test_on_sale_again_all_marks_and_the_card_are_gone() -> None:
    house = three()
    house.stock("sold_out")
    house.stock("on_sale")
    assert house.lost("1", "2", "3") == [0, 0, 0]
    assert (house.left, house.card, len(house.kitchen.lost)) == ((None, 0), "", 0)


def test_a_card_that_was_taken_note_of_comes_back_only_with_news() -> None:
    house = three()
    house.stock("sold_out", 3)
    house.kitchen = decide(
        house.kitchen,
        command_from({"id": "ack", "kind": "ack_alert", "alert": RICE}),
        house.book,
        house.now,
    ).kitchen
    house.do("rush", "1")
    assert house.card == ""
    house.rice("4")
    assert "2 short" in house.card


def test_held_it_is_not_begun_until_it_is_on_sale_again() -> None:
    house = three("sold_out: {then: hold}\n")
    house.stock("sold_out", 2)
    counts = house.line("2").counts
    assert [int(counts.held), int(counts.queued)] == [1, 1]
    assert house.line("3").band == "held"
    house.wait(3_600_000)  # no clock opens it
    assert house.line("3").counts.held == 1
    house.stock("sold_out", 3)
    assert [int(house.line(table).counts.held) for table in "23"] == [0, 1]
    house.do("fire", "3", line_id="r")  # somebody found one
    assert house.line("3").counts.queued == 1
    house.stock("on_sale", 9)
    assert house.line("3").counts.held == 0


def test_void_it_is_struck_at_once_and_stays_until_it_is_acknowledged() -> None:
    house = three("sold_out: {then: void}\n")
    house.stock("sold_out", 2)
    assert house.left == (0, 0)
    line = house.line("3")
    assert line.void_unacknowledged
    assert line.counts.void == 1
    assert line.void_reason == "沽清 / sold out"
    assert house.line("2").counts.queued == 1
    assert house.line("2").counts.void == 1
    assert house.card == ""
    house.do("ack_void", "3", view="wok")
    tickets = board(house.kitchen, house.book, "wok", house.now).tickets
    assert "3" not in [ticket.table for ticket in tickets]


def test_a_dish_that_is_counted_by_name_is_found_though_the_till_has_an_id() -> None:
    house = House()
    house.stock("on_sale", 1)
    line = {"line_id": "r", "item_id": "p7", "name": "dish rice", "quantity": "2"}
    house.order("1", lines=[line])
    assert (house.left, house.lost("1")) == ((0, 1), [1])


def test_the_board_says_how_many_are_left_and_lost() -> None:
    house = House()
    house.stock("on_sale", 5)
    house.rice("1", "2")
    body = board_json(house.wok(), at=house.now, epoch="e", seq=1, personal={})
    line = body["tickets"][0]["lines"][0]
    assert (line["left"], line["lost"]) == ("3", "0")


def test_a_snapshot_keeps_what_is_short_and_who_goes_without() -> None:
    house = three()
    house.stock("sold_out", 2)
    version, head = dump_head(house.kitchen)
    parts = {part.name: part.map_of(house.kitchen) for part in PARTS}
    again = load_kitchen(version, head, parts)
    assert (again.short, again.lost) == (house.kitchen.short, house.kitchen.lost)
    key = LineKey(SourceId("till"), OrderId("3"), house.line("3").key.line_id)
    assert again.lost[key] == 1


def test_a_table_that_has_left_takes_its_card_along() -> None:
    """The fault: a card at the pass that asks about guests who went home, for ever."""
    house = House()
    house.stock("sold_out")
    house.rice("1")
    assert house.card
    house.do("close", "1")
    assert house.card == ""
    house.wait(48 * 3_600_000)
    assert not house.kitchen.visits
    assert not house.kitchen.lost


@pytest.mark.parametrize("rule", ["ask", "hold", "void", "flag"])
@pytest.mark.parametrize("seed", range(2))
def test_as_much_is_lost_as_is_short_whatever_happens(rule: str, seed: int) -> None:
    house, random = House(f"sold_out: {{then: {rule}}}\n"), Random(seed)
    for _ in range(50):
        table = str(random.randrange(6))
        match random.randrange(7):
            case 0 | 1 | 2:
                house.rice(table, str(random.randint(0, 4)))
                house.order(f"other {table}", "dish beans")
            case 3:
                kinds = ("rush", "start", "bump", "recall", "void", "release")
                house.do(random.choice(kinds), table, view="wok")
            case 4:
                house.stock("sold_out", random.choice([None, 1, 3]))
            case 5:
                house.stock("on_sale", random.choice([None, 2, 6]))
            case _:
                house.wait(random.randrange(60_000))
        kitchen = house.kitchen
        short, open_ = kitchen.short.get("dish rice", Decimal(0)), Decimal(0)
        made = board(kitchen, house.book, "all", house.now, BoardMemo())
        for ticket in made.tickets:
            for line in ticket.lines:
                untouched = line.counts.held + line.counts.queued
                assert line.lost <= untouched
                open_ += untouched if "remake" not in line.flags else 0
        assert sum(kitchen.lost.values()) == min(short, open_)
        assert rule != "void" or short == 0 or open_ == 0
        house.wok()
