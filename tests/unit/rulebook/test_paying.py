"""Pay first: nothing is begun unpaid, a refund is a void, nothing is cooked twice unasked."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from kds.board.views import board
from kds.board.why import explain_line
from kds.kitchen.commands import CommandKind
from kds.kitchen.decide import record
from kds.kitchen.ids import CommandId, LineId, RuleId
from kds.kitchen.messages import Channel, Payment
from kds.kitchen.order_facts import (
    HoldPlaced,
    HoldReleased,
    Opening,
    PortionsVoided,
)
from kds.kitchen.portions import PortionState
from kds.rulebook.adoption import adoption, changes
from kds.rulebook.book import Book
from kds.rulebook.compile import compile_book
from tests.unit.rulebook.house import House

BOOK = """
book: {id: small, name: Small, zone: Asia/Shanghai, end_after_paid: never}
stations: [{id: wok, name: {zh: 热菜, en: Wok}}, {id: broth, name: Broth}]
menu:
  - {id: pot, class: broth, match: {category: 锅底}, cook: broth}
  - {id: hot, class: dish, match: {category: 热菜}, cook: wok}
"""
HOT, POT = ("宫保鸡丁", "热菜"), ("麻辣锅底", "锅底")
PAID, UNPAID, REFUNDED = Payment.PAID, Payment.UNPAID, Payment.REFUNDED


def book_with(rule: str = "", *more: str) -> Book:
    text = f"{{id: pay, name: Pay, mechanism: pay_first, timeout: 10 min{rule and f', {rule}'}}}"
    found = compile_book({"book.yaml": BOOK + f"rules: [{', '.join((text, *more))}]"})
    assert found.book is not None, [d.text("en") for d in found.diagnostics]
    return found.book


def house_with(rule: str = "", *more: str) -> House:
    return House(book_with(rule, *more))


def states(house: House, line: str = "a", order: str = "1") -> dict[str, int]:
    found: dict[str, int] = {}
    for group in house.line(line, order).groups:
        found[group.state.value] = found.get(group.state.value, 0) + int(group.portions)
    return found


# --- money ---------------------------------------------------------------------------------------


def test_nothing_is_begun_before_it_is_paid_and_its_clock_starts_then() -> None:
    house = house_with()
    house.order({"a": HOT, "b": POT})
    assert states(house) == states(house, "b") == {"held": 1}
    assert house.hold("a").reason.en == "not paid yet"
    house.wait(200)
    house.order({"a": HOT, "b": POT}, payment=PAID)
    assert states(house) == {"queued": 1}
    assert [group.fired_at for group in house.line("a").groups] == [house.now]
    assert [(f.lines[0].line_id, f.opened_by) for f in house.facts(HoldReleased)] == [
        ("a", Opening.STATE)
    ], "one fact for the whole order"


def test_an_order_that_comes_paid_does_not_wait() -> None:
    house = house_with()
    house.order({"a": HOT}, payment=PAID)
    assert states(house) == {"queued": 1}


def test_a_part_of_the_money_is_not_all() -> None:
    house = house_with()
    house.order({"a": HOT}, payment=Payment.PARTIAL)
    assert states(house) == {"held": 1}


def test_the_first_rule_that_is_for_an_order_decides() -> None:
    late = "{id: all, name: All, mechanism: pay_first, timeout: 1 min, then: fire}"
    house = house_with("when: {channel: qr}", late)
    house.order({"a": HOT}, channel=Channel.QR)
    house.order({"a": HOT}, "2", channel=Channel.KIOSK, session="s9", table="9")
    assert (house.hold("a").rule, house.hold("a", "2").rule) == ("pay", "all")
    house.wait(60)
    assert (states(house), states(house, "a", "2")) == ({"held": 1}, {"queued": 1})
    house.order({"a": HOT}, channel=Channel.COUNTER)
    assert house.hold("a").rule == "all", "taken over without a moment in between"
    house.wait(60)
    assert states(house) == {"queued": 1}


def test_what_somebody_let_go_is_not_held_again_but_what_is_added_is() -> None:
    house = house_with()
    house.order({"a": HOT})
    house.act(CommandKind.RELEASE, "a", view="expo")
    house.order({"a": HOT, "b": POT})
    assert (states(house), states(house, "b")) == ({"queued": 1}, {"held": 1})


def test_an_undone_release_waits_for_the_money_again() -> None:
    house = house_with()
    house.order({"a": HOT})
    house.act(CommandKind.RELEASE, "a", view="expo")
    house.act(CommandKind.UNDO, undoes=CommandId(f"do{house._asked}"))
    assert states(house) == {"held": 1}
    house.order({"a": HOT}, payment=PAID)
    assert states(house) == {"queued": 1}


# --- no money ------------------------------------------------------------------------------------


def test_without_money_in_time_the_pass_is_asked_once_and_the_order_stays() -> None:
    house = house_with()
    house.order({"a": HOT, "b": POT})
    house.wait(3600)
    asked = [f for f in house.facts(HoldPlaced) if f.asks]
    assert [(len(f.lines), f.reason.en, f.until) for f in asked] == [(2, "not paid", None)]
    assert states(house) == {"held": 1}
    house.order({"a": HOT, "b": POT}, payment=PAID)
    assert states(house) == {"queued": 1}, "late money is money"


def test_or_it_is_made_all_the_same() -> None:
    house = house_with("then: fire")
    house.order({"a": HOT})
    house.wait(600)
    assert states(house) == {"queued": 1}
    assert [f.opened_by for f in house.facts(HoldReleased)] == [Opening.TIMEOUT]


def test_a_till_that_takes_no_money_is_helped_by_pausing_the_rule() -> None:
    house = house_with()
    house.order({"a": HOT})
    house.order({"a": HOT}, "2", session="s9", table="9")
    house.wait(700)
    house.act(CommandKind.PAUSE_RULE, rule=RuleId("pay"))
    house.wait(5)
    assert states(house) == states(house, "a", "2") == {"queued": 1}
    house.order({"a": HOT}, "3")
    assert states(house, "a", "3") == {"queued": 1}
    house.act(CommandKind.RESUME_RULE, rule=RuleId("pay"))
    house.order({"b": POT}, "4")
    assert states(house, "b", "4") == {"held": 1}


def test_plates_wait_for_a_pot_from_when_it_is_paid() -> None:
    """Else broth first would time out, and pause itself, over guests who look for their card."""
    wait = (
        "{id: pot-first, name: Pot, mechanism: wait_for, waits_for: broth, timeout: 6 min,"
        " holds: {class: dish, gate: run}, reason: pot}"
    )
    house = house_with("", wait)
    house.order({"p": POT, "a": HOT})
    house.wait(500)
    house.order({"p": POT, "a": HOT}, payment=PAID)
    hold = house.hold("a")
    assert (hold.rule, hold.until) == ("pot-first", house.now + 360_000)
    assert states(house) == {"queued": 1}


def test_the_board_says_whether_it_goes_or_the_pass_is_asked_when_the_time_is_up() -> None:
    for rule, said in (("then: fire", "opens in 8:20"), ("", "the pass is asked in 8:20")):
        house = house_with(rule)
        house.order({"a": HOT})
        house.wait(100)
        (ticket,) = board(house.kitchen, house.book, "expo", house.now).tickets
        (line,) = ticket.lines
        assert line.hold is not None
        assert line.hold.opens is (rule != "")
        assert said in explain_line(line, house.now, "en")


# --- money back ----------------------------------------------------------------------------------


def test_a_refund_makes_void_what_is_not_served_and_who_has_begun_acknowledges() -> None:
    house = house_with()
    house.order({"a": HOT, "b": HOT, "c": POT}, payment=PAID)
    house.act(CommandKind.START, "a", view="wok")
    house.act(CommandKind.BUMP, "c", view="broth")
    house.act(CommandKind.SERVE, "c", view="expo")
    house.order({"a": HOT, "b": HOT, "c": POT}, payment=REFUNDED)
    assert (states(house), states(house, "b")) == ({"void": 1}, {"void": 1})
    assert states(house, "c") == {"served": 1}
    (group,) = house.line("a").groups
    assert not group.acknowledged
    assert len(house.facts(PortionsVoided)) == 1
    house.order({"a": HOT, "b": HOT, "c": POT}, payment=REFUNDED, note="again")
    assert len(house.facts(PortionsVoided)) == 1


def test_or_the_pass_is_asked_about_what_waits() -> None:
    house = house_with("refund: ask_pass")
    house.order({"a": HOT})
    house.order({"a": HOT}, payment=REFUNDED)
    assert (states(house), house.hold("a").reason.en) == ({"held": 1}, "refunded")
    house.order({"a": HOT}, payment=PAID)
    assert states(house) == {"queued": 1}


# --- once more -----------------------------------------------------------------------------------


def marked(house: House, order: str, line: str = "a") -> bool:
    return any(not remark.answered for remark in house.line(line, order).remarks)


def test_the_same_once_more_waits_for_the_pass_although_it_is_paid() -> None:
    house = house_with()
    house.order({"a": HOT})
    house.wait(60)
    house.order({"a": HOT}, "2", payment=PAID)
    assert (states(house), states(house, "a", "2")) == ({"held": 1}, {"held": 1})
    assert (house.hold("a", "2").asks, house.hold("a", "2").until) == (True, None)
    assert (marked(house, "1"), marked(house, "2")) == (False, True)
    house.act(CommandKind.RELEASE, "a", order_id="2", view="expo")
    assert states(house, "a", "2") == {"queued": 1}
    house.order({"a": HOT}, payment=PAID)
    assert (states(house), marked(house, "1")) == ({"held": 1}, True), "its money came late"


def test_late_money_of_the_first_makes_the_first_and_the_second_stays_asked_about() -> None:
    house = house_with()
    house.order({"a": HOT})
    house.order({"a": HOT}, "2", payment=PAID)
    house.order({"a": HOT}, payment=PAID)
    assert (states(house), states(house, "a", "2")) == ({"queued": 1}, {"held": 1})


def test_of_two_unpaid_alike_none_is_made_by_the_clock() -> None:
    house = house_with("then: fire")
    house.order({"a": HOT}, session="", table="8")
    house.order({"a": HOT}, "2", session="", table="8")
    house.wait(3600)
    assert states(house) == states(house, "a", "2") == {"held": 1}
    assert house.hold("a").asks
    assert house.hold("a", "2").asks


def test_once_the_unpaid_one_is_gone_the_other_is_made() -> None:
    house = house_with()
    house.order({"a": HOT})
    house.order({"a": HOT}, "2", payment=PAID)
    house.act(CommandKind.VOID, "a", view="expo")
    assert (states(house, "a", "2"), marked(house, "2")) == ({"queued": 1}, False)


def test_another_table_other_dishes_or_a_paid_order_is_no_repeat() -> None:
    house = house_with("within: 30 min")
    house.order({"a": HOT})
    house.order({"a": HOT, "b": POT}, "2", payment=PAID)
    house.order({"a": HOT}, "3", session="s9", table="9", payment=PAID)
    assert states(house, "a", "2") == states(house, "a", "3") == {"queued": 1}
    house.order({"b": POT}, "4", payment=PAID)
    house.order({"b": POT}, "5", payment=PAID)
    assert states(house, "b", "5") == {"queued": 1}, "one more, and paid like the first"
    house.wait(1900)
    house.order({"a": HOT}, "6", payment=PAID)
    assert states(house, "a", "6") == {"queued": 1}, "too long ago"


def test_a_repeat_may_be_marked_alone_or_accepted() -> None:
    for answer, is_marked in (("flag", True), ("accept", False)):
        house = house_with(f"repeated: {answer}")
        house.order({"a": HOT})
        house.order({"a": HOT}, "2", payment=PAID)
        assert (states(house, "a", "2"), marked(house, "2")) == ({"queued": 1}, is_marked)


# --- books ---------------------------------------------------------------------------------------


def test_a_book_without_the_rule_lets_go_and_says_so_before() -> None:
    house = house_with()
    house.order({"a": HOT})
    house.wait(700)
    without = compile_book({"book.yaml": BOOK}).book
    assert without is not None
    for after in (book_with("when: {channel: qr}"), without):
        told = changes(house.kitchen, house.book, after, house.now)
        assert told.text().en == "1 line stops waiting"
    house._keep(record(house.kitchen, adoption(house.kitchen, after, house.now), after, house.now))
    house.book = after
    house.wait(1)
    assert states(house) == {"queued": 1}


# --- always --------------------------------------------------------------------------------------

NAMES = ["1", "2", "3"]
steps = st.lists(
    st.tuples(
        st.just("order"),
        st.sampled_from(NAMES),
        st.sampled_from(["a", "b", "ab"]),
        st.sampled_from([UNPAID, UNPAID, PAID, REFUNDED]),
    )
    | st.tuples(
        st.just("work"),
        st.sampled_from([CommandKind.START, CommandKind.BUMP, CommandKind.VOID, CommandKind.SERVE]),
        st.sampled_from(NAMES),
        st.sampled_from("ab"),
    )
    | st.tuples(st.just("wait"), st.sampled_from([5, 300, 700])),
    max_size=15,
)


def carry_out(house: House, step: tuple[Any, ...]) -> None:
    match step:
        case ("order", name, dishes, payment):
            lines = {dish: (HOT, POT)[dish == "b"] for dish in dishes}
            house.order(lines, name, payment=payment)
        case ("work", kind, name, line):
            if house.key(name) in house.kitchen.orders:
                found = house.kitchen.orders[house.key(name)].lines.get(LineId(line))
                is_held = found is not None and bool(found.holds)
                if kind is CommandKind.VOID or not is_held:  # nobody works on what is held
                    house.act(kind, line, order_id=name, view="expo")
        case ("wait", seconds):
            house.wait(seconds)


@given(steps, st.sampled_from(["then: fire", "then: ask_pass", "refund: ask_pass"]))
@settings(max_examples=60)
def test_nothing_that_was_never_paid_is_begun_unasked(story: list[Any], rule: str) -> None:
    """Nobody says yes in these stories. Whatever comes, the rules come to rest."""
    house = house_with(rule)
    paid: set[str] = set()
    for step in (*story, ("wait", 3600)):
        carry_out(house, step)
        if step[0] == "order" and step[3] is PAID:
            paid.add(step[1])
        for visit in house.kitchen.visits:
            assert not list(house.book.settle(house.kitchen, visit, house.latest, house.now))
        for order in house.kitchen.orders.values():
            if order.key.order_id not in paid and "fire" not in rule:
                groups = [group for line in order.lines.values() for group in line.groups]
                assert {g.state for g in groups} <= {PortionState.HELD, PortionState.VOID}
