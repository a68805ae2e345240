"""A whole screen: what is shown around the wall, panels, languages, and what one event costs."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from kds.board.values import AllDay, Ticket
from kds.kitchen.ids import Instant, StationId
from kds.kitchen.wording import Wording
from kds.ui.chrome.health import Health, SourceAge, Trouble, TroubleKind
from kds.ui.chrome.panel import PanelButton, PanelFace, PanelRow
from kds.ui.chrome.panels import ALL_DAY, RECALL, WHY
from kds.ui.chrome.to_run import RUN
from kds.ui.geometry import Box
from kds.ui.intents import (
    Button,
    ClosePanel,
    Intent,
    OpenStrip,
    PickRow,
    Press,
    Recall,
    SwitchLanguage,
    TurnPage,
    Undo,
)
from kds.ui.options import Options, Subject
from kds.ui.qt.chrome import Painted
from kds.ui.qt.display import Display
from kds.ui.qt.painting import Pictures
from kds.ui.qt.program import application
from kds.ui.shot import picture_of, render
from kds.ui.slips import Arrangement
from kds.ui.style.colours import Ink, Theme, colour
from kds.ui.style.measures import Screen, TextSize
from kds.ui.ticket.sheet import sheet_of
from tests.ui import boards
from tests.ui.boards import NOW, board, line, ticket
from tests.ui.conftest import Clock

FULL = Screen(1920, 1080)
LOST = Health((Trouble(TroubleKind.LOST, ("0:45",), ("18:23:10", "3")),), (SourceAge("收银", 2),))


@pytest.fixture
def display(qtbot: QtBot, clock: Clock, subject: Subject) -> Display:
    """A cutting station with fourteen tickets on two pages."""
    display = Display(subject, Options(), clock, FULL)
    qtbot.addWidget(display)
    display.resize(1920, 1080)
    display.show()
    display.show_board(board([*boards.hotpot(), *boards.grill()]), NOW)
    picture_of(display)  # places that can be touched are known once they are painted
    clock.ms += 5_000
    return display


@pytest.fixture
def intents(display: Display) -> list[Intent]:
    """Everything that is handed on."""
    asked: list[Intent] = []
    display.intent.connect(asked.append)
    return asked


def press(display: Display, part: Painted, intent: Intent) -> None:
    """Touch the place that means an intent."""
    picture_of(display)
    box = next(box for box, meaning in part._touchables if meaning == intent)
    middle = QPoint(box.x + box.w // 2, box.y + box.h // 2)
    QTest.mouseClick(part, Qt.MouseButton.LeftButton, pos=middle)


def boxes(display: Display) -> dict[str, Box]:
    """Where everything stands."""
    parts = {
        "strip": display.strip,
        "wall": display.wall,
        "ahead": display.ahead,
        "bottom": display.bottom,
        "side": display.side,
    }
    shown = {name: part for name, part in parts.items() if not part.isHidden()}
    return {name: Box(*part.geometry().getRect()) for name, part in shown.items()}  # type: ignore[misc]


def check_nothing_is_covered(display: Display) -> None:
    """Assert that no part of the screen lies over another."""
    found = list(boxes(display).values())
    screen = Box(0, 0, display.width(), display.height())
    assert all(box.within(screen) for box in found)
    assert not any(a.meets(b) for i, a in enumerate(found) for b in found[:i])


def test_everything_has_its_place(display: Display) -> None:
    check_nothing_is_covered(display)
    assert set(boxes(display)) == {"strip", "wall", "ahead", "bottom"}


def test_portrait_has_a_strip_of_two_rows(display: Display) -> None:
    high = boxes(display)["strip"].h
    display.resize(1080, 1920)
    check_nothing_is_covered(display)
    assert boxes(display)["strip"].h > 1.7 * high
    high_style = display.wall.scene.view.style
    display.resize(1920, 1080)
    wide_style = display.wall.scene.view.style
    arrangements = (high_style.arrangement, wide_style.arrangement)
    assert arrangements == (Arrangement.FLOW, Arrangement.GRID)


def test_no_part_of_the_screen_is_left_unpainted(display: Display) -> None:
    display.open_panel(PanelFace("找回", rows(3)))
    image = picture_of(display)
    ground = colour(Theme.DARK, Ink.BG)
    gaps = [
        (1918, 500),
        (display.side.x() - 3, 1000),
        (display.side.x() + 50, display.side.y() - 3),
    ]
    assert {image.pixelColor(x, y).name().upper() for x, y in gaps} == {ground}


def test_buttons_below_page_and_ask(display: Display, intents: list[Intent]) -> None:
    press(display, display.bottom, TurnPage(1))
    assert display.wall.scene.placement.page == 1
    assert display.bottom.face.page == 1
    press(display, display.bottom, Undo())
    press(display, display.bottom, Recall())
    assert intents == [TurnPage(1), Undo(), Recall()]


def test_keys_reach_the_wall_whatever_was_touched(display: Display, intents: list[Intent]) -> None:
    press(display, display.bottom, Undo())
    assert display.focusProxy() is display.wall
    assert display.bottom.focusPolicy() is Qt.FocusPolicy.NoFocus
    QTest.keyClick(display.wall, Qt.Key.Key_R)
    assert intents == [Undo(), Recall()]


def test_all_day_opens_beside_the_wall_and_closes(display: Display, intents: list[Intent]) -> None:
    wide = boxes(display)["wall"].w
    press(display, display.bottom, Press(Button.ALL_DAY))
    check_nothing_is_covered(display)
    assert boxes(display)["wall"].w < wide
    assert display.bottom.face.opened is Button.ALL_DAY
    press(display, display.bottom, Press(Button.ALL_DAY))
    assert boxes(display)["wall"].w == wide
    press(display, display.bottom, Press(Button.ALL_DAY))
    press(display, display.side, ClosePanel())
    assert boxes(display)["wall"].w == wide
    assert intents[-1] == ClosePanel()


def test_open_all_day_panel_follows_the_board(display: Display) -> None:
    press(display, display.bottom, Press(Button.ALL_DAY))
    before = display.side.face
    made = AllDay("毛肚", (), "", Decimal(7), Decimal(0), ())
    display.show_board(replace(board(boards.hotpot()), all_day=(made,)), NOW)
    assert display.side.face != before
    assert display.side.face is not None
    assert display.side.face.rows[0].lead == "7"


def test_strip_that_is_touched_lists_all_troubles(display: Display, intents: list[Intent]) -> None:
    display.set_health(LOST)
    press(display, display.strip, OpenStrip())
    assert display.side.face is not None
    assert display.side.face.rows[0].title == "已断线 0:45"
    assert intents == [OpenStrip()]


def test_lost_link_marks_the_wall(display: Display) -> None:
    well = picture_of(display)
    display.set_health(LOST)
    lost = picture_of(display)
    edge = display.wall.geometry().top() + 3
    assert lost.copy(0, edge, 1920, 1) != well.copy(0, edge, 1920, 1)
    display.set_health(Health())
    assert picture_of(display) == well


def rows(count: int) -> tuple[PanelRow, ...]:
    """Rows with a button each."""
    return tuple(
        PanelRow(f"r{i}", f"A{i:02}", texts=("完成",), buttons=(PanelButton("recall", "找回"),))
        for i in range(count)
    )


def test_row_of_a_panel_says_which_button_of_which_row(
    display: Display, intents: list[Intent]
) -> None:
    display.open_panel(PanelFace("找回", rows(3), about=RECALL))
    press(display, display.side, PickRow("r1", "recall"))
    assert intents == [PickRow("r1", "recall")]
    assert display.bottom.face.recalling
    display.open_panel(PanelFace("为什么", rows(3)))
    assert not display.bottom.face.recalling


def test_keys_are_meant_for_the_recall_list_while_it_is_open(
    display: Display, intents: list[Intent], clock: Clock
) -> None:
    QTest.keyClick(display.wall, Qt.Key.Key_4)
    display.open_panel(PanelFace("找回", rows(3), about=RECALL))
    plain = picture_of(display)
    intents.clear()
    for key in (Qt.Key.Key_Return, Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Up):
        clock.ms += 300
        QTest.keyClick(display.wall, key)
    assert intents == [], "the first Enter only shows what the next would do"
    assert picture_of(display) != plain
    clock.ms += 300
    QTest.keyClick(display.wall, Qt.Key.Key_Return)
    assert intents == [PickRow("r1", "recall")]
    QTest.keyClick(display.wall, Qt.Key.Key_3)
    QTest.keyClick(display.wall, Qt.Key.Key_8)
    clock.ms += 300
    QTest.keyClick(display.wall, Qt.Key.Key_Return)
    assert intents[1:] == [PickRow("r2", "recall")], "no eighth row: still the third"
    display.open_panel(None)
    clock.ms += 300
    QTest.keyClick(display.wall, Qt.Key.Key_5)
    assert len(intents) == 3, "without the list digits are the tickets' again"


def test_the_key_for_pans_opens_their_list_and_acts_on_the_next_one(
    qtbot: QtBot, clock: Clock
) -> None:
    """The fault: a cook with a bump bar could look at pans and not end one."""
    display = Display(Subject("expo", boards.STATIONS), Options(), clock, FULL)
    qtbot.addWidget(display)
    display.resize(1920, 1080)
    display.show()
    made = board(boards.expo(), "expo")
    display.show_board(made, NOW)
    asked: list[Intent] = []
    display.intent.connect(asked.append)

    def key(which: Qt.Key) -> None:
        clock.ms += 300
        QTest.keyClick(display.wall, which)

    key(Qt.Key.Key_P)
    picture_of(display)
    assert display.opened == ALL_DAY
    (ready,) = (t.visit for t in made.tickets if t.band == "ready")
    key(Qt.Key.Key_Return)
    assert asked[1:] == [PickRow(ready, RUN)]
    key(Qt.Key.Key_2)
    key(Qt.Key.Key_Left)
    assert not any(isinstance(intent, PickRow) for intent in asked[2:]), "a digit is a ticket's"


def test_up_and_down_pick_what_can_be_answered_in_what_a_ticket_says(
    display: Display, intents: list[Intent], clock: Clock
) -> None:
    two = (PanelButton("void", "Void"), PanelButton("fire", "Make it"))
    face = PanelFace("A1", (PanelRow("", "text"), PanelRow("x", "fish", buttons=two)), about=WHY)
    display.open_panel(face)
    picture_of(display)
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.Key.Key_Left):
        clock.ms += 300
        QTest.keyClick(display.wall, key)
    assert intents == [PickRow("x", "fire"), PickRow("x", "void")]


def test_long_panel_is_leafed_through(display: Display, intents: list[Intent]) -> None:
    display.open_panel(PanelFace("找回", rows(30)))
    picture_of(display)
    seen = set()
    for _ in range(8):
        seen |= {m.row for _, m in display.side._touchables if isinstance(m, PickRow) and m.row}
        press(display, display.side, PickRow("", "more"))
    picture_of(display)
    assert seen == {f"r{i}" for i in range(30)}
    assert intents == []


def test_finger_that_leaves_a_button_presses_nothing(
    display: Display, intents: list[Intent]
) -> None:
    box = next(box for box, meaning in display.bottom._touchables if meaning == Undo())
    inside = QPoint(box.x + 5, box.y + 5)
    QTest.mousePress(display.bottom, Qt.MouseButton.LeftButton, pos=inside)
    pressed = picture_of(display)
    QTest.mouseRelease(display.bottom, Qt.MouseButton.LeftButton, pos=QPoint(box.right + 40, 2))
    assert picture_of(display) != pressed
    assert intents == []


def test_language_changes_everywhere_and_back(display: Display, intents: list[Intent]) -> None:
    chinese = picture_of(display)
    QTest.keyClick(display.wall, Qt.Key.Key_L)
    assert display.options.lang == "en"
    english = picture_of(display)
    for part in (display.strip, display.wall, display.bottom):
        area = part.geometry()
        assert english.copy(area) != chinese.copy(area)
    display._handle(SwitchLanguage())
    assert picture_of(display) == chinese
    assert intents[0] == SwitchLanguage()


@pytest.mark.parametrize("theme", Theme)
def test_every_option_can_change_while_it_runs(display: Display, theme: Theme) -> None:
    options = Options(
        lang="en", theme=theme, arrangement=Arrangement.FLOW, text=TextSize.L, columns=2
    )
    display.set_options(options)
    check_nothing_is_covered(display)
    assert len({part.box.x for part in display.wall.scene.placement.parts}) == 2


def test_counts_and_look_ahead_follow_the_board(display: Display) -> None:
    assert not display.ahead.isHidden()
    display.show_board(board([ticket("A1", [line("x", 3)])]), NOW)
    assert display.ahead.isHidden()
    figures = [text for text, is_figure in display.strip._face.counts[0] if is_figure]
    assert figures == ["1", "3"]


def test_pass_counts_what_is_missing_and_what_can_run(qtbot: QtBot, clock: Clock) -> None:
    display = Display(Subject("expo", boards.STATIONS), Options(), clock, FULL)
    qtbot.addWidget(display)
    display.show()
    display.show_board(board(boards.expo(), "expo"), NOW)
    figures = [t for count in display.strip._face.counts for t, is_figure in count if is_figure]
    assert figures == ["6", "14", "1"]
    assert display.strip._face.name == "出餐台"


def test_undo_and_average_are_shown(display: Display) -> None:
    display.set_undo(4)
    display.show_board(board(boards.hotpot()), NOW)
    assert display.bottom.face.undo_s == 4
    display.set_health(Health(), "5:10")
    assert len(display.strip._face.counts) == 2


def test_empty_screen_tells_when_the_last_order_came(display: Display) -> None:
    display.show_board(board([]), NOW)
    silent = picture_of(display)
    display.set_empty_text("上一单 14:52 完成 · 今天 212 道", "收银 1 最后来单 14:31")
    assert picture_of(display) != silent


def test_screen_of_unknown_size_follows_its_window(
    qtbot: QtBot, clock: Clock, subject: Subject
) -> None:
    display = Display(subject, Options(), clock)
    qtbot.addWidget(display)
    display.resize(1920, 1080)
    display.show()
    assert display.measures.dish == 34
    display.resize(1366, 768)
    assert display.measures.dish == 24


def test_titles_of_views() -> None:
    assert Subject("cut", boards.STATIONS).title("en") == "Cutting"
    assert Subject("new", boards.STATIONS).title("en") == "new"
    assert Subject("expo").title("zh") == "出餐台"
    assert Subject("all").title("zh") == "全部"


class Counter:
    """Calls what it stands for, and counts."""

    def __init__(self, real: Callable[..., Any]) -> None:
        self._real = real
        self.calls = 0

    def __call__(self, *arguments: Any) -> Any:
        self.calls += 1
        return self._real(*arguments)

    def method(self) -> Callable[..., Any]:
        """Return a function, which becomes a method where a callable object does not."""

        def counted(*arguments: Any) -> Any:
            return self(*arguments)

        return counted


def many(count: int) -> list[Ticket]:
    """So many tickets of a busy night."""
    made: list[Ticket] = []
    while len(made) < count:
        made += [*boards.hotpot(), *boards.grill()]
    return made[:count]


def test_one_event_on_five_hundred_tickets_makes_one_ticket_anew(
    display: Display, monkeypatch: pytest.MonkeyPatch
) -> None:
    laid, drawn = Counter(sheet_of), Counter(Pictures._drawn)
    monkeypatch.setattr("kds.ui.sheets.sheet_of", laid)
    monkeypatch.setattr(Pictures, "_drawn", drawn.method())
    tickets = many(500)
    display.show_board(board(tickets), NOW)
    picture_of(display)
    laid.calls = drawn.calls = 0
    display.show_board(board([*tickets, ticket("N", [line("x")])]), NOW)
    tickets[1] = replace(tickets[1], guests=3)
    display.show_board(board(tickets), NOW)
    display.tick(Instant(NOW + 1000))
    picture_of(display)
    assert laid.calls == 2
    assert drawn.calls == 1


def test_picture_without_a_screen_shows_the_board(qtbot: QtBot, subject: Subject) -> None:
    full = board([*boards.hotpot(), *boards.grill()])
    options = Options(lang="en", theme=Theme.LIGHT)
    first = render(full, NOW, subject, options, size=(1366, 768))
    assert (first.width(), first.height()) == (1366, 768)
    assert render(full, NOW, subject, options, size=(1366, 768)) == first
    panel = PanelFace("找回", rows(3))
    others = [
        render(full, NOW, subject, options, size=(1366, 768), page=1),
        render(full, NOW, subject, options, size=(1366, 768), health=LOST),
        render(full, NOW, subject, options, size=(1366, 768), panel=panel),
        render(board([]), NOW, subject, options, size=(1366, 768)),
    ]
    pictures: list[QImage] = [first, *others]
    assert all(a != b for i, a in enumerate(pictures) for b in pictures[:i])
    assert application(offscreen=True) is application(offscreen=False)


def test_another_book_renames_the_screen(display: Display) -> None:
    display.set_subject(Subject("wok", boards.STATIONS))
    assert display.strip._face.name == "炒锅"


def test_screen_that_knows_its_size_decides_how_large_a_dish_is(
    qtbot: QtBot, clock: Clock, subject: Subject, monkeypatch: pytest.MonkeyPatch
) -> None:
    """800 pixels of this screen are some 8 inches: a window of 1920 is a 20 inch screen."""
    monkeypatch.setattr(QGuiApplication, "platformName", lambda: "xcb")
    display = Display(subject, Options(), clock)
    qtbot.addWidget(display)
    display.resize(1920, 1080)
    display.show()
    glass = display.screen()
    pitch = glass.physicalSize().width() / glass.geometry().width()
    assert display.measures.dish == round(2000 * 0.0040724 / (0.92 * pitch))
    assert display.measures.target == pytest.approx(12 / pitch, abs=2)


def test_another_screen_lays_everything_out_anew(
    qtbot: QtBot, clock: Clock, subject: Subject, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Fault 36: on a screen with other pixels a dish is as large in millimetres as before."""
    display = Display(subject, Options(), clock)
    qtbot.addWidget(display)
    display.resize(1920, 1080)
    display.show()
    before = display.measures.dish
    monkeypatch.setattr(Display, "_measured", lambda _: Screen(1920, 1080, 345, 194))
    handle = display.windowHandle()
    assert handle is not None
    handle.screenChanged.emit(display.screen())
    assert display.measures.dish == 49 != before
    monkeypatch.setattr(Display, "_measured", lambda _: Screen(1920, 1080, 527, 296))
    display.screen().geometryChanged.emit(display.screen().geometry())
    assert display.measures.dish == 32
    check_nothing_is_covered(display)


