"""Pace rules: who starts when; whatever happens at the tables, nothing waits for ever."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kds.kitchen.commands import CommandKind, SplitPart
from kds.kitchen.ids import Instant, LineId, RuleId
from kds.kitchen.messages import LineState, Modifier, Service
from kds.kitchen.order_facts import HoldPlaced, HoldReleased, Opening
from kds.rulebook.adoption import changes
from kds.rulebook.book import Book, book_of
from kds.rulebook.compile import compile_book
from kds.rulebook.due import changed_visits, due, next_due, visit_due
from tests.unit.rulebook.house import START, House, content, shipped

SALAD, STEAK, CAKE = ("Caesar salad", "Salads"), ("Ribeye", "Steaks"), ("Cake", "Desserts")
CHIPS, WOK = ("Chips", "Fried"), ("宫保鸡丁", "热菜")
MIN = 60


def by_classes() -> dict[str, str]:
    """Return the shipped texts without the line that leaves courses to tills which name them."""
    texts = shipped("full_service")
    pace = (
        texts["pace.yaml"]
        .replace('      course: "*"\n', "")
        .replace('    when: {course: "*"}', "    #")
    )
    return {**texts, "pace.yaml": pace}


@cache
def table_service() -> Book:
    """Return the shipped book of a restaurant that serves at the table, courses by classes."""
    made = compile_book(by_classes()).book
    assert made is not None
    return made


@cache
def with_a_gate() -> Book:
    """Return it with a wait rule beside: mains stand at the pass until the salads are up."""
    texts = by_classes()
    texts["gate.yaml"] = GATE
    made = compile_book(texts).book
    assert made is not None
    return made


GATE = """\
rules:
  - id: salads
    name: Salads first
    mechanism: wait_for
    waits_for: cold
    holds: [{class: dish, gate: run}, {class: dessert, gate: start}]
    reason: waits for the salad
    timeout: 6 min
"""


@pytest.fixture(scope="module")
def book() -> Book:
    return table_service()


@pytest.fixture
def place(book: Book) -> House:
    """An empty restaurant at 18:00 in Shanghai, which is 10:00 in the book's zone."""
    return House(book)


def at(minutes: float) -> Instant:
    return Instant(START + round(minutes * 60_000))


def due_at(minutes: int) -> str:
    return f"2026-11-21T{10 + minutes // 60:02}:{minutes % 60:02}:00+00:00"


# --- courses -----------------------------------------------------------------------------------


def test_each_end_of_a_course_counts_from_the_call_of_the_one_before(place: House) -> None:
    """Else a dessert would time out with the mains."""
    place.order({"a": SALAD, "b": STEAK, "c": CAKE})
    assert place.hold("b").until == at(10)
    assert place.hold("c").until is None
    place.wait(10 * MIN)
    assert place.holds("b") == []
    assert place.hold("c").until == at(20)
    assert [f.opened_by for f in place.facts(HoldReleased)] == [Opening.PLANNED]


def test_half_of_a_course_that_is_served_does_not_open_the_next(place: House) -> None:
    place.order([content("a", *SALAD, quantity=Decimal(4)), content("b", *STEAK)])
    place.act(CommandKind.SERVE, "a", view="expo", portions=Decimal(3))
    assert place.holds("b") == [("courses", "start")]
    place.act(CommandKind.SERVE, "a", view="expo")
    assert place.holds("b") == []


def test_courses_move_with_their_table_and_join_those_of_another(place: House) -> None:
    place.order({"a": SALAD, "b": STEAK}, order_id="1", session="s1", table="1")
    place.order({"c": STEAK}, order_id="2", session="s2", table="2")
    place.act(CommandKind.MOVE_TABLE, table="9")
    assert place.holds("b") == [("courses", "start")]
    place.act(CommandKind.MERGE, order_id="1", into_order=place.key("2"))
    assert place.holds("b") == [("courses", "start")]
    place.act(CommandKind.SERVE, "a", order_id="1", view="expo")
    assert place.holds("b") == []


