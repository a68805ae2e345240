"""Whatever happens in the kitchen: never too much, nothing twice, nothing that is not so."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kds.kitchen.commands import CommandKind
from kds.kitchen.counts import line_counts
from kds.kitchen.events import LineLate
from kds.kitchen.evolve import evolve
from kds.kitchen.ids import LineKey
from kds.kitchen.order_facts import PortionsMoved
from kds.kitchen.orders import Level, Line
from kds.kitchen.portions import Move, PortionState
from kds.kitchen.state import Kitchen
from kds.sound.items import Item, Moment
from kds.sound.notices import Kind
from kds.sound.pacing import MINUTE_MS, Pace
from kds.sound.room import Room
from tests.unit.rulebook.house import House, content
from tests.unit.sound.conftest import hotpot_book
from tests.unit.sound.ear import BEEF, COLA, POT, RICE, SHRIMP, TRIPE, Ear, together

PACE = Pace(sentences=2, sentences_kept=1, cues=6, cues_kept=2, mute_quiet_ms=4_000)
VIEWS = ("expo", "cut", "broth")
MENU = (POT, TRIPE, BEEF, SHRIMP, RICE, COLA)
OPEN = (PortionState.QUEUED, PortionState.COOKING)

tables = st.integers(1, 3)
dishes = st.integers(0, len(MENU) - 1)
order = st.tuples(st.just("order"), tables, st.sets(dishes, min_size=1))
hands = st.tuples(
    st.sampled_from(
        [
            *(CommandKind.START, CommandKind.BUMP, CommandKind.BUMP, CommandKind.BUMP),
            *(CommandKind.SERVE, CommandKind.RECALL, CommandKind.RUSH, CommandKind.VOID),
            *(CommandKind.ACK_VOID, CommandKind.REMAKE, CommandKind.HOLD, CommandKind.FIRE),
            *(CommandKind.CLOSE, CommandKind.MOVE_TABLE),
        ]
    ),
    tables,
    st.one_of(st.none(), dishes),
    st.sampled_from(("cut", "broth", "wok", "drink", "expo")),
)
gap = st.tuples(st.just("away"), st.integers(1, 600))
link = st.tuples(st.just("link"), st.integers(1, 40))
refused = st.tuples(st.just("refused"))
wait = st.tuples(st.just("wait"), st.integers(0, 20))
long_wait = st.tuples(st.just("wait"), st.integers(200, 500))
stories = st.lists(
    st.one_of(order, hands, hands, hands, gap, link, refused, wait, wait, long_wait),
    min_size=3,
    max_size=14,
)


class Watched(Ear):
    """An ear that checks each claim against the kitchen at the moment it hears it."""

    def beat(self) -> None:
        first = len(self.heard)
        super().beat()
        for heard in self.heard[first:]:
            assert heard.at < heard.item.expires
            for key, count in heard.item.plates:
                assert is_true(self.kitchen, heard.item, key, count), heard.item


def is_true(kitchen: Kitchen, item: Item, key: LineKey, count: int) -> bool:
    """The kitchen, asked without the announcer's own means, says so too."""
    line = kitchen.line(key)
    if line is None:
        return False
    counts = line_counts(kitchen.orders[key.order], line)
    match item.key[0]:
        case Kind.READY:
            return counts.ready >= count
        case Kind.POT_READY | Kind.FIRE:
            return counts.live - counts.served >= count
        case Kind.LATE | Kind.CRITICAL | Kind.POT_FIRST:
            return in_states(line, *OPEN) > 0
        case Kind.VOID | Kind.VOID_UNBEGUN:
            return in_states(line, PortionState.VOID) >= count
        case _:
            return in_states(line, *OPEN, PortionState.HELD) > 0


def in_states(line: Line, *states: PortionState) -> Decimal:
    return sum((g.portions for g in line.groups if g.state in states), Decimal(0))