def test_a_wall_that_opens_lays_every_ticket_out_once(
    qtbot: QtBot, clock: Clock, subject: Subject, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The fault: once before its size was known, once for it, and once more for the same."""
    laid = Counter(sheet_of)
    monkeypatch.setattr("kds.ui.sheets.sheet_of", laid)
    display = Display(subject, Options(), clock)
    qtbot.addWidget(display)
    display.show_board(board(many(20)), NOW)
    display.resize(1920, 1080)
    display.show()
    picture_of(display)
    assert laid.calls == 20
    shown = display.wall.scene.placement
    assert shown.size == (1920, display.wall.height())


def test_a_wall_that_gets_lower_only_places_its_tickets_anew(
    display: Display, monkeypatch: pytest.MonkeyPatch
) -> None:
    laid = Counter(sheet_of)
    monkeypatch.setattr("kds.ui.sheets.sheet_of", laid)
    display.resize(1920, 980)
    picture_of(display)
    assert laid.calls == 0
    assert display.wall.scene.placement.size == (1920, display.wall.height())
    display.resize(1800, 980)
    picture_of(display)
    assert laid.calls > 0


def test_tickets_call_stations_by_their_new_names_a_few_at_a_time(
    display: Display, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The fault: a book with one station renamed lays hundreds of tickets out in one piece."""
    shown = board(many(12))
    display.show_board(shown, NOW)
    laid = Counter(sheet_of)
    monkeypatch.setattr("kds.ui.sheets.sheet_of", laid)
    names = {station: Wording(f"新{name.zh}", name.en) for station, name in boards.STATIONS.items()}
    display.set_subject(Subject("cut", names, ZoneInfo("Asia/Shanghai")))
    display.show_board(shown, NOW, at_once=5)
    assert (laid.calls, display.is_behind) == (5, True)
    assert display.strip.face.name == f"新{boards.STATIONS[StationId('cut')].zh}"
    fresh = replace(shown.tickets[-1], guests=7)
    display.show_board(replace(shown, tickets=(*shown.tickets[:-1], fresh)), NOW, at_once=0)
    assert laid.calls == 6
    while display.is_behind:
        display.show_board(replace(shown, tickets=(*shown.tickets[:-1], fresh)), NOW, at_once=5)
    assert laid.calls == 12, "what came meanwhile was read by the new names at once"


def test_the_same_book_under_another_hash_lays_nothing_out_anew(
    display: Display, subject: Subject, monkeypatch: pytest.MonkeyPatch
) -> None:
    laid = Counter(sheet_of)
    monkeypatch.setattr("kds.ui.sheets.sheet_of", laid)
    display.set_subject(replace(subject))
    display.show_board(display._board, NOW)
    assert (laid.calls, display.is_behind) == (0, False)
