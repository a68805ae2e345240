"""The pass hears once that it is asked about a dish, unless it has answered already."""

from __future__ import annotations

from decimal import Decimal

from kds.kitchen.commands import CommandKind
from kds.rulebook.compile import compile_book
from tests.unit.rulebook.house import House, content
from tests.unit.sound.ear import Ear, together

BOOK = """
book: {id: small, name: Small, zone: Asia/Shanghai}
stations: [{id: cut, name: {zh: 切配, en: Cutting}}]
menu: [{id: plate, class: plate, match: {category: 涮品}, cook: cut}]
rules:
  - {id: many, name: Many, mechanism: check, what: quantity, over: 20, then: ask_pass}
"""


def house() -> House:
    book = compile_book({"book.yaml": BOOK}).book
    assert book is not None
    return House(book)


def sixty_six(place: House) -> None:
    place.order([content("1", "毛肚", "涮品", quantity=Decimal(66))])


def test_the_pass_hears_the_question_once_and_no_station_does() -> None:
    place = house()
    expo, cut, whole = Ear(place, "expo"), Ear(place, "cut"), Ear(place, "all")
    sixty_six(place)
    heard = together(100, expo, cut, whole)
    assert [[text for text in each if "确认" in text] for each in heard] == [
        ["八号桌 请确认 毛肚六十六份"],
        [],
        [],
    ]


def test_a_question_that_was_answered_at_once_is_not_heard() -> None:
    place = house()
    expo = Ear(place, "expo", lang="en")
    sixty_six(place)
    place.act(CommandKind.VOID, "1", view="expo", device="other")
    assert not [text for text in expo.listen(30) if "confirm" in text]
