"""Entries that are never reached: told only when it is certain, whatever dish comes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kds.kitchen.messages import Channel, Service
from kds.rulebook.compile import compile_book
from kds.rulebook.compiled import Match, MenuClass, Pattern
from kds.rulebook.matching import Subject, judge, pattern
from kds.rulebook.reach import covers

HEAD = "book: {id: b, name: B}\nstations: [{id: wok, name: W}]\n"


def told(menu: str, rules: str = "") -> list[str]:
    entries = [f"{{id: m{i}, class: c{i}, cook: wok, {m}}}" for i, m in enumerate(menu.split("|"))]
    text = f"{HEAD}menu: [{', '.join(entries)}]\n{rules}"
    return [fault.message.en for fault in compile_book({"f.yaml": text}).diagnostics]


@pytest.mark.parametrize(
    "menu",
    [
        "match: {category: hot} | match: {category: hot, name: x}",
        "match: {category: [hot, cold]} | match: {category: cold}",
        "match: {name_has: tea} | match: {name: green tea}",
        "match: {name_has: 丸} | match: {name_has: [牛肉丸, 鱼丸]}",
        "match: {name_has: 锅} | match: {name_ends: 锅}",
        "match: {category_has: 锅} | match: {category_ends: 火锅}",
        "match: {tag: [a, b]} | match: {tag: a, name: x}",
        "match: {parts: no} | match: {parts: no, service: delivery}",
        "match: [{name: a}, {name: b}] | match: [{name: b}, {name: a, channel: qr}]",
        "match: {name: a}, except: {name: z} | match: {name: a}, except: [{name: z}, {name: y}]",
        "match: {name: a}, when: {zone: b*} | match: {name: a}, when: {zone: bar, member: gold}",
        "match: {name: a} | match: {name: a}, when: {not: {zone: bar}}",
        "match: {name: a}, when: {any: [{zone: x}, {zone: y}]} | match: {name: a}, when: {zone: y}",
    ],
)
def test_an_entry_that_an_earlier_one_covers_is_told(menu: str) -> None:
    (sentence,) = told(menu)
    assert "'m1' is never reached: 'm0' (f.yaml:3)" in sentence or "contradicts" in sentence


@pytest.mark.parametrize(
    "menu",
    [
        "match: {category: hot, name: x} | match: {category: hot}",
        "match: {name_has: tea} | match: {name: steak}",
        "match: {name_ends: 锅} | match: {name_has: 锅}",
        "match: {category: a}, except: {name: x} | match: {category: a}",
        "match: {name: a} | match: [{name: a}, {name: b}]",
        "match: {service: dine_in, name: a} | match: {name: a}",
        "match: {name_has: tea} | match: {name_has: tea*}",
        "match: {tag: a} | match: {tag: b}",
        "match: {name: a}, when: {zone: bar} | match: {name: a}",
        "match: {name: a}, when: {zone: bar} | match: {name: a}, when: {zone: b*}",
        "match: {name: a}, when: {course: 1} | match: {name: a}, when: {seat: 1}",
    ],
)
def test_an_entry_that_still_gets_something_is_not_told(menu: str) -> None:
    assert told(menu) == []


NAMES = st.sampled_from(["锅", "锅底", "鸳鸯锅底", "tea", "green tea", "steak", "tea*", "*ea"])
PATTERNS: st.SearchStrategy[Pattern] = st.builds(pattern, NAMES, at_end=st.just(False))
ENDINGS: st.SearchStrategy[Pattern] = st.builds(pattern, NAMES, at_end=st.just(True))


def some(values: st.SearchStrategy[object]) -> st.SearchStrategy[tuple[object, ...]]:
    return st.lists(values, max_size=2).map(tuple)


MATCHES = st.builds(
    Match,
    names=some(NAMES),
    name_has=some(PATTERNS),
    name_ends=some(ENDINGS),
    categories=some(NAMES),
    category_has=some(PATTERNS),
    services=some(st.sampled_from([*Service][:2])),
    channels=st.just(()),
    parts=st.sampled_from([None, True, False]),
)
LINES = st.builds(
    Subject,
    item=st.just(""),
    names=st.lists(st.one_of(NAMES, st.just("鸳鸯锅底（大）")), min_size=1, max_size=2).map(tuple),
    category=NAMES,
    modifiers=st.just(()),
    service=st.sampled_from([*Service][:2]),
    channel=st.just(Channel.QR),
    is_parent=st.booleans(),
)


@given(MATCHES, MATCHES, st.lists(LINES, max_size=20))
def test_what_is_covered_really_is(wide: Match, narrow: Match, lines: list[Subject]) -> None:
    """No false alarm: a line that meets the covered match meets the covering one."""
    if wide == Match() or narrow == Match() or not covers(wide, narrow):
        return
    for line in lines:
        if judge(entry(narrow), line).matched:
            assert judge(entry(wide), line).matched


@given(MATCHES)
def test_a_match_covers_itself(match: Match) -> None:
    assert covers(match, match)


def entry(match: Match) -> MenuClass:
    return MenuClass(id="m", menu_class="c", where="", match=(match,))  # type: ignore[arg-type]


RULE = (
    "{{id: {0}, name: n, mechanism: wait_for, waits_for: {1}, holds: {{class: {2}, gate: run}}, "
    "reason: r, timeout: 1 min, when: {{service: {3}}}}}"
)
ABC = "match: {name: a} | match: {name: b} | match: {name: c}"


def rules(*stated: tuple[str, str, str, str]) -> str:
    return f"rules: [{', '.join(RULE.format(*rule) for rule in stated)}]\n"


def test_a_circle_of_three_is_told_once() -> None:
    circle = rules(
        ("one", "c0", "c1", "dine_in"),
        ("two", "c1", "c2", "dine_in"),
        ("six", "c2", "c0", "dine_in"),
    )
    (sentence,) = told(ABC, circle)
    assert sentence == "they wait for each other in a circle: c0 → c2 → c1 → c0"


def test_rules_that_never_meet_make_no_circle() -> None:
    apart = rules(("one", "c0", "c1", "dine_in"), ("two", "c1", "c0", "delivery"))
    assert told(ABC, apart) == []
