"""The panel of a station's pans: what it says, and what a touch there does."""

from __future__ import annotations

from dataclasses import replace

from kds.app.acting import Stamp, pan
from kds.kitchen.commands import CommandKind
from kds.kitchen.ids import CommandId
from kds.ui.chrome.panels import all_day_panel
from kds.ui.chrome.pans import PAN_BUMP, PAN_START
from kds.ui.options import Options, Subject, reading_for
from kds.ui.style.measures import PanelWidth
from tests.unit.board.test_batches import Kitchen


def rices() -> Kitchen:
    kitchen = Kitchen()
    kitchen.rice("1", "2")
    kitchen.wait(1_000)
    kitchen.rice("2")
    return kitchen


def stamp(kitchen: Kitchen) -> Stamp:
    return Stamp(CommandId("touch"), kitchen.now, kitchen.kitchen.seq, "wok", "wok-1")


def test_a_pan_names_its_tables_and_is_begun_and_ended_by_one_touch() -> None:
    kitchen = rices()
    reading = reading_for(Options(lang="en"), Subject("wok"))
    face = all_day_panel(kitchen.wok(), reading)
    assert face.width is PanelWidth.USUAL
    assert [row.title for row in face.rows] == ["One pan", "rice", "All-day", "rice"]
    row = face.rows[1]
    assert (row.lead, row.texts[0]) == ("3", "1×2 · 2")
    assert [button.action for button in row.buttons] == [PAN_START, PAN_BUMP]

    command = pan(row.id, PAN_START, kitchen.wok(), stamp(kitchen))
    assert command is not None
    assert command.kind is CommandKind.START
    kitchen._decide(command)
    begun = all_day_panel(kitchen.wok(), reading).rows[1]
    assert [button.action for button in begun.buttons] == [PAN_BUMP]

    command = pan(begun.id, PAN_BUMP, kitchen.wok(), stamp(kitchen))
    assert command is not None
    kitchen._decide(replace(command, id=CommandId("touch-2")))
    assert (kitchen.ready("1"), kitchen.ready("2")) == (2, 1)


def test_a_touch_on_a_pan_that_is_another_by_now_does_nothing() -> None:
    """The fault: a portion joins while the finger comes down, and goes out unseen with the rest."""
    kitchen = rices()
    row = all_day_panel(kitchen.wok(), reading_for(Options(), Subject("wok"))).rows[1]
    kitchen.rice("3")
    assert pan(row.id, PAN_BUMP, kitchen.wok(), stamp(kitchen)) is None


def test_without_pans_the_panel_is_as_narrow_as_ever() -> None:
    kitchen = Kitchen()
    kitchen.rice("1")
    face = all_day_panel(kitchen.wok(), reading_for(Options(), Subject("wok")))
    assert face.width is PanelWidth.NARROW
    assert [row.title for row in face.rows] == ["rice"]
