"""Checks at intake: what is odd is marked, asked about, never refused, and well once mended."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from hypothesis import given, settings

from kds.board.values import TicketLine
from kds.board.views import board
from kds.board.why import explain_line
from kds.kitchen.commands import CommandKind
from kds.kitchen.decide import record
from kds.kitchen.events import LineChecked
from kds.kitchen.ids import CommandId, LineId, RuleId
from kds.kitchen.messages import Channel, LineState, Modifier, Service
from kds.kitchen.order_facts import HoldReleased, Opening
from kds.kitchen.portions import PortionState
from kds.records.facts import dump_fact, load_fact
from kds.rulebook.adoption import adoption, changes
from kds.rulebook.book import Book
from kds.rulebook.compile import compile_book
from kds.rulebook.due import due
from tests.unit.rulebook.house import House, content
from tests.unit.rulebook.test_never_stuck import carry_out, steps

BOOK = """
book: {id: small, name: Small, zone: Asia/Shanghai}
stations: [{id: wok, name: {zh: 热菜, en: Wok}}, {id: broth, name: Broth}, {id: cut, name: Cut}]
menu:
  - {id: shell, class: set, match: {parts: yes}, cook: nothing}
  - {id: pot, class: broth, match: {category: 锅底}, cook: broth}
  - {id: plate, class: plate, match: {category: 涮品}, cook: cut}
  - {id: hot, class: dish, match: {category: 热菜}, cook: wok}
