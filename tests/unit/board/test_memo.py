"""A remembered board is the board made anew, and what has not changed is the same object."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kds.board.memo import BoardMemo
from kds.board.scope import known_views
from kds.board.values import Board, Ticket
from kds.board.views import board
from kds.kitchen.commands import CommandKind, SplitPart
from kds.kitchen.counts import line_counts
from kds.kitchen.ids import Instant, LineId, StationId, VisitId
from kds.kitchen.messages import LineState, Modifier, Service
from kds.kitchen.order_facts import VisitArchived, VisitEnded
from kds.kitchen.orders import Gate
from kds.kitchen.state import Kitchen
from tests.unit.board.factory import MINUTE, SECOND, START, Book, House, Limits, dish, key_of

VIEWS = known_views(Book())

# --- what can happen to a restaurant -------------------------------------------------------

ORDERS = st.sampled_from(("1", "2", "3", "h1"))
LINES = st.sampled_from(("a", "b", "c", "d"))
QUANTITIES = st.sampled_from(("-1", "0", "1", "2", "3", "1.5"))
CATEGORIES = st.sampled_from(("锅底", "涮品", "热菜", "饮料", "都要", "打包", "?"))
STATES = st.sampled_from((LineState.ORDERED, LineState.ORDERED, LineState.HELD, LineState.VOID))
MODIFIERS = st.sampled_from(((), (Modifier("mild"),), (Modifier("mild"), Modifier("more"))))

Act = Callable[[House], object]


@st.composite
def receptions(draw: st.DrawFn) -> Act:
    """Draw a revision of an order; sometimes a set, sometimes the end of its visit."""
    order_id = draw(ORDERS)
    lines = [
        dish(
            name,
            draw(QUANTITIES),
            draw(CATEGORIES),
            state=draw(STATES),
            modifiers=draw(MODIFIERS),
            parent=draw(st.sampled_from((None, None, "a"))) if name != "a" else None,
        )
        for name in draw(st.lists(LINES, unique=True))
    ]
    fields = {
        "session": draw(st.sampled_from(("", "s"))),
        "table": draw(st.sampled_from(("", "A1"))),
        "service": draw(st.sampled_from((Service.DINE_IN, Service.TAKEAWAY))),
        "cancelled": draw(st.sampled_from((False, False, False, True))),
        "closed": draw(st.sampled_from((False, False, False, True))),
    }
    revision, partial = draw(st.integers(1, 9)), draw(st.booleans())
    given_fields = draw(st.sets(st.sampled_from(sorted(fields))))
    return lambda house: house.order(
        order_id, *lines, revision=revision, partial=partial, given=given_fields, **fields
    )


@st.composite
def handlings(draw: st.DrawFn) -> Act:
    """Draw a command about an order or one of its lines, from some view."""
    kinds = (
        CommandKind.START,
        CommandKind.BUMP,
        CommandKind.SERVE,
        CommandKind.RECALL,
        CommandKind.HOLD,
        CommandKind.FIRE,
        CommandKind.RELEASE,
        CommandKind.RUSH,
        CommandKind.UNRUSH,
        CommandKind.VOID,
        CommandKind.ACK_VOID,
        CommandKind.REMAKE,
        CommandKind.TAKE,
        CommandKind.PIN,
        CommandKind.UNPIN,
        CommandKind.CLOSE,
        CommandKind.SAME_ORDER,
        CommandKind.OTHER_ORDER,
    )
    kind, order_id = draw(st.sampled_from(kinds)), draw(ORDERS)
    line = draw(st.none() | LINES)
    view = draw(st.none() | st.sampled_from(VIEWS))
    portions = draw(st.none() | st.sampled_from(("1", "2")))
    more = {} if portions is None else {"portions": portions}
    return lambda house: house.do(kind, order_id, line, view=view, **more)


@st.composite
def rearrangements(draw: st.DrawFn) -> Act:
    """Draw a move, merge, split, fold or change of stock."""
    order_id, other, line = draw(ORDERS), draw(ORDERS), draw(LINES)
    stations = st.sampled_from([StationId(s) for s in ("cut", "wok", "drink")])
    station, into = draw(stations), draw(st.none() | stations)
    part = SplitPart(LineId(line), draw(st.none() | st.just(Decimal(1))))
    acts: tuple[Act, ...] = (
        lambda house: house.do(CommandKind.MOVE_TABLE, order_id, table=f"B{other}"),
        lambda house: house.do(CommandKind.MERGE, order_id, into_order=key_of(other)),
        lambda house: house.do(CommandKind.SPLIT, order_id, lines=(part,), table="C1"),
        lambda house: house.command(CommandKind.FOLD, station=station, into_station=into),
        lambda house: house.command(CommandKind.SOLD_OUT, name=f"dish {line}"),
        lambda house: house.command(CommandKind.ON_SALE, name=f"dish {line}"),
        lambda house: _gate(house, order_id, line),
        lambda house: _archive(house, order_id),
    )
    return draw(st.sampled_from(acts))


def _gate(house: House, order_id: str, line: str) -> None:
    order = house.kitchen.orders.get(key_of(order_id))
    if order is not None and line in order.lines:
        house.gate(order_id, line, gate=Gate.RUN, until=Instant(house.now + MINUTE))


def _archive(house: House, order_id: str) -> None:
    visit = VisitId(f"till/{order_id}")
    if visit in house.kitchen.visits:
        house.tell(VisitEnded(visit, "rule"))
        house.tell(VisitArchived(visit))


def waits() -> st.SearchStrategy[Act]:
    """Draw a stretch of time; many of the limits of the book lie on them."""
    stretches = st.sampled_from((0, SECOND, MINUTE, 2 * MINUTE, 5 * MINUTE, 10 * MINUTE))
    return st.builds(lambda milliseconds: lambda house: house.wait(milliseconds), stretches)


STORIES = st.lists(
    receptions() | receptions() | handlings() | rearrangements() | waits(), max_size=25
)


@given(STORIES)
def test_a_remembered_board_is_the_one_made_anew_and_keeps_what_is_equal(story: list[Act]) -> None:
    house = House()
    before: dict[str, dict[VisitId, Ticket]] = {view: {} for view in VIEWS}
    for act in story:
        act(house)
        for view in VIEWS:
            remembered = house.remembered(view)
            assert remembered == house.board(view)
            tickets = {ticket.visit: ticket for ticket in remembered.tickets}
            for visit, ticket in tickets.items():
                former = before[view].get(visit)
                assert former is ticket or former != ticket
            before[view] = tickets


@given(STORIES, st.lists(st.integers(0, 20 * MINUTE), max_size=3))
def test_a_board_holds_until_its_time_is_over(story: list[Act], later: list[int]) -> None:
    house = House()
    for act in story:
        act(house)
    for view in VIEWS:
        now = house.board(view)
        ends = now.valid_until
        instants = [Instant(house.now + wait) for wait in later]
        if ends is not None:
            assert ends > house.now
            instants.append(Instant(ends - 1))
            assert board(house.kitchen, house.book, view, ends) != now
        for at in instants:
            if ends is None or at < ends:
                assert board(house.kitchen, house.book, view, at) == now


@given(STORIES)
def test_portions_of_a_line_sum_to_all_that_was_ever_ordered(story: list[Act]) -> None:
    house = House()
    for act in story:
        act(house)
    for ticket in house.board("all").tickets:
        for line in ticket.lines:
            order = house.kitchen.orders[line.key.order]
            counts = line.counts
            if "set" in line.flags:
                assert counts == line_counts(order, order.lines[line.key.line_id], ticket.visit)
                continue
            groups = [
                group
                for group in order.lines[line.key.line_id].groups
                if group.step == 0 and group.visit == ticket.visit
            ]
            total = counts.live + counts.void
            if groups:
                assert total == sum(group.portions for group in groups)
            else:
                assert total == order.lines[line.key.line_id].ordered


@given(STORIES)
def test_food_that_nobody_took_away_is_on_some_station_until_it_is_ready(story: list[Act]) -> None:
    house = House()
    for act in story:
        act(house)
    shown = {
        (ticket.visit, line.key)
        for view in ("broth", "cut", "wok", "drink")
        for ticket in house.board(view).tickets
        for line in ticket.lines
    }
    for visit in house.kitchen.visits.values():
        if visit.removed or visit.merged_into is not None:
            continue
        for line in house.kitchen.lines_of(visit):
            order = house.kitchen.orders[line.key.order]
            if line.routing.steps and line_counts(order, line, visit.id).to_cook > 0:
                assert (visit.id, line.key) in shown


# --- single cases --------------------------------------------------------------------------


@pytest.fixture
def house() -> House:
    """A house with three tickets."""
    house = House()
    for number in "123":
        house.order(number, dish("a"), dish("b"))
    return house


def test_a_bump_leaves_the_other_tickets_and_the_other_lines_alone(house: House) -> None:
    before = house.remembered("cut")
    house.do(CommandKind.BUMP, "2", "a", view="cut")
    after = house.remembered("cut")
    assert [new is old for new, old in zip(after.tickets, before.tickets, strict=True)] == [
        True,
        False,
        True,
    ]
    assert after.tickets[1].lines[1] is before.tickets[1].lines[1]


def test_nothing_new_is_the_same_board(house: House) -> None:
    before = house.remembered("cut")
    house.wait(SECOND)
    assert house.remembered("cut") is before
    house.order("4", dish("a", category="锅底"))
    assert house.remembered("cut") is before


def test_what_is_asked_goes_when_the_order_by_hand_does() -> None:
    """The ticket of the till is made anew, though nothing of its own has changed."""
    house, memo = House(), BoardMemo()
    house.order("h1", dish("a", "1", "热菜"), table="A1")
    house.order("1", dish("a", "1", "热菜"), table="A1")
    asked = board(house.kitchen, house.book, "expo", house.now, memo).tickets
    assert [("twin" in t.flags, "by_hand" in t.flags) for t in asked] == [
        (False, True),
        (True, False),
    ]
    house.do(CommandKind.VOID, "h1", "a")
    (left,) = (
        t
        for t in board(house.kitchen, house.book, "expo", house.now, memo).tickets
        if t.orders == (key_of("1"),)
    )
    assert "twin" not in left.flags


def test_what_waits_for_a_call_is_asked_about_when_the_table_is_closed() -> None:
    """Another order of the table may close it: nothing of the dish itself has changed by that."""
    house = House()
    house.order("1", dish("a"), dish("b"), session="s", table="1")
    house.order("2", dish("c"), session="s", table="1")
    house.do(CommandKind.HOLD, "1", "a")
    (ticket,) = house.remembered("expo").tickets
    assert not any("ask_pass" in line.flags for line in ticket.lines)
    house.order("2", dish("c"), revision=2, session="s", table="1", closed=True)
    (ticket,) = house.remembered("expo").tickets
    assert [line.name for line in ticket.lines if "ask_pass" in line.flags] == ["dish a"]
    hold = next(line.hold for line in ticket.lines if line.hold is not None)
    assert hold.reason["zh"] == "这桌已结，还做吗？"


def test_a_set_can_be_sold_out_too() -> None:
    house = House()
    house.order("1", dish("set"), dish("a", parent="set"))
    house.remembered("expo")
    house.command(CommandKind.SOLD_OUT, name="dish set")
    assert house.remembered("expo") == house.board("expo")
    assert "sold_out" in house.remembered("expo").tickets[0].lines[0].flags


def test_time_alone_changes_tickets(house: House) -> None:
    before = house.remembered("cut")
    house.wait(3 * MINUTE)
    after = house.remembered("cut")
    assert {ticket.band for ticket in after.tickets} == {"attention"}
    assert before.tickets[0] is not after.tickets[0]


def test_a_clock_that_runs_back_is_believed(house: House) -> None:
    house.wait(3 * MINUTE)
    house.remembered("cut")
    house.wait(-1)
    assert house.remembered("cut") == house.board("cut")
    assert house.remembered("cut").tickets[0].band == "normal"


def test_another_book_changes_everything(house: House) -> None:
    house.remembered("cut")
    house.book = Book(hash="stricter", of_all=Limits(attention_s=0))
    assert house.remembered("cut") == house.board("cut")
    assert house.remembered("cut").book == "stricter"


def test_other_rules_come_to_a_full_wall_a_few_tickets_at_a_time(house: House) -> None:
    """The fault: hundreds of tickets made in one piece, for which a finger has to wait."""
    memo = BoardMemo()

    def seen(at_once: int | None) -> Board:
        return board(house.kitchen, house.book, "cut", house.now, memo, at_once)

    for number in range(5, 9):
        house.order(str(number), dish("a"), dish("b"))
    before = seen(2)
    assert not memo.is_behind("cut"), "the first board is whole"
    house.book = Book(hash="stricter", of_all=Limits(attention_s=0))
    after = seen(2)
    kept = [t is old for t, old in zip(after.tickets, before.tickets, strict=True)]
    assert kept == [False, False, *[True] * (len(kept) - 2)], "the first on the wall first"
    assert memo.is_behind("cut")
    house.do(CommandKind.BUMP, "8", "a")
    (touched,) = (t for t in seen(0).tickets if key_of("8") in t.orders)
    assert touched in house.board("cut").tickets, "what is touched goes by the new rules at once"
    while memo.is_behind("cut"):
        seen(1)
    assert seen(1) == house.board("cut")


def test_another_kitchen_altogether_is_shown_as_it_is(house: House) -> None:
    house.remembered("cut")
    house.kitchen = Kitchen()
    assert house.remembered("cut").tickets == ()


def test_a_view_can_be_forgotten(house: House) -> None:
    before = house.remembered("cut")
    house.memo.forget("cut")
    house.memo.forget("wok")
    assert house.remembered("cut") == before
    assert house.remembered("cut") is not before


def test_views_and_houses_do_not_mix(house: House) -> None:
    memo = BoardMemo()
    boards: list[Board] = [
        board(house.kitchen, house.book, view, house.now, memo) for view in ("cut", "expo", "cut")
    ]
    assert [b.view for b in boards] == ["cut", "expo", "cut"]
    assert boards[0] is boards[2]


def test_refreshing_500_tickets_after_one_change_is_quick() -> None:
    house = House()
    for number in range(500):
        house.order(str(number), dish("a"), dish("b", category="热菜"), dish("c", category="锅底"))
    house.remembered("expo")
    times = []
    for number in range(40):
        house.do(CommandKind.START, str(number), "a")
        began = perf_counter()
        house.remembered("expo")
        times.append(perf_counter() - began)
    assert sorted(times)[10] < 0.005  # a tenth of it on a quiet machine
    assert house.now == START
