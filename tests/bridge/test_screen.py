"""A screen on a real bridge: recall over all devices, undo after a restart, answers, resuming."""

from __future__ import annotations

import resource
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication

from kds.app.keys import guard_keys
from kds.app.screen import Screen
from kds.app.wellness import unsent_lines
from kds.board.values import Ticket
from kds.kitchen.commands import Command
from kds.kitchen.ids import VisitId
from kds.ui.chrome.health import Trouble, TroubleKind
from kds.ui.chrome.panels import LOOK, RECALL, REMAKE, RESUME
from kds.ui.intents import (
    Intent,
    JustMoved,
    KeyFree,
    KeyStuck,
    OpenStrip,
    PickRow,
    Recall,
    TapBar,
    TapLine,
    Undo,
)
from kds.ui.options import Options
from kds.ui.qt.chrome import SidePanel
from kds.ui.qt.program import application
from kds.wire.notices import Answered, NotKept
from tests.bridge.conftest import StartBridge
from tests.bridge.harness import Running, line, order
from tests.bridge.walls import caught_up, has_sent_all, post
from tests.unit.wall import Wall, wall

VIEW = "cut"


class Shown:
    """A screen with its link; what it asks for is done before the next step."""

    def __init__(self, over: Wall, device: str, wall_ms: Callable[[], int]) -> None:
        self.over = over
        self._given: list[Command] = []
        self.screen = Screen(
            over.link,
            VIEW,
            device,
            Options(lang="en"),
            self._given.append,
            lambda: time.monotonic_ns() // 1_000_000,
            wall_ms=wall_ms,
        )
        self.screen.refresh()

    async def take(self, intent: Intent) -> None:
        """Let a hand ask for something, wait for the bridge's answer, and show what came."""
        known = len(self.over.told(Answered))
        await self.give(intent)
        await has_sent_all(self.over)
        self.screen.hear(self.over.told(Answered)[known:])
        self.screen.refresh()

    async def give(self, intent: Intent) -> None:
        """Let a hand ask for something."""
        self.screen.display.intent.emit(intent)
        given, self._given[:] = list(self._given), []
        for command in given:
            await self.over.link.act(command)

    def ticket(self, sent: dict[str, Any]) -> Ticket | None:
        """Return the ticket of an order, None once the station is through with it."""
        self.screen.refresh()
        found = (t for t in self.screen.board.tickets if t.orders[0].order_id == sent["order_id"])
        return next(found, None)

    async def bump(self, sent: dict[str, Any]) -> None:
        """Bump a whole ticket."""
        ticket = self.ticket(sent)
        assert ticket is not None
        await self.take(TapBar(ticket.visit))

    @property
    def panel(self) -> SidePanel:
        return self.screen.display.side

    def rows(self) -> list[str]:
        """Return the titles of the panel's rows."""
        return [] if self.panel.face is None else [row.title for row in self.panel.face.rows]

    def said(self) -> list[TroubleKind]:
        """Return what the strip says."""
        self.screen.refresh()
        return [t.kind for t in self.screen.display.strip.face.health.worst_first]


@asynccontextmanager
async def shown(
    folder: Path, bridge: Running, device: str, *, wall_ms: Callable[[], int] | None = None
) -> AsyncIterator[Shown]:
    """Run a screen of the cutting station."""
    async with wall(folder, bridge.displays, view=VIEW, device=device) as over:
        await over.until(lambda: over.link.session.book)
        await caught_up(bridge, over)
        screen = Shown(over, device, wall_ms or (lambda: over.link.time() or 0))
        yield screen
        screen.screen.display.deleteLater()


@pytest.fixture(scope="module")
def app() -> QApplication:
    """The application that windows need; it opens none."""
    return application(offscreen=True)


@pytest.fixture
def hotpot(start: StartBridge, app: QApplication) -> Running:
    """A bridge with the book of a hot-pot restaurant."""
    del app
    running: Running = start("--rules", "rules/hotpot")
    return running


def plates(*names: str) -> list[dict[str, Any]]:
    """Return dishes for the cutting station."""
    return [line(str(i + 1), name, category="涮品") for i, name in enumerate(names)]


