"""`when`: what each condition looks at, and that nothing false is said of what can hold."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kds.admin.whens import phrase
from kds.kitchen.commands import CommandKind
from kds.kitchen.ids import Instant, LineId
from kds.kitchen.messages import Channel, LineContent, Member, OrderFields, Payment, Service
from kds.kitchen.order_facts import HoldReleased, Opening
from kds.rulebook.book import Book
from kds.rulebook.compile import compile_book
from kds.rulebook.conditions import About, Condition, Demand, Occasion, holds, judge
from kds.rulebook.possible import implies, is_possible
from kds.rulebook.schema import WhenSpec
from kds.rulebook.sieve import LASTING, verdict
from kds.rulebook.whens import condition_of
from tests.unit.rulebook.house import House, content

SHANGHAI = ZoneInfo("Asia/Shanghai")
FIELDS = OrderFields(
    service=Service.DINE_IN,
    channel=Channel.QR,
    payment=Payment.PAID,
    zone="Terrace",
    member=Member("Gold"),
)
LINE = LineContent(LineId("1"), "毛肚", quantity=content("1", "", "").quantity, course="2")


def when(**stated: Any) -> Condition:
    return condition_of(WhenSpec.model_validate(stated))


def at(clock: str) -> Instant:
    moment = datetime.fromisoformat(f"2026-11-21T{clock}").replace(tzinfo=SHANGHAI)
    return Instant(round(moment.timestamp() * 1000))


def occasion(clock: str = "22:00", guests: int | None = 4, **fields: Any) -> Occasion:
    return Occasion(replace(FIELDS, **fields), LINE, "A12", guests, at(clock), SHANGHAI)


@pytest.mark.parametrize(
    "stated",
    [
        {"service": "dine_in"},
        {"channel": ["kiosk", "qr"]},
        {"payment": "paid"},
        {"member": "GOLD"},
        {"member": "*"},
        {"table": "a*"},
        {"table": ["9", "A12"]},
        {"zone": "terrace"},
        {"guests": "4"},
        {"guests": "2-4"},
        {"guests": ["1", "3+"]},
        {"course": "2"},
        {"seat": "none"},
        {"between": "21:30-04:00"},
        {"between": ["11:00-14:00", "22:00-22:01"]},
        {"any": [{"zone": "bar"}, {"guests": "4+"}]},
        {"all": [{"zone": "terrace"}, {"payment": "paid"}]},
        {"not": [{"zone": "bar"}, {"payment": "unpaid"}]},
        {"not": {"not": {"zone": "terrace"}}},
    ],
)
def test_a_condition_that_holds(stated: dict[str, Any]) -> None:
    assert judge(when(**stated), occasion()).holds
    assert not judge(when(**{"not": stated}), occasion()).holds


@pytest.mark.parametrize(
    ("stated", "about", "found"),
    [
        ({"service": "delivery", "zone": "terrace"}, "service", "dine_in"),
        ({"table": ["A", "B*"]}, "table", "a12"),
        ({"guests": "6+"}, "guests", "4"),
        ({"between": "04:00-22:00"}, "between", "22:00"),
        ({"member": "none"}, "member", "gold"),
        ({"seat": "*"}, "seat", ""),
        ({"any": [{"zone": "bar"}, {"table": "9"}]}, "table", "a12"),
        ({"not": {"payment": "paid"}}, "payment", "paid"),
        ({"all": [{"zone": "terrace"}, {"channel": "phone"}]}, "channel", "qr"),
    ],
)
def test_the_part_that_fails_is_named_with_what_was_found(
    stated: dict[str, Any], about: str, found: str
) -> None:
    finding = judge(when(**stated), occasion())
    assert (finding.holds, finding.about, finding.found) == (False, about, found)


def test_what_is_not_known_meets_no_number() -> None:
    assert not judge(when(guests="1+"), occasion(guests=None)).holds
    assert judge(when(member="none"), occasion(member=None)).holds
    assert not judge(when(member="*"), occasion(member=None)).holds
    assert judge(when(member="*"), occasion(member=Member())).holds


@pytest.mark.parametrize(
    "stated",
    [
        {"zone": "bar", "not": {"zone": "b*"}},
        {"all": [{"guests": "1-3"}, {"guests": "4+"}]},
        {"between": "11:00-14:00", "not": {"between": "10:00-15:00"}},
        {"all": [{"between": "22:00-04:00"}, {"between": "04:00-22:00"}]},
        {"any": [{"zone": "bar"}, {"zone": "hall"}], "not": [{"zone": "bar"}, {"zone": "hall"}]},
        {"not": {"any": [{"service": "dine_in"}, {"not": {"service": "dine_in"}}]}},
        {"member": "none", "not": {"member": "none"}},
        {"not": {"service": [*Service]}},
    ],
)
def test_a_contradiction_is_seen(stated: dict[str, Any]) -> None:
    assert not is_possible(when(**stated))


CHOICES = {
    About.SERVICE: [*Service],
    About.TABLE: ["", "a*", "a1*", "a1", "b2", "*"],
    About.GUESTS: [(1, 1), (2, 4), (4, 9999)],
    About.BETWEEN: [(0, 60), (1320, 240), (600, 900), (900, 601)],
}


def demands(about: About, values: list[Any]) -> st.SearchStrategy[Demand]:
    kind = "spans" if about in {About.GUESTS, About.BETWEEN} else "texts"
    some = st.lists(st.sampled_from(values), min_size=1, max_size=2).map(tuple)
    return st.builds(Demand, st.just(about), **{kind: some})


DEMANDS = st.one_of([demands(about, values) for about, values in CHOICES.items()])
CONDITIONS: st.SearchStrategy[Condition] = st.recursive(
    st.builds(Condition, st.lists(DEMANDS, max_size=2).map(tuple)),
    lambda inner: st.builds(
        Condition,
        st.lists(DEMANDS, max_size=1).map(tuple),
        *[st.lists(inner, max_size=2).map(tuple)] * 3,
    ),
    max_leaves=6,
)
OCCASIONS = st.builds(
    Occasion,
    st.builds(OrderFields, service=st.sampled_from(Service)),
    st.just(LINE),
    st.sampled_from(["", "A", "A1", "a12", "B2", "C"]),
    st.sampled_from([None, 1, 2, 4, 5, 50]),
    st.integers(0, 1439).map(lambda minute: at(f"{minute // 60:02}:{minute % 60:02}")),
    st.just(SHANGHAI),
)


@given(CONDITIONS, OCCASIONS)
def test_what_holds_once_is_never_called_impossible(condition: Condition, seen: Occasion) -> None:
    """A sound book must not be refused, nor a reachable entry called unreachable."""
    if judge(condition, seen).holds:
        assert is_possible(condition)


@given(CONDITIONS, OCCASIONS)
def test_who_does_not_ask_why_hears_the_same(condition: Condition, seen: Occasion) -> None:
    assert holds(condition, seen) == judge(condition, seen).holds


@given(CONDITIONS, OCCASIONS)
def test_nothing_is_settled_beforehand_that_a_line_or_an_hour_decides(
    condition: Condition, seen: Occasion
) -> None:
    """A rule that is left out for a table must be one that none of its lines could meet."""
    known = verdict(condition, {about: seen.value(about) for about in LASTING})
    assert known is None or known is holds(condition, seen)


@given(CONDITIONS, CONDITIONS, OCCASIONS)
def test_what_implies_another_never_holds_alone(
    narrow: Condition, wide: Condition, seen: Occasion
) -> None:
    if implies(narrow, wide) and judge(narrow, seen).holds:
        assert judge(wide, seen).holds


def test_a_condition_beyond_counting_is_let_pass() -> None:
    """Thousands of ways must cost no time, and nothing uncertain is said."""
    ways = ("table", "zone", "seat", "course")
    parts = [{"any": [{"not": {way: f"{way}{n}"}} for way in ways]} for n in range(12)]
    assert is_possible(when(all=parts))


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_condition_can_be_read_aloud(lang: str) -> None:
    stated = when(
        channel="qr",
        payment="unpaid",
        member=["gold*", "none"],
        guests=["6+", "2-4", "1"],
        between="21:30-04:00",
        any=[{"zone": "bar"}, {"zone": "*"}],
        all=[{"course": "2"}],
        **{"not": {"seat": "1"}},
    )
    expected = {
        "en": "the channel is QR code and the payment is unpaid and the member is 'gold…' or "
        "not stated and the number of guests is 6 or more, 2–4 or 1 and "
        "the time of the order is 21:30–04:00 and the course is '2' and "
        "(the zone is 'bar', or the zone is anything stated), unless the seat is '1'",
        "zh": "下单渠道是 扫码，且付款是 未付，且会员是 “gold…”或未写明，"
        "且人数是 6 位以上、2–4或1，且下单时刻是 21:30–04:00，且道次是 “2”，"
        "且（区域是 “bar”，或 区域是 有写明的），除非 座位是 “1”",
    }
    assert phrase(stated, lang) == expected[lang]


# --- in a kitchen ----------------------------------------------------------------------------

POT, PLATE = ("麻辣锅底", "锅底"), ("毛肚", "涮品")


def kitchen(house_with: Any, **stated: Any) -> House:
    house: House = house_with(when=when(**stated))
    return house


def test_the_hour_counts_when_the_line_comes_and_opens_nothing_later(house_with: Any) -> None:
    """A gate that opened by the clock alone would do so for all tables in one moment."""
    house = kitchen(house_with, between="17:00-18:01")
    house.order({"1": POT, "2": PLATE})
    assert house.holds("2") == [("broth-first", "run")]
    house.wait(120)
    assert house.holds("2") == [("broth-first", "run")]
    house.order({"1": POT, "2": PLATE}, "2", table="9", session="s9")
    assert house.kitchen.orders[house.key("2")].lines[LineId("2")].holds == ()


def test_guests_who_move_to_a_table_without_the_rule_wait_no_longer(house_with: Any) -> None:
    house = kitchen(house_with, table="8*")
    house.order({"1": POT, "2": PLATE})
    assert house.holds("2") == [("broth-first", "run")]
    house.act(CommandKind.MOVE_TABLE, table="12")
    assert house.holds("2") == []
    assert [fact.opened_by for fact in house.facts(HoldReleased)] == [Opening.CONDITION]


def test_a_late_word_on_payment_or_guests_opens_the_gate(house_with: Any) -> None:
    changes: list[tuple[dict[str, Any], dict[str, Any]]] = [
        ({"payment": "unpaid"}, {"payment": Payment.PAID}),
        ({"guests": "1-3"}, {"guests": 4}),
        ({"not": {"member": "gold"}}, {"member": Member("gold")}),
    ]
    for stated, late in changes:
        house = kitchen(house_with, **stated)
        house.order({"1": POT, "2": PLATE}, guests=2)
        assert house.holds("2") == [("broth-first", "run")]
        house.order({"1": POT, "2": PLATE}, **({"guests": 2} | late))
        assert house.holds("2") == []


def test_rules_for_different_hours_may_gate_one_class_differently() -> None:
    def book(first: str, second: str) -> Book | None:
        rules = ", ".join(
            f"{{id: r{gate}, name: R, mechanism: wait_for, when: {{between: {hours}}}, "
            f"waits_for: pot, holds: {{class: dish, gate: {gate}}}, reason: w, timeout: 6 min}}"
            for hours, gate in ((first, "run"), (second, "start"))
        )
        text = (
            "book: {id: b, name: B}\nstations: [{id: wok, name: W}]\n"
            "menu: [{id: p, class: pot, match: {name: p}, cook: wok}, "
            "{id: d, class: dish, match: {name: d}, cook: wok}]\n"
            f"rules: [{rules}]\n"
        )
        return compile_book({"f.yaml": text}).book

    assert book("11:00-15:00", "15:00-02:00") is not None
    assert book("11:00-15:01", "15:00-02:00") is None
