"""What the pass answers about a dish from its panel, and the tables it runs from its list."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kds.app.acting import Stamp, act_of
from kds.board.values import Board
from kds.kitchen.commands import CommandKind
from kds.kitchen.ids import CommandId
from kds.kitchen.orders import Gate
from kds.ui.chrome.acts import FIRE, OTHER_ORDER, SAME_ORDER, VOID
from kds.ui.chrome.panel import PanelRow
from kds.ui.chrome.panels import all_day_panel, why_panel
from kds.ui.chrome.to_run import RUN
from kds.ui.options import Options, Subject, reading_for
from kds.ui.ticket.reading import Reading
from tests.ui import boards
from tests.ui.boards import NOW, board, hold, line, ticket

PASS = reading_for(Options(lang="en"), Subject("expo", boards.STATIONS))
WOK = reading_for(Options(lang="en"), Subject("wok", boards.STATIONS))
STAMP = Stamp(CommandId("touch"), NOW, 7, "expo", "expo-1")
ODD = replace(hold(("数量很多", "that many?"), Gate.START, opens_in=5), asks=True)


def asked() -> Board:
    odd = line("fish", flags=("ask_pass",), hold=ODD)
    return board([ticket("A1", [odd, line("rice")])], "expo")


def answers(made: Board, reading: Reading, which: int | None = None) -> list[PanelRow]:
    """The rows with two buttons, in the panel of the ticket or of one of its lines."""
    (first,) = made.tickets
    about = None if which is None else first.lines[which]
    return [r for r in why_panel(first, about, reading, NOW).rows if len(r.buttons) == 2]


@pytest.mark.parametrize("which", [None, 0])
@pytest.mark.parametrize(("action", "kind"), [(VOID, CommandKind.VOID), (FIRE, CommandKind.FIRE)])
def test_the_pass_lets_a_dish_be_made_or_not_from_its_panel(
    which: int | None, action: str, kind: CommandKind
) -> None:
    """The fault: a touch could only say yes. The panel of the ticket is what keys reach."""
    made = asked()
    (row,) = answers(made, PASS, which)
    assert (row.title, row.texts) == ("fish", ("that many?",))
    assert [button.action for button in row.buttons] == [VOID, FIRE]
    command = act_of(row.id, action, made, STAMP)
    assert command is not None
    key = made.tickets[0].lines[0].key
    assert (command.kind, command.order, command.line_id) == (kind, key.order, key.line_id)


def test_nobody_is_asked_away_from_the_pass_or_of_another_dish() -> None:
    assert answers(asked(), WOK) == []
    assert answers(asked(), PASS, 1) == []


def test_a_dish_that_is_gone_takes_no_answer() -> None:
    (row,) = answers(asked(), PASS)
    assert act_of(row.id, VOID, board([], "expo"), STAMP) is None


def test_both_answers_to_the_same_order_are_in_the_panel_of_the_ticket() -> None:
    """The fault: another order could only be said by a long press, which no key is."""
    made = board([ticket("A1", [line("rice")], flags=("twin",))], "expo")
    (row,) = answers(made, PASS)
    assert [button.action for button in row.buttons] == [OTHER_ORDER, SAME_ORDER]
    command = act_of(row.id, OTHER_ORDER, made, STAMP)
    assert command is not None
    assert command.kind is CommandKind.OTHER_ORDER


def test_tables_that_are_ready_to_run_are_listed_whatever_page_they_stand_on() -> None:
    """The fault: in a long backlog they stand on later pages, and the food gets cold."""
    made = board(boards.expo() * 5, "expo")
    ready = [t for t in made.tickets if t.band == "ready"]
    face = all_day_panel(made, PASS)
    assert (face.rows[0].title, face.rows[0].lead) == ("Ready to run", str(len(ready)))
    rows = face.rows[1 : 1 + len(ready)]
    assert {row.id for row in rows} == {t.visit for t in ready}
    assert all([b.action for b in row.buttons] == [RUN] for row in rows)
    assert all_day_panel(made, WOK).rows == ()