async def test_recall_lists_what_any_device_has_bumped_also_after_a_restart(
    hotpot: Running, tmp_path: Path
) -> None:
    async with (
        shown(tmp_path / "a", hotpot, "cut-1") as first,
        shown(tmp_path / "b", hotpot, "cut-2") as second,
    ):
        mine = await post(hotpot, table="A08", lines=plates("毛肚", "肥牛"))
        theirs = await post(hotpot, table="B02", lines=plates("鸭血"))
        await caught_up(hotpot, first.over, second.over)
        await first.bump(mine)
        await second.bump(theirs)
        await caught_up(hotpot, first.over, second.over)
    async with shown(tmp_path / "a", hotpot, "cut-1") as again:
        await again.take(Recall())
        assert again.rows() == ["B02 鸭血", "A08 all 2 items"]
        assert again.panel.face is not None
        row = again.panel.face.rows[0].id
        await again.take(PickRow(row, RECALL))
        assert again.ticket(theirs) is not None
        assert again.ticket(mine) is None


async def test_an_act_is_looked_at_and_one_dish_of_it_made_once_more(
    hotpot: Running, tmp_path: Path
) -> None:
    async with shown(tmp_path / "a", hotpot, "cut-1") as screen:
        sent = await post(hotpot, table="A08", lines=plates("毛肚", "肥牛"))
        await caught_up(hotpot, screen.over)
        await screen.bump(sent)
        await screen.take(Recall())
        assert screen.panel.face is not None
        row = screen.panel.face.rows[0].id
        await screen.take(PickRow(row, LOOK))
        assert screen.rows()[:2] == ["毛肚", "肥牛"]
        assert screen.ticket(sent) is None  # looking changes nothing
        await screen.take(PickRow("1", REMAKE))
        ticket = screen.ticket(sent)
        assert ticket is not None
        again = [ln for ln in ticket.lines if "remake" in ln.flags]
        assert [(ln.name, ln.rush) for ln in again] == [("肥牛", 1)]


async def test_undo_takes_back_this_screens_own_last_act_also_after_a_restart(
    hotpot: Running, tmp_path: Path
) -> None:
    async with (
        shown(tmp_path / "a", hotpot, "cut-1") as first,
        shown(tmp_path / "b", hotpot, "cut-2") as second,
    ):
        mine, theirs = [await post(hotpot, lines=plates("毛肚")) for _ in range(2)]
        await caught_up(hotpot, first.over, second.over)
        await first.bump(mine)
        await second.bump(theirs)
    async with shown(tmp_path / "a", hotpot, "cut-1") as again:
        await again.take(Undo())
        assert again.ticket(mine) is not None
        assert again.ticket(theirs) is None
        assert again.said() == []
        await again.take(Undo())
        assert again.ticket(theirs) is None
        assert again.said() == [TroubleKind.ANSWER]


async def test_the_second_of_two_bumps_is_told_quietly_that_it_was_done(
    hotpot: Running, tmp_path: Path
) -> None:
    """Fault 22: one bump, no undo, and the second hand learns it from one sentence."""
    async with shown(tmp_path / "a", hotpot, "cut-1") as screen:
        sent = await post(hotpot, lines=plates("毛肚"))
        await caught_up(hotpot, screen.over)
        ticket = screen.ticket(sent)
        assert ticket is not None
        hotpot.command("bump", order={"source": "till-1", "order_id": sent["order_id"]}, view=VIEW)
        await screen.take(TapBar(ticket.visit))
        assert screen.said() == [TroubleKind.ANSWER]
        (answer,) = screen.screen.display.strip.face.health.troubles
        assert answer.text[0]["zh"] == "已被别处完成"  # type: ignore[index]
        assert screen.panel.face is None


async def test_a_paused_rule_is_said_and_resumed_on_the_screen(
    hotpot: Running, tmp_path: Path
) -> None:
    async with shown(tmp_path / "a", hotpot, "cut-1") as screen:
        hotpot.command("pause_rule", rule="broth-first")
        await screen.over.until(lambda: screen.over.link.session.condition.remarks)
        assert TroubleKind.PAUSED in screen.said()
        await screen.take(PickRow("broth-first", RESUME))
        await screen.over.until(lambda: not screen.over.link.session.condition.remarks)
        assert screen.said() == []