def test_mains_that_sit_elsewhere_wait_for_no_starters_there(place: House) -> None:
    place.order({"a": SALAD, "b": STEAK})
    place.act(CommandKind.SPLIT, lines=(SplitPart(LineId("b")),), table="9")
    assert place.line("b").holds == ()


def test_a_rule_that_is_paused_by_hand_lets_go_and_holds_nothing_new(place: House) -> None:
    place.order({"a": SALAD, "b": STEAK, "c": CAKE})
    place.wait(1)
    place.act(CommandKind.PAUSE_RULE, rule=RuleId("courses"))
    place.wait(60)
    assert place.holds("b") == place.holds("c") == []
    place.order({"a": SALAD, "b": STEAK}, order_id="2", session="s2", table="2")
    assert place.holds("b", "2") == []


# --- together ------------------------------------------------------------------------------------


def test_the_plan_follows_the_longest_dish_when_it_is_ready_early(place: House) -> None:
    place.order({"a": STEAK, "b": CHIPS})
    assert place.hold("b").until == at(5)
    place.wait(2 * MIN)
    place.act(CommandKind.BUMP, "a", view="grill")
    assert place.holds("b") == []


def test_where_nobody_marks_a_start_a_dish_is_begun_when_it_is_called(place: House) -> None:
    """A kitchen that only strikes what is done must not have its chips wait for ever."""
    place.order({"a": STEAK, "b": CHIPS})
    place.wait(5 * MIN)
    assert place.holds("b") == []


def test_a_plan_that_hardly_differs_is_not_told_again(place: House) -> None:
    place.order({"a": STEAK, "b": CHIPS})
    place.wait(20)
    place.act(CommandKind.START, "a", view="grill")
    assert len(place.facts(HoldPlaced)) == 1
    place.wait(40)
    place.order({"c": ("Coke", "Drinks")}, order_id="2")
    assert len(place.facts(HoldPlaced)) == 1


def test_what_a_person_released_is_not_held_again(place: House) -> None:
    place.order({"a": SALAD, "b": STEAK, "c": CHIPS})
    place.act(CommandKind.RELEASE, view="expo")
    assert place.holds("b") == place.holds("c") == []


# --- pre-orders --------------------------------------------------------------------------------


def test_no_clock_of_a_pre_order_runs_before_its_time(book: Book) -> None:
    """Also by the clocks of the order's arrival and of the guest, which began hours ago."""
    for clock in ("received", "placed"):
        texts = shipped("full_service")
        texts["book.yaml"] = texts["book.yaml"].replace("clock: fired", f"clock: {clock}")
        made = compile_book(texts).book
        assert made is not None
        assert made != book
        house = House(made)
        house.order({"a": STEAK}, service=Service.PICKUP, due_at=due_at(300))
        house.wait(290 * MIN)
        assert house.line("a").overtime == ()
        assert house.line("a").groups[0].fired_at == at(283)
        house.wait(10 * MIN)
        assert [over.level for over in house.line("a").overtime] == ["attention", "late"]


def test_a_pre_order_starts_by_what_the_guest_wants_done_with_it(place: House) -> None:
    well_done = content("a", *STEAK, modifiers=(Modifier("Well done"),))
    place.order([well_done, content("b", *STEAK)], service=Service.PICKUP, due_at=due_at(120))
    assert place.hold("a").until == at(99)
    assert place.hold("b").until == at(103)
    assert place.hold("a").reason.en == "due at 12:00"


def test_a_cook_may_begin_a_pre_order_and_an_amendment_does_not_take_it_back(
    place: House,
) -> None:
    place.order({"a": STEAK}, service=Service.PICKUP, due_at=due_at(120))
    place.act(CommandKind.FIRE, "a", view="grill")
    place.wait(60)
    place.order({"a": STEAK, "b": CHIPS}, service=Service.PICKUP, due_at=due_at(120))
    assert place.holds("a") == []
    assert place.holds("b") == [("pre-orders", "start")]