"""
PLATE, POT, HOT = ("肥牛", "涮品"), ("麻辣锅底", "锅底"), ("宫保鸡丁", "热菜")
MANY = "what: quantity, over: 20, then: ask_pass, timeout: 3 min"
TWICE = "what: duplicate, within: 2 min"
MILD = "what: missing_option, class: dish, options: [微辣, 中辣], then: ask_pass"
UNKNOWN = "what: unknown_dish, then: ask_pass"
SOLD_OUT = "what: sold_out, then: ask_pass"


def book_with(*rules: str) -> Book:
    head = "id: r{}, name: Rule {}, mechanism: check"
    texts = [f"{{{head.format(n, n)}, {rule}}}" for n, rule in enumerate(rules)]
    found = compile_book({"book.yaml": BOOK + f"rules: [{', '.join(texts)}]"})
    assert found.book is not None, [d.text("en") for d in found.diagnostics]
    return found.book


def house_with(*rules: str) -> House:
    return House(book_with(*rules))


def marks(house: House, line: str = "a", order: str = "1") -> list[str]:
    return [f"{r.rule} {r.message.en}" for r in house.line(line, order).remarks if not r.answered]


def queued(house: House, line: str = "a", order: str = "1") -> int:
    groups = house.line(line, order).groups
    return int(sum(g.portions for g in groups if g.state is PortionState.QUEUED))


# --- each kind ---------------------------------------------------------------------------------


def test_too_many_are_held_until_the_pass_says_yes_and_are_not_asked_about_again() -> None:
    house = house_with(MANY)
    house.order([content("a", *PLATE, quantity=Decimal(66)), content("b", *PLATE)])
    assert (house.holds("a"), house.holds("b")) == ([("r0", "start")], [])
    assert house.hold("a").asks
    assert marks(house) == ["r0 66 portions?"]
    house.act(CommandKind.RELEASE, "a", view="expo")
    assert (house.holds("a"), marks(house), queued(house)) == ([], [], 66)
    house.order([content("a", *PLATE, quantity=Decimal(66)), content("c", *PLATE)])
    assert (house.holds("a"), marks(house)) == ([], [])
    house.order([content("a", *PLATE, quantity=Decimal(99))])
    assert marks(house) == ["r0 99 portions?"], "another question"
    assert queued(house) == 66, "what was agreed to goes on"


def test_what_was_workable_stays_so_with_its_clock() -> None:
    """Portions that the amendment brought are held, not the ones that a cook has before him."""
    house = house_with(MANY)
    house.order([content("a", *PLATE, quantity=Decimal(2))])
    began = house.now
    house.wait(60)
    house.order([content("a", *PLATE, quantity=Decimal(30))])
    workable = [g for g in house.line("a").groups if g.state is PortionState.QUEUED]
    assert [(g.portions, g.fired_at) for g in workable] == [(Decimal(2), began)]


def test_each_question_has_its_own_time() -> None:
    house = house_with(MANY)
    house.order([content("a", *PLATE, quantity=Decimal(30))])
    house.wait(120)
    house.order([content("a", *PLATE, quantity=Decimal(40))], "2")
    house.wait(60)
    assert (house.holds("a"), house.holds("a", "2")) == ([], [("r0", "start")])
    house.wait(120)
    assert house.holds("a", "2") == []
    assert marks(house, "a", "2"), "nobody has answered, so it stays marked"
    assert {f.opened_by for f in house.facts(HoldReleased)} == {Opening.TIMEOUT}


def test_a_missing_option_is_well_once_it_is_chosen_or_in_the_note() -> None:
    house = house_with(MILD)
    house.order({"a": HOT, "b": PLATE})
    assert (house.holds("a"), house.holds("b")) == ([("r0", "start")], [])
    assert marks(house) == ["r0 no choice of 微辣/中辣"]
    house.order([content("a", *HOT, modifiers=(Modifier("微辣"),)), content("b", *PLATE)])
    assert (house.holds("a"), marks(house)) == ([], [])
    house.order([content("a", *HOT, note="中辣，少油")], "2")
    assert marks(house, "a", "2") == []


def test_an_unknown_dish_is_well_once_a_station_takes_it() -> None:
    house = house_with(UNKNOWN)
    house.order({"a": ("神秘菜", "")})
    assert (house.holds("a"), marks(house)) == ([("r0", "start")], ["r0 not on the menu"])
    house.act(CommandKind.TAKE, "a", view="wok")
    assert (house.holds("a"), marks(house), queued(house)) == ([], [], 1)


def test_a_duplicate_is_flagged_and_made_unless_the_rule_says_more() -> None:
    house = house_with(TWICE)
    house.order({"a": PLATE})
    house.wait(90)
    house.order({"a": PLATE}, "2")
    assert (marks(house), marks(house, "a", "2")) == ([], ["r0 perhaps twice"])
    assert queued(house, "a", "2") == 1
    house.wait(90)
    house.order({"a": PLATE}, "3", session="", table="8")
    assert marks(house, "a", "3") == ["r0 perhaps twice"], "at the table, whatever the session"
    house.order({"a": PLATE}, "4", session="s9", table="9")
    assert marks(house, "a", "4") == []


def test_whether_it_is_the_order_by_hand_is_asked_instead_of_whether_it_is_a_duplicate() -> None:
    """The fault: both stood beside one dish, and an answer to one left the other."""
    house = house_with(TWICE)
    house.order({"a": PLATE}, "h1")
    house.order({"a": PLATE}, "2")
    flags = [t.flags for t in board(house.kitchen, house.book, "expo", house.now).tickets]
    asked = [found for found in flags if "twin" in found]
    assert len(asked) == 1
    assert "check" not in asked[0]
    house.act(CommandKind.OTHER_ORDER, order_id="2")
    flags = [t.flags for t in board(house.kitchen, house.book, "expo", house.now).tickets]
    assert [("twin" in found, "check" in found) for found in flags].count((False, True)) == 1


def test_of_two_alike_the_first_is_never_the_duplicate() -> None:
    """Both at the same moment, seen from either ticket: exactly one is marked."""
    house = house_with(TWICE)
    house.order({"a": PLATE}, "1", session="", table="8")
    house.order({"a": PLATE}, "2", session="", table="8")
    house.order({"a": PLATE, "b": POT}, "1", session="", table="8")
    assert (marks(house), marks(house, "a", "2")) == ([], ["r0 perhaps twice"])


def test_other_choices_quantities_and_seats_are_no_duplicate() -> None:
    house = house_with(TWICE)
    house.order([content("a", *PLATE), content("b", *PLATE)])
    assert marks(house, "b") == [], "two lines of one order are meant"
    others: list[dict[str, Any]] = [{"quantity": Decimal(2)}, {"seat": "2"}, {"note": "快"}]
    for number, more in enumerate(others, 2):
        house.order([content("a", *PLATE, **more)], str(number))
        assert marks(house, "a", str(number)) == []


def test_sold_out_is_asked_about_as_long_as_it_is_counted() -> None:
    house = house_with(SOLD_OUT)
    house.act(CommandKind.SOLD_OUT, name="肥牛")
    house.order({"a": PLATE, "b": HOT})
    assert (house.holds("a"), house.holds("b")) == ([("r0", "start")], [])
    house.act(CommandKind.ON_SALE, name="肥牛")
    house.order({"a": PLATE, "b": HOT, "c": POT})
    assert (house.holds("a"), marks(house)) == ([], [])


def test_the_parts_of_a_set_wait_for_its_answer() -> None:
    house = house_with(MANY)
    parts = [content(k, *PLATE, parent=LineId("a")) for k in "bc"]
    house.order([content("a", "双人餐", quantity=Decimal(50)), *parts])
    assert (marks(house), house.holds("b"), house.holds("c")) == (
        ["r0 50 portions?"],
        [("r0", "start")],
        [("r0", "start")],
    )
    house.act(CommandKind.RELEASE, "b", view="expo")
    assert marks(house) == ["r0 50 portions?"], "a part of it is still asked about"
    house.act(CommandKind.RELEASE, "c", view="expo")
    assert marks(house) == []


# --- which rule decides ------------------------------------------------------------------------


def test_the_first_rule_that_finds_the_fault_decides_and_may_accept_it() -> None:
    house = house_with(
        "what: quantity, over: 20, when: {channel: group_buy}, then: accept",
        "what: quantity, over: 20, class: plate, then: flag, reason: '{dish}×{count}'",
        "what: quantity, over: 10, then: ask_pass",
    )
    many = Decimal(30)
    house.order([content("a", *PLATE, quantity=many), content("b", *HOT, quantity=many)])
    assert (marks(house), marks(house, "b")) == (["r1 肥牛×30"], ["r2 30 portions?"])
    house.order([content("a", *PLATE, quantity=many)], "2", channel=Channel.GROUP_BUY)
    assert (marks(house, "a", "2"), house.holds("a", "2")) == ([], [])


def test_what_a_rule_is_no_longer_for_goes_at_once() -> None:
    house = house_with(f"{MANY}, when: {{service: dine_in, not: {{table: 9}}}}")
    house.order([content("a", *PLATE, quantity=Decimal(30))])
    assert house.holds("a")
    house.act(CommandKind.MOVE_TABLE, table="9")
    assert (house.holds("a"), marks(house)) == ([], [])
    house.order([content("a", *PLATE, quantity=Decimal(30))], "2", session="s5", table="5")
    house.order(
        [content("a", *PLATE, quantity=Decimal(30))],
        "2",
        session="s5",
        table="5",
        service=Service.TAKEAWAY,
    )
    assert (house.holds("a", "2"), marks(house, "a", "2")) == ([], [])


def test_a_paused_rule_marks_and_asks_nobody() -> None:
    house = house_with(MANY)
    house.order([content("a", *PLATE, quantity=Decimal(30))])
    house.wait(1)
    house.wait(1)
    house.act(CommandKind.PAUSE_RULE, rule=RuleId("r0"))
    house.wait(1)
    assert house.holds("a") == []
    house.order([content("a", *PLATE, quantity=Decimal(30))], "2")
    assert (house.holds("a", "2"), marks(house, "a", "2")) == ([], ["r0 30 portions?"])


def test_a_rule_whose_questions_nobody_answers_pauses_itself_and_says_so() -> None:
    """Each unanswered question costs its whole time-out; a pass without a person must not."""
    house = house_with(MANY)
    for table in ("1", "2", "3", "4"):
        fields = {"session": table, "table": table}
        house.order([content("a", *PLATE, quantity=Decimal(30))], table, **fields)
        house.wait(1)
    house.wait(183)
    assert [rule for rule, state in house.kitchen.rules.items() if state.paused_at] == ["r0"]
    (alert,) = house.kitchen.alerts.values()
    assert alert.message.en == "Rule 0 is paused: 3 tables within 10 min had no answer"
    assert house.holds("a", "4") == []
    house.order([content("a", *PLATE, quantity=Decimal(30))], "5", session="5", table="5")
    assert (house.holds("a", "5"), marks(house, "a", "5")) == ([], ["r0 30 portions?"])


# --- beside other rules and people --------------------------------------------------------------


def test_a_dish_that_is_asked_about_waits_for_its_pot_as_well() -> None:
    """Neither rule hides the dish from the other: after the yes the pot still gates the run."""
    wait = (
        "rules: [{id: pot-first, name: Pot, mechanism: wait_for, waits_for: broth, timeout: 6 min,"
        " holds: {class: plate, gate: run}, reason: pot},"
        f" {{id: r0, name: Rule, mechanism: check, {MANY}}}]"
    )
    book = compile_book({"book.yaml": BOOK + wait}).book
    assert book is not None
    house = House(book)
    house.order([content("p", *POT), content("a", *PLATE, quantity=Decimal(30))])
    assert sorted(house.holds("a")) == [("pot-first", "run"), ("r0", "start")]
    house.wait(180)
    assert house.holds("a") == [("pot-first", "run")]


def test_an_undone_yes_is_a_question_again() -> None:
    house = house_with(MANY)
    house.order([content("a", *PLATE, quantity=Decimal(30))])
    house.act(CommandKind.RELEASE, "a", view="expo")
    house.act(CommandKind.UNDO, undoes=CommandId(f"do{house._asked}"))
    assert (house.holds("a"), marks(house)) == ([("r0", "start")], ["r0 30 portions?"])


def test_a_no_makes_it_void_and_leaves_no_question() -> None:
    house = house_with(MANY)
    house.order([content("a", *PLATE, quantity=Decimal(30))])
    house.act(CommandKind.VOID, "a", view="expo")
    assert (house.holds("a"), marks(house)) == ([], [])


def test_what_the_waiter_holds_is_asked_about_before_it_is_called() -> None:
    house = house_with(MANY)
    many = Decimal(30)
    house.order([content("a", *PLATE, quantity=many, state=LineState.HELD)])
    assert [rule for rule, _ in house.holds("a")] == ["pos-hold", "r0"]
    house.order([content("a", *PLATE, quantity=many)])
    assert (house.holds("a"), queued(house)) == ([("r0", "start")], 0)


def test_a_new_book_ends_what_it_has_no_rule_for_and_says_so_before() -> None:
    house = house_with(MANY, TWICE)
    house.order([content("a", *PLATE, quantity=Decimal(30))])
    house.order({"b": POT}, "2")
    house.order({"b": POT}, "3")
    assert marks(house, "b", "3") == ["r1 perhaps twice"]
    after = book_with(MANY.replace("ask_pass, timeout: 3 min", "flag"))
    told = changes(house.kitchen, house.book, after, house.now)
    assert told.text().en == "1 line stops waiting"
    events = adoption(house.kitchen, after, house.now)
    house.book = after
    house._keep(record(house.kitchen, events, after, house.now))
    assert (house.holds("a"), marks(house)) == ([], ["r0 30 portions?"])
    assert marks(house, "b", "3") == []


# --- what is shown ------------------------------------------------------------------------------


def shown(house: House, view: str) -> TicketLine:
    (ticket,) = board(house.kitchen, house.book, view, house.now).tickets
    return next(line for line in ticket.lines if line.key.line_id == "a")


def test_every_view_but_the_guests_shows_the_question_and_then_the_mark() -> None:
    house = house_with(MANY)
    house.order([content("a", *PLATE, quantity=Decimal(30))], service=Service.TAKEAWAY)
    for view in ("expo", "all"):
        line = shown(house, view)
        assert {"ask_pass", "check"} <= set(line.flags)
        assert line.hold is not None
        assert (line.hold.asks, line.hold.where) == (True, "book.yaml:9")
        assert [(mark.rule, mark.asks) for mark in line.remarks] == [("r0", True)]
        (ticket,) = board(house.kitchen, house.book, view, house.now).tickets
        assert {"ask_pass", "check"} <= set(ticket.flags)
    assert shown(house, "pickup").remarks == ()
    assert not {"ask_pass", "check"} & set(shown(house, "pickup").flags)
    assert explain_line(shown(house, "expo"), house.now, "en") == (
        "gated: 30 portions?, the pass is asked, waiting 0:00, opens in 3:00 (book.yaml:9 r0)"
    )
    house.wait(180)
    line = shown(house, "expo")
    assert "ask_pass" not in line.flags
    assert explain_line(line, house.now, "en").endswith("; 30 portions? (book.yaml:9 r0)")
    assert explain_line(line, house.now, "zh").endswith("；30 份？（book.yaml:9 r0）")


def test_a_mark_that_was_answered_is_only_told() -> None:
    house = house_with(MANY)
    house.order([content("a", *PLATE, quantity=Decimal(30))])
    house.act(CommandKind.RELEASE, "a", view="expo")
    line = shown(house, "expo")
    assert not {"ask_pass", "check"} & set(line.flags)
    assert explain_line(line, house.now, "en").endswith(
        "; 30 portions?, agreed to (book.yaml:9 r0)"
    )


# --- always ------------------------------------------------------------------------------------


def test_a_check_survives_the_log() -> None:
    house = house_with(MANY)
    house.order([content("a", *PLATE, quantity=Decimal(30))])
    for fact in house.facts(LineChecked):
        assert load_fact(*dump_fact(fact)) == fact


@given(steps)
@settings(max_examples=60)
def test_no_question_stays_for_ever_and_checks_come_to_rest(story: list[tuple[Any, ...]]) -> None:
    """Everything is odd to these rules: duplicates, unknown dishes, options, and the pot twice."""
    ask = "then: ask_pass, timeout: 90 s"
    house = house_with(
        f"what: duplicate, within: 5 min, {ask}",
        f"what: missing_option, class: [dish, plate], options: none, {ask}",
        f"what: unknown_dish, {ask}",
        f"what: quantity, over: 1, {ask}",
    )
    for step in story:
        carry_out(house, step)
        for visit in house.kitchen.visits:
            assert not list(house.book.settle(house.kitchen, visit, house.latest, house.now))
    house.wait(420)
    assert due(house.kitchen, house.book, house.now) == ()
    lines = [line for order in house.kitchen.orders.values() for line in order.lines.values()]
    held = [hold for line in lines for hold in line.holds if hold.asks]
    assert [hold for hold in held if not house.kitchen.visits[hold.visit].removed] == []