def happen(house: House, ears: list[Watched], step: tuple[Any, ...]) -> None:
    """Let one thing of a story happen."""
    match step:
        case ("order", number, chosen):
            lines = [content(str(dish), *MENU[dish]) for dish in sorted(chosen)]
            house.order(lines, str(number), session=f"s{number}", table=str(number))
        case ("wait", seconds):
            together(seconds, *ears)
        case ("away", seconds):
            known = house.kitchen
            house.wait(seconds)
            for ear in ears:
                ear.be_up_to_date(known)
        case ("link", seconds):
            for ear in ears:
                ear.announcer.link_lost(ear.tick)
            together(seconds, *ears)
            for ear in ears:
                ear.announcer.link_back(ear.tick)
        case ("refused",):
            for ear in ears:
                ear.announcer.refused(ear.tick)
        case (CommandKind() as kind, number, dish, view):
            line_id = None if dish is None else str(dish)
            more = {"table": f"B0{number}"} if kind is CommandKind.MOVE_TABLE else {}
            house.act(kind, line_id, order_id=str(number), view=view, **more)


@settings(max_examples=40)
@given(stories)
def test_never_too_much_nothing_twice_nothing_untrue(story: list[Any]) -> None:
    tell(story)


@pytest.mark.long
@pytest.mark.timeout(1_800)
@settings(max_examples=3_000)
@given(stories)
def test_never_in_a_great_many_kitchens(story: list[Any]) -> None:
    tell(story)


def tell(story: list[Any]) -> None:
    """Let a story happen before three ears, and check what they heard."""
    house = House(hotpot_book())
    began = house.kitchen
    ears = [Watched(house, view, room=Room(PACE)) for view in VIEWS]
    for step in story:
        happen(house, ears, step)
    together(70, *ears)
    for ear in ears:
        paced(ear)
        once(ear, house)
        deaf_to_repeats(ear, house, began)


def paced(ear: Ear) -> None:
    """Any minute stays within the budgets, and no two cues within a second."""
    cues = [heard.at for heard in ear.heard]
    said = [heard.at for heard in ear.heard if heard.item.text]
    assert all(later - earlier >= PACE.gap_ms for earlier, later in pairwise(cues))
    for times, most in ((cues, PACE.cues), (said, PACE.sentences)):
        for first in times:
            assert sum(1 for at in times if first <= at < first + MINUTE_MS) <= most


def once(ear: Ear, house: House) -> None:
    """Each limit is told at most once, and each plate as ready no oftener than it became so."""
    told: Counter[tuple[str, LineKey]] = Counter()
    for heard in ear.heard:
        for key, count in heard.item.plates:
            told[(heard.item.key[0], key)] += count
    became = Counter(
        item.line
        for event in house.events
        if isinstance(event.fact, PortionsMoved) and event.fact.move is Move.BUMP
        for item in event.fact.items
    )
    late = {(fact.line, fact.level) for e in house.events if isinstance(fact := e.fact, LineLate)}
    for (kind, key), count in told.items():
        if kind in (Kind.LATE, Kind.CRITICAL):
            assert count == 1
            is_pot = house.kitchen.line(key) is not None and "锅底" in name_of(house, key)
            assert (key, Level(kind)) in late or is_pot
        if kind == Kind.READY:
            assert count <= became[key]


def name_of(house: House, key: LineKey) -> str:
    line = house.kitchen.line(key)
    return "" if line is None else line.content.name


def deaf_to_repeats(ear: Ear, house: House, began: Kitchen) -> None:
    """All events once more, and as if they were fresh: they add nothing that could be heard."""
    kitchen, waiting = began, dict(ear.announcer._pending)
    for event in house.events:
        before, kitchen = kitchen, evolve(kitchen, event)
        moment = Moment(event.at, ear.tick)  # fresh, for all that it can tell
        ear.announcer.hear(before, event, kitchen, house.book, moment)
    assert ear.announcer._pending == waiting


@pytest.mark.parametrize("view", ["all", "pickup", "drink", "no such view"])
def test_every_view_can_be_listened_to(view: str) -> None:
    house = House(hotpot_book())
    ear = Watched(house, view)
    house.order({"1": POT, "2": TRIPE, "3": COLA})
    house.act(CommandKind.BUMP, "1", view="broth")
    together(900, ear)
    assert all(heard.item.cue != "pot_first" for heard in ear.heard)