def test_a_dish_of_a_pre_order_that_is_ordered_again_waits_for_its_time(place: House) -> None:
    """Fault: taken off and put on again, it was cooked at once, hours before it was due."""
    for lines in ({"a": STEAK, "b": CHIPS}, {"a": STEAK}, {"a": STEAK, "b": CHIPS}):
        place.order(lines, service=Service.PICKUP, due_at=due_at(120))
    assert place.holds("a") == place.holds("b") == [("pre-orders", "start")]


def test_what_is_due_within_the_hour_is_seen_by_every_table_alone(place: House) -> None:
    """Time touches only the visits whose time has come."""
    for number in range(20):
        fields = {"session": f"s{number}", "table": str(number), "due_at": due_at(60 + number)}
        place.order({"a": STEAK}, order_id=str(number), service=Service.PICKUP, **fields)
    before = place.kitchen
    place.wait(43 * MIN)
    changed = {*changed_visits(before, place.kitchen)}
    assert changed == {place.visit("0")}


def test_an_amendment_reaches_a_pre_order_that_was_split_off(place: House) -> None:
    place.order({"a": STEAK, "b": STEAK}, due_at=due_at(120))
    place.act(CommandKind.SPLIT, lines=(SplitPart(LineId("b")),), table="9")
    place.wait(60)
    place.order({"a": STEAK, "b": STEAK})
    assert place.line("a").holds == place.line("b").holds == ()


# --- another book --------------------------------------------------------------------------------


def test_a_book_without_the_rule_opens_what_it_held_and_the_preview_says_so(
    book: Book, place: House
) -> None:
    place.order({"a": SALAD, "b": STEAK, "c": CAKE})
    without = book_of(replace(book.data, courses=()))
    assert changes(place.kitchen, book, without, place.now).text().en == "2 lines stop waiting"
    place.book = without
    place.wait(1)
    assert place.holds("b") == place.holds("c") == []


def test_another_lead_moves_the_pre_orders_that_wait_and_no_others(
    book: Book, place: House
) -> None:
    place.order({"a": STEAK, "b": CHIPS}, service=Service.PICKUP, due_at=due_at(120))
    place.order({"a": STEAK, "b": CHIPS}, order_id="2", session="s2", table="2")
    (rule,) = book.data.dues
    earlier = book_of(replace(book.data, dues=(replace(rule, margin_s=10 * MIN),)))
    said = changes(place.kitchen, book, earlier, place.now).text()
    assert said.en == "2 lines start at another time"
    place.adopt(earlier)
    assert place.hold("a").until == at(98)
    same = book_of(replace(book.data, dues=(replace(earlier.data.dues[0], where="elsewhere:1"),)))
    assert changes(place.kitchen, earlier, same, place.now).is_none


def test_a_book_whose_rule_is_for_others_opens_it_as_well(book: Book, place: House) -> None:
    place.order({"a": SALAD, "b": STEAK}, zone="hall")
    (rule,) = book.data.courses
    other = replace(rule, services=(Service.DELIVERY,))
    elsewhere = book_of(replace(book.data, courses=(other,)))
    visits, orders = place.kitchen.visits.values(), place.kitchen.orders.values()
    facts = elsewhere.excused(place.kitchen, visits, orders)
    freed = [fact for fact in facts if isinstance(fact, HoldReleased)]
    assert [fact.opened_by for fact in freed] == [Opening.SERVICE]


# --- whatever happens ----------------------------------------------------------------------------

