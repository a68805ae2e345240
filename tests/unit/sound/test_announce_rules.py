"""What a book says of announcements: words, silence, language, merging, expiry and budget."""

from __future__ import annotations

from kds.kitchen.commands import CommandKind
from kds.rulebook.book import Book, book_from_json, book_to_json
from kds.rulebook.compile import compile_book
from kds.rulebook.compiled import Heard
from kds.sound.notices import Kind
from tests.unit.rulebook.house import House
from tests.unit.sound.ear import Ear, together

BOOK = """
book: {id: small, name: Small, zone: Asia/Shanghai}
stations: [{id: wok, name: {zh: 热菜, en: Wok}}]
menu: [{id: hot, class: dish, match: {category: hot}, cook: wok}]
limits: {late: 2 min}
"""
A, B = ("炒饭", "hot"), ("炒面", "hot")


def house_of(*rules: str) -> House:
    head = "id: r{}, name: Rule, mechanism: announce"
    texts = [f"{{{head.format(n)}, {rule}}}" for n, rule in enumerate(rules)]
    found = compile_book({"book.yaml": BOOK + f"rules: [{', '.join(texts)}]"})
    assert found.book is not None, [d.text("en") for d in found.diagnostics]
    return House(found.book)


def test_rules_know_all_that_is_heard_but_the_alarms_of_the_machine() -> None:
    machine = {Kind.REFUSED, Kind.LINK_LOST, Kind.LINK_BACK}
    assert {what.value for what in Heard} == {kind.value for kind in set(Kind) - machine}


def test_a_cue_becomes_a_sentence_with_its_fields() -> None:
    said = "{table}|{number}|{dish}|{count}|{minutes}|{station}"
    house = house_of(f'on: new, say: "{said}"')
    ear = Ear(house, "wok")
    house.order({"1": A, "2": B}, number="12")
    assert ear.listen() == ["八号桌|十二号|两道|两|零|热菜"]


def test_a_silenced_event_makes_no_sound_where_the_rule_says() -> None:
    house = house_of("on: new, views: wok, how: silent")
    wok, expo = Ear(house, "wok"), Ear(house, "expo")
    house.order({"1": A})
    assert together(10, wok, expo) == [[], ["new_order"]]


def test_a_sentence_may_be_a_cue_alone() -> None:
    house = house_of("on: late, how: cue")
    ear = Ear(house, "wok")
    house.order({"1": A})
    assert ear.listen(180) == ["new_order", "late"]


def test_a_rule_may_speak_another_language_than_the_screen() -> None:
    house = house_of('on: late, lang: en, say: {zh: "迟", en: "{table} is late"}')
    ear = Ear(house, "wok", lang="zh")
    house.order({"1": A})
    assert ear.listen(180) == ["new_order", "Table 8 is late"]


def test_what_comes_within_the_window_is_one_sentence() -> None:
    house = house_of('on: ready, merge: 8 s, say: "{table} {count}"')
    ear = Ear(house, "expo")
    house.order({"1": A, "2": B})
    ear.listen(5)
    house.act(CommandKind.BUMP, "1", view="wok")
    heard = ear.listen(5)
    house.act(CommandKind.BUMP, "2", view="wok")
    assert [*heard, *ear.listen(20)] == ["八号桌 两"]


def test_a_budget_swallows_what_is_more() -> None:
    house = house_of("on: ready, merge: 1 s, budget: 1 per min")
    ear = Ear(house, "expo")
    for n in "123":
        house.order({"1": A}, n, table=n, session=n)
    ear.listen(5)
    for n in "123":
        house.act(CommandKind.BUMP, "1", order_id=n, view="wok")
    assert len(ear.listen(30)) == 1


def test_the_first_rule_that_fits_decides() -> None:
    house = house_of('on: late, views: wok, say: "{table} one"', 'on: late, say: "{table} two"')
    wok, expo = Ear(house, "wok"), Ear(house, "expo")
    house.order({"1": A})
    heard = together(180, wok, expo)
    assert heard == [["new_order", "八号桌 one"], ["new_order", "八号桌 two"]]


def test_rules_on_announcements_come_back_from_json() -> None:
    book: Book = house_of("on: [late, void], expires: 20 s, budget: 6 per min").book
    assert book_from_json(book_to_json(book)) == book
