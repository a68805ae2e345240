"""Whatever a line does to messages, the display ends with the bridge's kitchen, each command once.

Lines are cut, lose, repeat and reorder; the bridge restarts, loses its disk for a while, and is
once replaced by a backup. Afterwards the weather is fair for a while.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from kds.kitchen.commands import CommandKind
from kds.wire.display import DisplaySession
from kds.wire.projection import project
from kds.wire.standing import Phase
from tests.unit.wire.toys import BOOK, Line, ToyBridge, bump, display, ready, states

STEP_MS = 300
KINDS = (
    CommandKind.BUMP,
    CommandKind.BUMP,
    CommandKind.START,
    CommandKind.RECALL,
    CommandKind.SERVE,
    CommandKind.HOLD,
    CommandKind.FIRE,
)


@dataclass
class Weather:
    """A bridge that keeps little history, two displays, and their lines."""

    draw: Any
    bridge: ToyBridge = field(default_factory=lambda: ToyBridge(kept_events=6))
    now_ms: int = 0
    orders: int = 0
    commands: int = 0
    kinds: Sequence[CommandKind] = KINDS

    def __post_init__(self) -> None:
        self.displays = [display(), display()]
        self.lines: list[Line | None] = [None, None]

    def step(self) -> None:
        """Let one thing happen, then some time pass."""
        act = self.draw(st.sampled_from(ACTS))
        act(self)
        self.now_ms += self.draw(st.sampled_from([0, 1, STEP_MS, 2_500]))
        self.tick()

    def tick(self) -> None:
        """Let both ends see the time, and the shells close what is over."""
        for which, line in enumerate(self.lines):
            if line is None:
                continue
            line.display.tick(self.now_ms)
            line.session.tick(self.now_ms)
            line.collect()
            if line.is_over or line.session.events():
                self.cut(which)

    def cut(self, which: int) -> None:
        """End a line; what was on it is gone."""
        self.lines[which] = None
        self.displays[which].disconnected()

    def connect(self, which: int) -> None:
        """Open a line where there is none."""
        if self.lines[which] is None:
            line = Line(self.bridge, self.displays[which], self.now_ms)
            self.lines[which] = line

    def any_display(self) -> int:
        """Pick a display."""
        return int(self.draw(st.integers(0, 1)))

    def any_line(self) -> Line:
        """Pick a display's line, opened if need be, with what is to be said on it."""
        which = self.any_display()
        self.connect(which)
        line = self.lines[which]
        assert line is not None
        line.collect()
        return line

    def settle(self) -> None:
        """Fair weather: lines that carry everything, until there is nothing left to carry."""
        for _ in range(60):
            if self._is_settled():
                return
            for which, line in enumerate(self.lines):
                if line is None or line.is_over:
                    self.cut(which)
                    self.connect(which)
            for line in self.lines:
                assert line is not None
                line.pump(self.now_ms)
            self.now_ms += STEP_MS
            self.tick()

    def _is_settled(self) -> bool:
        return all(
            shown.phase is Phase.FOLLOWING
            and shown.place == self.bridge.history.place
            and shown.unacknowledged == 0
            for shown in self.displays
        )


def new_order(weather: Weather) -> None:
    """A till sends an order."""
    weather.orders += 1
    weather.bridge.order(weather.orders)


def act(weather: Weather) -> None:
    """A cook does something to a ticket that his screen shows, connected or not."""
    which = weather.any_display()
    shown = weather.displays[which]
    if shown.confirmed.orders:
        weather.commands += 1
        number = weather.draw(st.sampled_from(sorted(k.order_id for k in shown.confirmed.orders)))
        command = bump(
            int(number),
            f"c{weather.commands}",
            seen=shown.place.seq,
            kind=weather.draw(st.sampled_from(weather.kinds)),
            device=f"wall-{which}",
        )
        shown.act(command, weather.now_ms)


def toggle(weather: Weather) -> None:
    """A line is cut or opened."""
    which = weather.any_display()
    if weather.lines[which] is None:
        weather.connect(which)
    else:
        weather.cut(which)


def carry(weather: Weather) -> None:
    """A line moves one message, perhaps not the first one."""
    line = weather.any_line()
    is_up = weather.draw(st.booleans())
    queue = line.up if is_up else line.down
    if queue:
        index = weather.draw(st.sampled_from([0, 0, 0, len(queue) - 1]))
        text = queue.pop(index)
        if is_up:
            line.deliver_up(text, weather.now_ms)
        else:
            line.display.receive(text, weather.now_ms)