async def test_a_clock_that_is_off_is_said(hotpot: Running, tmp_path: Path) -> None:
    async with shown(tmp_path / "a", hotpot, "cut-1", wall_ms=lambda: 0) as screen:
        assert screen.said() == [TroubleKind.CLOCK_FAR]


async def test_an_empty_wall_tells_who_sent_when(hotpot: Running, tmp_path: Path) -> None:
    async with shown(tmp_path / "a", hotpot, "cut-1") as screen:
        sent = order(lines=plates("毛肚"))
        hotpot.post(sent)
        hotpot.command("bump", order={"source": "till-1", "order_id": sent["order_id"]}, view=VIEW)
        await screen.over.until(lambda: screen.over.link.session.condition.sources)
        await caught_up(hotpot, screen.over)
    async with shown(tmp_path / "b", hotpot, "cut-2") as screen:
        await screen.over.until(lambda: screen.over.link.session.condition.sources)
        screen.screen.refresh()
        title, lines = screen.screen.display.wall.empty_text
        assert title == "Nothing to cook"
        assert lines[1] == "today 1 tickets 1 items"
        assert lines[2].startswith("till-1 last sent ")


async def test_what_can_not_be_done_is_denied_aloud(hotpot: Running, tmp_path: Path) -> None:
    async with shown(tmp_path / "a", hotpot, "cut-1") as screen:
        denied: list[str] = []
        screen.screen.on_denied = lambda: denied.append("buzz")
        await screen.take(TapBar(VisitId("gone")))
        await screen.take(JustMoved(VisitId("gone")))
        assert denied == ["buzz", "buzz"]


async def test_that_nothing_is_heard_stands_behind_all_that_is_worse(
    hotpot: Running, tmp_path: Path
) -> None:
    async with shown(tmp_path / "a", hotpot, "cut-1") as screen:
        silence = Trouble(TroubleKind.VOICE, ("No sound",), ("no sound card",))
        screen.screen.more_troubles = lambda lang: (silence,) if lang == "en" else ()
        assert screen.said() == [TroubleKind.VOICE]
        screen.screen.say(Trouble(TroubleKind.KEYS))
        assert screen.said() == [TroubleKind.KEYS, TroubleKind.VOICE]


async def test_stuck_keys_are_named_on_the_strip_until_they_come_loose(
    hotpot: Running, tmp_path: Path
) -> None:
    """Fault 24."""
    async with shown(tmp_path / "a", hotpot, "cut-1") as screen:
        await screen.take(KeyStuck("4"))
        assert screen.said() == [TroubleKind.STUCK]
        await screen.take(KeyFree("4"))
        assert screen.said() == []


async def test_keys_that_go_elsewhere_are_said_and_fetched_back_by_a_touch(
    hotpot: Running, tmp_path: Path
) -> None:
    """Without the window being shown, keys go anywhere but here."""
    now = [0]
    async with shown(tmp_path / "a", hotpot, "cut-1") as screen:
        guard = guard_keys(screen.screen, lambda: now[0])
        try:
            guard.look()
            assert screen.said() == []
            now[0] = 1_000
            await screen.take(OpenStrip())  # looks at once, and says what it finds
            assert screen.said() == [TroubleKind.KEYS]
        finally:
            guard.stop()
        assert screen.said() == []


async def test_a_bump_that_can_not_be_kept_yet_stays_marked_as_unsent(
    hotpot: Running, tmp_path: Path
) -> None:
    """Fault 28: the dish is done on this wall and marked; once there is space, the mark goes."""
    async with shown(tmp_path / "a", hotpot, "cut-1") as screen:
        sent = await post(hotpot, lines=plates("毛肚", "肥牛"))
        await caught_up(hotpot, screen.over)
        ticket = screen.ticket(sent)
        assert ticket is not None
        pid, unlimited = hotpot.process.pid, resource.RLIM_INFINITY
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (4096, unlimited))
        await screen.give(TapLine(ticket.visit, ticket.lines[0].key))
        await screen.over.until(lambda: screen.over.told(NotKept))
        session = screen.over.link.session
        assert unsent_lines(session) == {ticket.lines[0].key}
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (unlimited, unlimited))
        await has_sent_all(screen.over)
        await screen.over.until(lambda: not unsent_lines(session))
        again = screen.ticket(sent)
        assert again is not None
        assert [line.counts.ready for line in again.lines] == [1, 0]