WORK = [
    CommandKind.START,
    CommandKind.BUMP,
    CommandKind.SERVE,
    CommandKind.RECALL,
    CommandKind.HOLD,
    CommandKind.FIRE,
    CommandKind.RELEASE,
    CommandKind.VOID,
    CommandKind.RUSH,
    CommandKind.REMAKE,
    CommandKind.CLOSE,
]
DISHES = [SALAD, STEAK, CAKE, CHIPS, WOK, ("House red", "Wine")]
RULES = ["courses", "together", "pre-orders", "banquet", "salads"]
table = st.sampled_from(["1", "2", "3"])
line = st.none() | st.sampled_from("abcde")
steps = st.lists(
    st.tuples(
        st.just("order"),
        table,
        st.dictionaries(st.sampled_from("abcde"), st.sampled_from(DISHES), max_size=5),
        st.sampled_from([Service.DINE_IN, Service.DINE_IN, Service.PICKUP]),
        st.none() | st.sampled_from([20, 45, 90]),
        st.sampled_from([None, None, "banquet", "main"]),
        st.sampled_from([LineState.ORDERED, LineState.ORDERED, LineState.HELD]),
    )
    | st.tuples(
        st.just("work"),
        st.sampled_from(WORK),
        table,
        line,
        st.sampled_from(["grill", "fry", "stove", "expo", "all"]),
    )
    | st.tuples(st.just("merge"), table, table)
    | st.tuples(st.just("split"), table, st.sampled_from("abcde"))
    | st.tuples(
        st.just("rule"), st.sampled_from(["pause_rule", "resume_rule"]), st.sampled_from(RULES)
    )
    | st.tuples(st.just("wait"), st.sampled_from([1, 40, 200, 600])),
    max_size=25,
)


def carry_out(house: House, step: tuple[Any, ...]) -> None:
    match step:
        case ("order", name, lines, service, due_in, course, state):
            minutes = None if due_in is None else (house.now - START) // 60_000 + due_in
            contents = [
                content(key, *dish, course=course, state=state) for key, dish in lines.items()
            ]
            fields = {"session": name, "table": name, "service": service}
            if minutes is not None and minutes < 13 * 60:
                fields["due_at"] = due_at(minutes)
            house.order(contents, order_id=name, **fields)
        case ("work", kind, name, line_id, where):
            house.act(kind, line_id, order_id=name, view=where)
        case ("merge", name, into):
            house.act(CommandKind.MERGE, order_id=name, into_order=house.key(into))
        case ("split", name, line_id):
            parts = (SplitPart(LineId(line_id)),)
            house.act(CommandKind.SPLIT, order_id=name, lines=parts, table="9")
        case ("rule", kind, rule):
            house.act(CommandKind(kind), rule=RuleId(rule))
        case ("wait", seconds):
            house.wait(seconds)


def held(house: House) -> list[tuple[str, str]]:
    return [
        (line.key.line_id, hold.rule)
        for order in house.kitchen.orders.values()
        for line in order.lines.values()
        for hold in line.holds
        if hold.rule in RULES and not house.kitchen.visits[hold.visit].removed
    ]


@given(steps)
@settings(max_examples=80)
def test_no_dish_waits_for_ever_and_time_comes_to_rest(story: list[tuple[Any, ...]]) -> None:
    book = with_a_gate()  # as a fixture it would be printed with each story
    house = House(book)
    for step in story:
        carry_out(house, step)
        for visit in house.kitchen.visits:
            assert not list(book.settle(house.kitchen, visit, house.latest, house.now))
    for name in ("1", "2", "3"):
        house.act(CommandKind.FIRE, order_id=name)  # what a till or a person holds is theirs
    house.wait(5 * 3600)
    assert held(house) == []
    assert due(house.kitchen, book, house.now) == ()
    when = next_due(house.kitchen, book)
    assert when is None or when > house.now
    each = [visit_due(house.kitchen, visit, book) for visit in house.kitchen.visits]
    assert min((at for at in each if at is not None), default=None) == when
    ids = [event.id for event in house.events]
    assert len(ids) == len(set(ids))