def flow(weather: Weather) -> None:
    """A line carries everything that is on it."""
    weather.any_line().pump(weather.now_ms)


def lose(weather: Weather) -> None:
    """A message is lost, torn or doubled."""
    line = weather.any_line()
    queues = [queue for queue in (line.up, line.down) if queue]
    if queues:
        queue = weather.draw(st.sampled_from(queues))
        index = weather.draw(st.integers(0, len(queue) - 1))
        text = queue.pop(index)
        queue[index:index] = weather.draw(st.sampled_from([[], [], [text, text], [text[:-3]]]))


def restart_bridge(weather: Weather) -> None:
    """The bridge dies and comes back: every line is cut, nothing committed is lost."""
    for which in (0, 1):
        weather.cut(which)
    weather.bridge.restart()


def fill_disk(weather: Weather) -> None:
    """The bridge's disk fills up, or has room again."""
    weather.bridge.is_disk_full = not weather.bridge.is_disk_full


ACTS = [
    *([new_order] * 3),
    *([act] * 4),
    *([carry] * 6),
    *([lose] * 4),
    flow,
    toggle,
    toggle,
    restart_bridge,
    fill_disk,
]


def agrees(weather: Weather, shown: DisplaySession) -> None:
    """The display holds and shows the bridge's kitchen and has nothing left to say."""
    assert shown.phase is Phase.FOLLOWING
    assert shown.confirmed == weather.bridge.kitchen
    assert shown.place == weather.bridge.history.place
    assert shown.unsent == 0
    assert shown.projection.kitchen == weather.bridge.kitchen


@given(st.data())
def test_any_weather_ends_with_one_kitchen_and_each_command_once(data: st.DataObject) -> None:
    weather = Weather(data.draw)
    weather.bridge.order(0)
    weather.settle()
    for _ in range(data.draw(st.integers(5, 40))):
        weather.step()
    weather.bridge.is_disk_full = False
    weather.settle()
    for shown in weather.displays:
        agrees(weather, shown)
    for number in range(1, weather.commands + 1):
        assert f"c{number}" in weather.bridge.answers
        assert weather.bridge.applied(f"c{number}") <= 1


@given(st.data())
def test_a_backup_gets_the_commands_that_it_lacks(data: st.DataObject) -> None:
    """A disk dies in service: what screens did since the backup is done again, once."""
    weather = Weather(data.draw, kinds=(CommandKind.BUMP,))
    weather.bridge.order(0)
    weather.bridge.order(1)
    weather.settle()
    seq = weather.bridge.kitchen.seq
    for number in (0, 1):
        weather.displays[number].act(bump(number, f"late-{number}"), weather.now_ms)
        for _ in range(data.draw(st.integers(0, 3))):
            weather.step()
    weather.bridge.is_disk_full = False
    weather.settle()
    restart_bridge(weather)
    weather.bridge.restore(seq, "e2")
    assert ready(weather.bridge.kitchen, 0) == 0
    weather.settle()
    for number in (0, 1):
        agrees(weather, weather.displays[number])
        assert ready(weather.bridge.kitchen, number) == 2
        assert weather.bridge.applied(f"late-{number}") <= 1


@given(st.data())
def test_what_is_shown_is_what_will_be(data: st.DataObject) -> None:
    """Offline, the wall shows the kitchen that the bridge will have when nobody else acts."""
    weather = Weather(data.draw)
    for number in range(3):
        weather.bridge.order(number)
    weather.settle()
    shown = weather.displays[0]
    weather.cut(0)
    acts = data.draw(st.lists(st.tuples(st.integers(0, 2), st.sampled_from(KINDS)), max_size=8))
    commands = [
        bump(number, f"c{n}", seen=shown.place.seq, kind=kind)
        for n, (number, kind) in enumerate(acts)
    ]
    for command in commands:
        shown.act(command, weather.now_ms)
    predicted = shown.projection.kitchen
    assert predicted.orders == project(shown.confirmed, commands, BOOK).kitchen.orders
    weather.bridge.order(9)
    weather.settle()
    for number in range(3):
        assert states(predicted, number) == states(weather.bridge.kitchen, number)
