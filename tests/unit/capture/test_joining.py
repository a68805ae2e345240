"""Slips of one order, in whatever order and how often they are printed, are one order."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

from hypothesis import given, settings
from hypothesis import strategies as st

from pos_bridge.capture.slips.known import KnownOrder
from tests.unit.capture.escpos import zh_slip
from tests.unit.capture.kitchen import Pass

NAMES = ("毛肚", "虾滑", "鸭血", "麻辣锅底")


class Line(NamedTuple):
    name: str
    mild: bool
    quantity: int

    def printed(self, *, plain: bool = False) -> list[str]:
        way = ["  [不辣]"] if self.mild and not plain else []
        return [f"{self.name}              {self.quantity}份", *way]


@st.composite
def evenings(draw: st.DrawFn) -> tuple[dict[str, str], list[bytes]]:
    """What is to be cooked in the end, and the jobs in the order in which they come."""
    ways = st.tuples(st.sampled_from(NAMES), st.booleans())
    rounds = draw(
        st.lists(st.lists(ways, min_size=1, max_size=4, unique=True), min_size=1, max_size=3)
    )
    totals: dict[str, Decimal] = {}
    jobs: list[bytes] = []
    for number, found in enumerate(rounds):
        lines = [Line(*way, draw(st.integers(1, 3))) for way in found]
        for line in lines:
            totals[line.name] = totals.get(line.name, Decimal(0)) + line.quantity
        prints = _prints(draw, lines, number)
        jobs += draw(st.permutations(prints + draw(st.lists(st.sampled_from(prints), max_size=2))))
    return {name: str(total) for name, total in totals.items()}, jobs


def _prints(draw: st.DrawFn, lines: list[Line], number: int) -> list[bytes]:
    """The full slip, which may leave out how dishes are done, and one for each station."""
    more = ["加菜"] if number else []
    time = f"2026-11-24 16:{10 * number:02}:0{draw(st.integers(0, 9))}"
    plain = draw(st.booleans())
    full = [row for line in lines for row in line.printed(plain=plain)]
    hot = [row for line in lines if line.name in NAMES[:2] for row in line.printed()]
    cold = [row for line in lines if line.name not in NAMES[:2] for row in line.printed()]
    parts = [zh_slip("分单", part, time=time, more=more) for part in (hot, cold) if part]
    return [zh_slip("总单", full, time=time, more=more), *parts]


@settings(max_examples=40)
@given(evenings())
def test_every_portion_once(evening: tuple[dict[str, str], list[bytes]]) -> None:
    totals, jobs = evening
    kitchen = Pass()
    for job in jobs:
        kitchen.print(job, after_s=3)
    assert kitchen.to_cook() == totals
    assert len(kitchen.orders()) == 1
    (text,) = (k.answer for key, k in kitchen.keys.items() if " order " in key)
    assert KnownOrder.from_text(text).as_text() == text
    for job in jobs:  # and all of it again, as reprints and from another printer
        kitchen.print(
            job.replace("单号".encode("gb18030"), "补打\n单号".encode("gb18030")), after_s=1
        )
        kitchen.print(job)
    assert kitchen.to_cook() == totals
