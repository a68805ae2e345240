"""A room: several views, one pair of ears."""

from __future__ import annotations

import pytest

from kds.kitchen.commands import CommandKind
from kds.sound import room
from kds.sound.room import Room
from tests.unit.rulebook.house import House
from tests.unit.sound.ear import TRIPE, Ear, together

MINUTE = 60


def test_views_of_one_room_do_not_say_the_same(house: House) -> None:
    ears = Room()
    cut, expo = Ear(house, "cut", room=ears), Ear(house, "expo", room=ears)
    house.order({"1": TRIPE})
    assert together(10, cut, expo) == [["new_order"], []]
    late = together(9 * MINUTE, cut, expo)
    assert late == [["八号桌 毛肚 迟了"], []]
    house.act(CommandKind.START, "1")
    house.order({})
    assert together(20, cut, expo) == [["八号桌 退菜 毛肚"], []]


def test_the_memory_of_what_was_told_is_bounded(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "_KEPT_TOLD", 2)
    cut = Ear(house, "cut", room=(ears := Room()))
    house.order({str(number): (f"菜{number}", "涮品") for number in range(5)})
    assert cut.listen(9 * MINUTE) == ["new_order", "八号桌 五道 迟了"]
    assert len(ears._told) == 2
