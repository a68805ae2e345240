"""Another book over open work: what it moves, what stays, and that the preview tells the truth."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kds.kitchen.commands import CommandKind
from kds.kitchen.decide import record
from kds.rulebook.adoption import Changes, adopted_by, adoption, changes, followed
from kds.rulebook.book import Book
from kds.rulebook.compile import compile_book
from tests.unit.rulebook.house import House, content

TEXT = """\
book: {id: b, name: B}
stations: [{id: pot, name: P}, {id: cut, name: C}, {id: wok, name: W}]
menu:
  - {id: pots, class: broth, match: {category: pots}, cook: pot, late: 5 min}
  - {id: plates, class: plate, match: {category: plates}, cook: cut, late: 8 min}
  - {id: sets, class: set, match: {category: sets}, cook: nothing}
  - {id: hot, class: dish, match: {category: hot}, cook: cut -> wok}
rules:
  - {id: first, name: n, mechanism: wait_for, waits_for: broth, timeout: 6 min, reason: r,
     holds: {class: plate, gate: run}}
"""
RULE = TEXT.index("rules:")


def book(*changed: tuple[str, str]) -> Book:
    text = TEXT
    for old, new in changed:
        assert old in text
        text = text.replace(old, new)
    made = compile_book({"f.yaml": text}).book
    assert made is not None
    return made


BEFORE = book()
ELSEWHERE = book(("cook: cut,", "cook: wok,"))


def house() -> House:
    """A table with a pot, two plates, a hot dish, a set, and something no rule knows."""
    made = House(BEFORE)
    lines = {"p": ("pot", "pots"), "a": ("tripe", "plates"), "h": ("ribs", "hot")}
    made.order({**lines, "s": ("set", "sets"), "u": ("odd", "")})
    return made


def adopt(made: House, after: Book) -> None:
    made.book = after
    made._keep(record(made.kitchen, adoption(made.kitchen, after, made.now), after, made.now))


def stations(made: House, line_id: str) -> list[str]:
    return [step.station for step in made.line(line_id).routing.steps]


def preview(made: House, after: Book) -> Changes:
    return changes(made.kitchen, made.book, after, made.now)


def test_what_nobody_has_begun_goes_its_new_way() -> None:
    made = house()
    assert preview(made, ELSEWHERE).text().en == "1 line changes station"
    adopt(made, ELSEWHERE)
    assert stations(made, "a") == ["wok"]
    assert made.holds("a") == [("first", "run")]
    assert made.kitchen.book == ELSEWHERE.hash


def test_what_is_begun_stays_where_it_is() -> None:
    made = house()
    made.act(CommandKind.START, "a", view="cut")
    assert preview(made, ELSEWHERE).is_none
    adopt(made, ELSEWHERE)
    assert stations(made, "a") == ["cut"]


def test_what_a_station_took_stays_there() -> None:
    made = house()
    made.act(CommandKind.TAKE, "u", view="wok")
    adopt(made, ELSEWHERE)
    assert stations(made, "u") == ["wok"]


def test_where_a_rule_stands_changes_nothing() -> None:
    after = book(("book:", "# a comment\nbook:"))
    assert after.hash != BEFORE.hash
    assert preview(house(), after).is_none
    assert len(adoption(house().kitchen, after, house().now)) == 1


def test_a_shell_that_is_cooked_now_gets_portions() -> None:
    made = house()
    adopt(made, book(("cook: nothing", "cook: wok")))
    assert [(g.step, g.portions) for g in made.line("s").groups] == [(0, Decimal(1))]


def test_a_chain_begins_again_at_its_first_step() -> None:
    made = house()
    adopt(made, book(("cook: cut -> wok", "cook: wok -> cut")))
    assert stations(made, "h") == ["wok", "cut"]
    assert [g.state.value for g in made.line("h").groups] == ["queued", "waiting"]


def test_a_rule_that_is_gone_lets_go_and_the_preview_says_so() -> None:
    made = house()
    without = compile_book({"f.yaml": TEXT[:RULE]}).book
    assert without is not None
    assert preview(made, without) == Changes(opening=1)
    adopt(made, without)
    made.wait(0)
    assert made.holds("a") == []


def test_no_pot_any_more_opens_the_gate() -> None:
    """What plates wait for is none any more under the new book: they must not wait for nothing."""
    after = book(("class: broth, match", "class: soup, match"), ("class: set", "class: broth"))
    assert preview(house(), after).opening == 1


def test_other_limits_are_told() -> None:
    after = book(("late: 8 min", "late: 9 min"))
    assert preview(house(), after).text().zh == "1 道菜换时限"


def test_a_station_that_is_gone_is_told_for_what_is_begun_there() -> None:
    made = house()
    made.act(CommandKind.START, "a", view="cut")
    after = book(("{id: cut, name: C}, ", ""), ("cook: cut,", "cook: wok,"), ("cut -> wok", "wok"))
    found = preview(made, after)
    assert (found.homeless, found.moving) == (1, 1)
    assert "1 line loses its station" in found.text().en


def test_finished_work_is_no_open_work() -> None:
    made = house()
    for line_id in ("p", "a", "h", "u"):
        made.act(CommandKind.SERVE, line_id, view="expo")
    made.act(CommandKind.BUMP, view="expo")
    made.act(CommandKind.SERVE, view="expo")
    assert preview(made, ELSEWHERE).is_none


BOOKS = [
    BEFORE,
    ELSEWHERE,
    book(("cook: cut -> wok", "cook: wok -> cut")),
    book(
        ("class: plate, match", "class: dish, match"),
        ("holds: {class: plate", "holds: {class: dish"),
    ),
    book(("cook: nothing", "cook: cut + wok")),
]
ACTS = st.tuples(
    st.sampled_from([CommandKind.START, CommandKind.BUMP, CommandKind.RECALL, CommandKind.SERVE]),
    st.sampled_from(["p", "a", "h", "s", "u"]),
    st.sampled_from(["pot", "cut", "wok", "expo"]),
)


@settings(max_examples=60)
@given(st.lists(st.one_of(ACTS, st.sampled_from(BOOKS)), max_size=12))
def test_no_portion_is_lost_or_invented_however_often_books_change(
    steps: list[tuple[CommandKind, str, str] | Book],
) -> None:
    made = house()
    for step in steps:
        if isinstance(step, Book):
            adopt(made, step)
        else:
            made.act(step[0], step[1], view=step[2])
    for line_id in ("p", "a", "h", "s", "u"):
        line = made.line(line_id)
        for index in range(len(line.routing.steps)):
            assert sum(g.portions for g in line.groups if g.step == index) == line.ordered
        assert {g.step for g in line.groups} <= set(range(len(line.routing.steps)))


@given(
    st.lists(ACTS, max_size=8),
    st.sampled_from(BOOKS),
    st.lists(st.sampled_from(["1", "2", "3"]), unique=True),
)
def test_visits_that_follow_one_by_one_come_to_what_they_come_to_at_once(
    acts: list[tuple[CommandKind, str, str]], after: Book, first: list[str]
) -> None:
    """The bridge lets a few visits follow at a time, and may die between two of them."""

    def three() -> House:
        made = house()
        for name in ("2", "3"):
            lines = {"p": ("pot", "pots"), "a": ("tripe", "plates"), "h": ("ribs", "hot")}
            made.order(lines, order_id=name, table=name, session=name)
        for n, (kind, line_id, view) in enumerate(acts):
            made.act(kind, line_id, order_id=str(n % 3 + 1), view=view)
        return made

    whole, made = three(), three()
    adopt(whole, after)
    made.book = after
    adopted = adopted_by(made.kitchen, after, made.now)
    made._keep(record(made.kitchen, [adopted], after, made.now))
    for name in (*first, "1", "2", "3", *first):
        visit = made.kitchen.orders[made.key(name)].visit
        facts = followed(made.kitchen, after, made.now, [visit])
        made._keep(record(made.kitchen, facts, after, made.now))
    for order, as_whole in zip(
        made.kitchen.orders.values(), whole.kitchen.orders.values(), strict=True
    ):
        for line, other in zip(order.lines.values(), as_whole.lines.values(), strict=True):
            assert (line.routing, line.holds) == (other.routing, other.holds)
            assert [(g.step, g.state, g.portions) for g in line.groups] == [
                (g.step, g.state, g.portions) for g in other.groups
            ]
    assert len({event.id for event in made.events}) == len(made.events)


@pytest.mark.parametrize("after", BOOKS[1:], ids=lambda b: b.hash[:6])
def test_a_later_revision_agrees_with_the_new_book(after: Book) -> None:
    """An amendment after the change must not find lines that the new book knows nothing of."""
    made = house()
    adopt(made, after)
    made.order([content("a", "tripe", "plates", quantity=Decimal(3)), content("p", "pot", "pots")])
    assert stations(made, "a") == [
        step.station
        for step in after.route(
            made.kitchen.orders[made.key("1")].fields,
            content("a", "tripe", "plates"),
            is_parent=False,
        ).steps
    ]
    assert sum(g.portions for g in made.line("a").groups if g.step == 0) == 3


def test_an_undo_does_not_bring_a_former_way_back() -> None:
    made = house()
    made.act(CommandKind.RUSH, "a")
    rushed = made.events[-1].command
    adopt(made, ELSEWHERE)
    made.act(CommandKind.UNDO, undoes=rushed)
    assert stations(made, "a") == ["wok"]


@pytest.mark.parametrize("when", ["{not: {table: 8}}", "{service: delivery}", "{guests: 4+}"])
def test_what_a_rule_is_no_longer_for_is_free_at_once_and_the_preview_says_so(when: str) -> None:
    """Else a save would seem to change nothing, and the gate would open at the next touch."""
    made = house()
    after = book(("mechanism: wait_for,", f"mechanism: wait_for, when: {when},"))
    assert made.holds("a") == [("first", "run")]
    assert preview(made, after).text().en == "1 line stops waiting"
    adopt(made, after)
    assert made.holds("a") == []


def test_what_the_rule_is_still_for_goes_on_waiting() -> None:
    made = house()
    after = book(("mechanism: wait_for,", "mechanism: wait_for, when: {table: 8},"))
    assert preview(made, after).is_none
    adopt(made, after)
    assert made.holds("a") == [("first", "run")]


def test_dishes_that_stand_elsewhere_in_the_queue_are_counted() -> None:
    """What would sort the walls anew under the cooks' hands waits for somebody to publish it."""
    made = house()
    after = book(("rules:", "bands: [{id: hot, name: Hot, class: dish}]\nrules:"))
    found = preview(made, after)
    assert (found.reranked, found.is_none) == (1, False)
    assert found.text().zh == "1 道菜换优先级"
    assert found.text().en == "1 line changes priority"
