"""What a compiled book answers: routes with reasons, limits, ranks, and the built-in one."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from kds.kitchen.commands import CommandKind
from kds.kitchen.ids import ANY_STATION, Instant, RuleId, StationId
from kds.kitchen.messages import Channel, Member, Modifier, OrderFields, Service
from kds.kitchen.orders import Step
from kds.kitchen.policy import Policy
from kds.rulebook.book import Book, book_from_json, book_of
from kds.rulebook.builtin import builtin_book
from kds.rulebook.clocks import instant_of
from kds.rulebook.compile import compile_book
from tests.unit.rulebook.house import House, content

HEAD = "book: {id: b, name: B}\nstations: [{id: a, name: A}, {id: b, name: B}, {id: c, name: C}]\n"


def book(menu: str) -> Book:
    compilation = compile_book({"menu.yaml": HEAD + "menu:\n" + menu})
    assert compilation.book is not None, [fault.text() for fault in compilation.diagnostics]
    return compilation.book


def entry(name: str, match: str, cook: str = "a", more: str = "") -> str:
    return f"  - {{id: {name}, class: dish, match: {match}, cook: {cook}{more}}}\n"


def rule(menu: str, name: str = "Soup", fields: OrderFields | None = None, **more: Any) -> str:
    is_parent = more.pop("is_parent", False)
    line = content("1", name, **more)
    routing = book(menu).route(fields or OrderFields(), line, is_parent=is_parent)
    return routing.rule


def test_a_book_is_a_policy_for_the_kitchen(hotpot: Book) -> None:
    policy: Policy = hotpot
    assert policy.join(House(hotpot).kitchen, None, OrderFields()) is None


def test_the_first_entry_that_takes_a_dish_decides() -> None:
    menu = entry("first", "{name: soup}") + entry("second", "{category: x}")
    assert rule(menu, category="x") == "first"
    assert rule(menu, name="Salad", category="x") == "second"


@pytest.mark.parametrize(
    ("match", "taken", "left"),
    [
        ("{item: p1}", {"item_id": "p1"}, {"item_id": "p10"}),
        ("{item: ['007']}", {"item_id": "007"}, {"item_id": "7"}),
        ("{item: 007}", {"item_id": "007"}, {"item_id": "7"}),
        ("{name: Miso soup}", {"name": "MISO  soup"}, {"name": "Miso soups"}),
        ("{name: crème}", {"name": "Creme"}, {"name": "Cream"}),
        ("{name: 汤}", {"names": (("zh", "汤"),)}, {"names": (("zh", "汤面"),)}),
        ("{name_has: tea}", {"name": "Iced teas"}, {"name": "Steak"}),
        ("{name_has: '*burger'}", {"name": "Cheeseburger"}, {"name": "Burgermeister"}),
        ("{name_has: 锅底}", {"name": "番茄锅底料"}, {"name": "锅贴"}),
        ("{name_ends: 锅底}", {"name": "番茄锅底（小）"}, {"name": "番茄锅底料"}),
        ("{name_ends: cake}", {"name": "Two cakes [warm]"}, {"name": "Pancake"}),
        ("{category: [x, y]}", {"category": " Y "}, {"category": "yz"}),
        ("{category_has: fish}", {"category": "Meat & Fish"}, {"category": "Fishing"}),
        ("{category_ends: 锅底}", {"category": "特色锅底"}, {"category": "锅底料"}),
        ("{tag: [x, 新品]}", {"tags": ("hot", " 新品 ")}, {"tags": ("新品上市",)}),
        ("{tag: Hot}", {"tags": ("HOT",)}, {}),
        (
            "{modifier_has: spicy}",
            {"modifiers": (Modifier("rice", modifiers=(Modifier("Extra spicy"),)),)},
            {"modifiers": (Modifier("mild"),)},
        ),
        ("{parts: yes}", {"is_parent": True}, {}),
        ("{parts: no, name: soup}", {}, {"is_parent": True}),
    ],
)
def test_a_condition_takes_and_leaves(
    match: str, taken: dict[str, Any], left: dict[str, Any]
) -> None:
    assert rule(entry("it", match), **taken) == "it"
    assert rule(entry("it", match), **left) == ""


def test_what_is_known_of_a_dish_is_not_said_of_its_twin_with_another_tag() -> None:
    kitchen = book(entry("new", "{tag: new}") + entry("rest", "{name: soup}"))
    lines = [content("1", "Soup", tags=tags) for tags in (("new",), (), ("old",), ("new",))]
    routed = [kitchen.route(OrderFields(), line, is_parent=False).rule for line in lines]
    assert routed == ["new", "rest", "rest", "new"]


def test_conditions_on_the_order_itself() -> None:
    menu = entry("away", "{service: [takeaway, delivery]}") + entry("phone", "{channel: phone}")
    assert rule(menu, fields=OrderFields(service=Service.DELIVERY)) == "away"
    assert rule(menu, fields=OrderFields(channel=Channel.PHONE)) == "phone"
    assert rule(menu) == ""


def test_all_conditions_of_one_match_must_hold_and_any_match_will_do() -> None:
    menu = entry("it", "[{name: soup, category: x}, {name: stew}]")
    assert rule(menu) == ""
    assert rule(menu, category="x") == "it"
    assert rule(menu, name="Stew") == "it"


def test_an_exception_leaves_the_dish_to_later_entries() -> None:
    menu = entry("it", "{category: x}", more=", except: {name_has: cold}") + entry(
        "rest", "{category: x}"
    )
    assert rule(menu, category="x") == "it"
    assert rule(menu, name="Cold soup", category="x") == "rest"


@pytest.mark.parametrize(
    ("cook", "steps"),
    [
        ("a", (Step(StationId("a")),)),
        ("a + b", (Step(StationId("a")), Step(StationId("b")))),
        ("[a, b]", (Step(StationId("a")), Step(StationId("b")))),
        (
            "a -> b → c",
            (Step(StationId("a")), Step(StationId("b"), (0,)), Step(StationId("c"), (1,))),
        ),
        (
            "a + b -> c",
            (Step(StationId("a")), Step(StationId("b")), Step(StationId("c"), (0, 1))),
        ),
        ("[a -> b, c]", (Step(StationId("a")), Step(StationId("b"), (0,)), Step(StationId("c")))),
        ("nothing", ()),
    ],
)
def test_the_way_of_a_dish_becomes_steps(cook: str, steps: tuple[Step, ...]) -> None:
    compiled = book(entry("it", "{name: soup}", cook if cook[0] == "[" else f'"{cook}"'))
    assert compiled.data.menu[0].steps == steps


def test_a_shell_that_no_entry_takes_is_not_cooked_and_a_dish_shows_everywhere() -> None:
    compiled = book(entry("it", "{name: soup}"))
    line = content("1", "Meal")
    assert compiled.route(OrderFields(), line, is_parent=True).steps == ()
    assert compiled.route(OrderFields(), line, is_parent=False).steps == (Step(ANY_STATION),)


def test_the_trace_names_every_entry_asked_and_why() -> None:
    compiled = book(
        entry("stew", "{name: stew}")
        + entry("cold", "{category: x}", more=", except: {name_has: soup}")
        + entry("soup", "{name_has: soup}")
        + entry("never", "{category: x}")
    )
    line = content("1", "Miso soup", "x")
    trace = compiled.explain_route(OrderFields(), line, is_parent=False)
    assert [(t.rule, t.matched, t.why.en) for t in trace.tries] == [
        ("stew", False, "does not match: name = miso soup (wanted: stew)"),
        ("cold", False, "excepted: name_has = miso soup ∋ soup"),
        ("soup", True, "matches: name_has = miso soup ∋ soup"),
    ]
    assert trace.tries[2].where == "menu.yaml:6"
    assert trace.routing == compiled.route(OrderFields(), line, is_parent=False)


def test_routes_are_remembered_but_never_without_bound() -> None:
    compiled = book(entry("it", "{name: soup}"))
    for number in range(5000):
        compiled.route(OrderFields(), content("1", f"Dish {number}"), is_parent=False)
    assert len(compiled._lookup.routes) <= 4096


def test_modifiers_matter_to_the_memory_when_a_rule_asks_for_them() -> None:
    compiled = book(entry("hot", "{modifier_has: spicy}"))
    plain, spicy = content("1", "A"), content("1", "A", modifiers=(Modifier("spicy"),))
    assert compiled.route(OrderFields(), plain, is_parent=False).rule == ""
    assert compiled.route(OrderFields(), spicy, is_parent=False).rule == "hot"


def test_limits_are_the_entrys_own_or_the_defaults(house: House) -> None:
    house.order({"1": ("麻辣锅底", "锅底"), "2": ("特别的东西", "")})
    pot = house.book.limits(OrderFields(), house.line("1"))
    assert (pot.attention_s, pot.late_s, pot.critical_s, pot.clock) == (180, 300, 480, "fired")
    assert (pot.rule, pot.where.split(":")[0]) == ("pot", "menu.yaml")
    other = house.book.limits(OrderFields(), house.line("2"))
    assert (other.attention_s, other.late_s, other.critical_s) == (480, 720, 1200)
    assert (other.rule, other.where) == ("limits", "book.yaml:18")


def test_an_entry_may_state_some_limits_and_switch_one_off() -> None:
    limits = "limits: {attention: 5 min, late: 10 min, critical: 20 min}\n"
    menu = entry("it", "{name: soup}", more=", late: 8 min, critical: never, prep: 4 分钟")
    compiled = compile_book({"b.yaml": HEAD + limits + "menu:\n" + menu}).book
    assert compiled is not None
    found = compiled.data.menu[0]
    assert (found.limits.attention_s, found.limits.late_s, found.limits.critical_s) == (
        300,
        480,
        None,
    )
    assert found.prep_s == 240


def test_pots_come_first_gated_plates_last_and_rushed_ones_before_all(house: House) -> None:
    house.order({"1": ("麻辣锅底", "锅底"), "2": ("肥牛", "涮品"), "3": ("拍黄瓜", "凉菜")})
    rank = house.book.rank
    pot, gated, cold = (rank(house.line(n)) for n in "123")
    assert pot < cold < gated
    house.act(CommandKind.RUSH, "2")
    assert rank(house.line("2")) < pot
    house.act(CommandKind.BUMP, "1", view="broth")
    house.act(CommandKind.UNRUSH, "2")
    assert rank(house.line("2")) == cold


def test_a_line_routed_by_another_book_has_the_default_limits(house: House) -> None:
    house.order({"1": ("麻辣锅底", "锅底")})
    line = house.line("1")
    stranger = replace(line, routing=replace(line.routing, rule=RuleId("gone")))
    assert house.book.limits(OrderFields(), stranger) == house.book.data.defaults
    assert house.book.prep_s(stranger) is None


def test_the_business_day_follows_the_stores_wall_clock(hotpot: Book) -> None:
    evening = Instant(1_795_255_200_000)  # 2026-11-21 18:00 in Shanghai
    end = hotpot.day_end(evening)
    assert end - evening == 10 * 3_600_000
    assert hotpot.day_end(Instant(end - 1)) == end
    assert hotpot.day_end(end) - end == 24 * 3_600_000


def test_a_day_of_changing_clocks_is_as_long_as_it_is(hotpot: Book) -> None:
    berlin = book_of(replace(hotpot.data, zone="Europe/Berlin"))
    before = instant_of("2026-10-23T12:00+02:00")
    assert before is not None
    start = berlin.day_end(before)  # clocks go back in the night to the 25th
    assert berlin.day_end(start) - start == 25 * 3_600_000


def test_the_built_in_book_gives_everything_to_one_station() -> None:
    built_in = builtin_book()
    line = content("1", "Anything", quantity=Decimal(2))
    assert [station.id for station in built_in.stations] == ["kitchen"]
    routing = built_in.route(OrderFields(), line, is_parent=False)
    assert routing.steps == (Step(StationId("kitchen")),)
    assert built_in.route(OrderFields(), line, is_parent=True).steps == ()


def test_text_that_is_no_compiled_book_is_refused() -> None:
    with pytest.raises(ValidationError):
        book_from_json('{"id": "x"}')


# --- when ------------------------------------------------------------------------------------

ZONES = (
    entry("inside", "{category: x}", more=", when: {not: {zone: terrace*}}")
    + entry("members", "{category: x}", "b", ", when: {member: gold, course: '1'}")
    + entry("others", "{category: x}")
)


@pytest.mark.parametrize(
    ("fields", "course", "taken_by"),
    [
        ({"zone": "Hall"}, None, "inside"),
        ({"zone": "Terrace 2"}, None, "others"),
        ({"zone": "Terrace 2", "member": Member("Gold")}, "1", "members"),
        ({"zone": "Terrace 2", "member": Member("Gold")}, "2", "others"),
        ({"zone": "Terrace 2", "member": Member("Silver")}, "1", "others"),
    ],
)
def test_an_entry_takes_a_dish_only_when_its_conditions_hold(
    fields: dict[str, Any], course: str | None, taken_by: str
) -> None:
    """One book is asked about all: what it remembers of one table must not answer for another."""
    line = replace(content("1", "Soup", "x"), course=course)
    compiled = book(ZONES)
    for other in (OrderFields(), OrderFields(zone="Terrace 1"), OrderFields(**fields)):
        found = compiled.route(other, line, is_parent=False)
    assert found.rule == taken_by
    assert compiled.explain_route(OrderFields(**fields), line, is_parent=False).routing == found


def test_the_condition_that_failed_is_named() -> None:
    line = content("1", "Soup", "x")
    fields = OrderFields(zone="Terrace 2")
    tries = book(ZONES).explain_route(fields, line, is_parent=False).tries
    assert [(tried.rule, tried.why.en) for tried in tries] == [
        ("inside", "does not match: when zone = terrace 2"),
        ("members", "does not match: when member = –"),
        ("others", "matches: category = x"),
    ]


def test_what_a_station_took_stays_there_when_the_till_tells_another_zone() -> None:
    house = House(book(entry("none", "{category: y}")))
    house.order({"1": ("Surprise", "")})
    house.act(CommandKind.TAKE, "1", view="b")
    house.order({"1": ("Surprise", "")}, zone="Terrace")
    assert [step.station for step in house.line("1").routing.steps] == ["b"]
