"""What stands around the wall: strip, look-ahead, buttons, panels."""

from dataclasses import replace
from decimal import Decimal
from itertools import combinations, pairwise
from zoneinfo import ZoneInfo

import pytest
from pytestqt.qtbot import QtBot

from kds.board.values import AllDay, AllDaySplit, Band
from kds.kitchen.ids import StationId
from kds.kitchen.wording import Wording
from kds.ui.chrome.ahead import ahead_of, draw_ahead
from kds.ui.chrome.bottom import BottomFace, draw_bottom, keys_of
from kds.ui.chrome.figures import runs
from kds.ui.chrome.health import Health, Severity, SourceAge, Trouble, TroubleKind
from kds.ui.chrome.panel import PanelFace, PanelRow, close_box, draw_panel, lay_rows, panel_width
from kds.ui.chrome.panels import (
    LOOK,
    RECALL,
    RESUME,
    UNDO,
    Bumped,
    all_day_panel,
    health_panel,
    recall_panel,
    ticket_panel,
    why_panel,
)
from kds.ui.chrome.strip import (
    StripFace,
    age_text,
    counts_of,
    draw_strip,
    pass_counts_of,
    sentence,
)
from kds.ui.geometry import Box
from kds.ui.icons import Icon
from kds.ui.intents import Button, Press, Recall, SwitchLanguage, TurnPage, Undo
from kds.ui.qt.fonts import Letters
from kds.ui.style.colours import Ink
from kds.ui.style.lettering import Role
from kds.ui.style.measures import Screen, measures
from kds.ui.ticket.make import face_of
from kds.ui.ticket.reading import Reading
from kds.ui.words import words
from tests.ui import boards
from tests.ui.boards import NOW, board, cooking, held, line, mod, ticket
from tests.ui.recorder import Recorder

ZONE = ZoneInfo("Asia/Shanghai")
LOST = Trouble(TroubleKind.LOST, ("0:45",), ("18:23:10", "3"), "strip.retry")
GAP = Trouble(TroubleKind.GAP, ("收银 1", "#1043"))
SLOW = Trouble(TroubleKind.SLOW, (), ("4",))
SOURCES = (SourceAge("收银", 2), SourceAge("扫码", 4), SourceAge("美团", 9))


@pytest.fixture
def recorder(qtbot: QtBot) -> Recorder:
    """A canvas at the size of the pictures."""
    return Recorder(Letters(measures(33, Screen(1920, 1080))))


def reading(lang: str = "zh") -> Reading:
    """The cutting station."""
    return Reading(words(lang), boards.STATIONS, ZONE, StationId("cut"))


def strip(health: Health, lang: str = "zh", average: str = "5:10") -> StripFace:
    """The strip of a station."""
    return StripFace("锅底 · 切配", counts_of(words(lang), 8, "41", average), health, "18:24")


def check_apart(recorder: Recorder, box: Box) -> None:
    """Assert that no text leaves the box or lies over another."""
    assert all(said.box.within(box) for said in recorder.said)
    for one, other in combinations(recorder.said, 2):
        assert not one.box.meets(other.box), (one, other)


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("width", [1920, 1366, 1080, 640])
@pytest.mark.parametrize("troubles", [(), (SLOW,), (SLOW, LOST, GAP)])
def test_strip_says_what_there_is_room_for(
    recorder: Recorder, troubles: tuple[Trouble, ...], width: int, lang: str
) -> None:
    m = recorder.measures
    box = Box(0, 0, width, m.status * 2 if width == 1080 else m.status)
    draw_strip(recorder, strip(Health(troubles, SOURCES), lang), box, words(lang))
    check_apart(recorder, box)
    assert {"锅底 · 切配", "18:24"} <= set(recorder.texts)


def test_worst_trouble_is_said_first_and_the_rest_is_counted(recorder: Recorder) -> None:
    health = Health((SLOW, GAP, LOST))
    assert health.worst_first == (LOST, GAP, SLOW)
    assert health.is_lost
    assert [t.severity for t in health.worst_first] == list(Severity)[1:]
    box = Box(0, 0, 1920, 58)
    draw_strip(recorder, strip(health), box, words("zh"))
    assert "已断线 0:45" in recorder.texts
    assert "显示到 18:23:10 · 3 个操作待上传" in recorder.texts
    assert {"重试", "+2"} <= set(recorder.texts)


def test_well_strip_gives_up_sources_before_it_gives_up_saying_that_all_is_well(
    recorder: Recorder,
) -> None:
    draw_strip(recorder, strip(Health((), SOURCES)), Box(0, 0, 900, 58), words("zh"))
    assert "正常 · 刚刚" in recorder.texts
    assert not any("美团" in text for text in recorder.texts)


def test_what_became_of_an_act_is_said_before_everything_for_its_few_seconds() -> None:
    answer = Trouble(TroubleKind.ANSWER, ("已被别处完成",), ("",), button="")
    assert Health((LOST, answer)).worst_first == (answer, LOST)


def test_words_of_the_bridge_are_read_in_the_language_of_the_wall(recorder: Recorder) -> None:
    name, more = Wording("规则未启用", "Rule file not used"), Wording("a.yaml:4", "a.yaml:4 · old")
    remark = Trouble(TroubleKind.RULES, (name,), (more,), graded=Severity.CRITICAL)
    assert sentence(remark, words("zh")) == ("规则未启用", "a.yaml:4")
    assert sentence(remark, words("en")) == ("Rule file not used", "a.yaml:4 · old")
    assert remark.inks == LOST.inks


@pytest.mark.parametrize(
    ("age_s", "zh", "en"),
    [(0, "0 秒", "0 s"), (59, "59 秒", "59 s"), (60, "1 分", "1 min"), (7_300, "2 小时", "2 h")],
)
def test_ages_are_said_in_the_unit_that_people_would_take(age_s: int, zh: str, en: str) -> None:
    assert (age_text(age_s, words("zh")), age_text(age_s, words("en"))) == (zh, en)


def test_a_paused_rule_is_resumed_from_the_opened_strip() -> None:
    paused = Trouble(TroubleKind.PAUSED, ("锅底先下已暂停",), ("",), about="broth-first")
    (row,) = health_panel(Health((paused,)), words("zh")).rows
    assert (row.id, [button.action for button in row.buttons]) == ("broth-first", [RESUME])


def test_trouble_without_a_button_has_none(recorder: Recorder) -> None:
    quiet = replace(SLOW, button="")
    draw_strip(recorder, strip(Health((quiet,))), Box(0, 0, 1920, 58), words("zh"))
    assert words("zh")("strip.open") not in recorder.texts


@pytest.mark.parametrize("kind", TroubleKind)
def test_every_trouble_has_a_sentence_in_both_languages(
    recorder: Recorder, kind: TroubleKind
) -> None:
    figures = ("a", "b", "c")
    trouble = Trouble(kind, figures, figures)
    for lang in ("zh", "en"):
        draw_strip(recorder, strip(Health((trouble,)), lang), Box(0, 0, 1920, 58), words(lang))
    assert trouble.icon in {icon for icon, _, _ in recorder.icons}


def test_figures_are_heavier_than_words() -> None:
    assert runs("{} 桌 {} 道", 8, 41) == [
        ("8", True),
        (" 桌 ", False),
        ("41", True),
        (" 道", False),
    ]
    assert runs("正常") == [("正常", False)]
    at_pass = pass_counts_of(words("en"), "14", 19, 6)
    assert [text for text, _ in at_pass[1]] == ["19", " to come"]


def bottom(**more: object) -> BottomFace:
    """All buttons on the first of two pages."""
    return replace(BottomFace(0, 2, tuple(Button)), **more)  # type: ignore[arg-type]


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("width", [1920, 1366, 1080, 640])
def test_buttons_are_large_apart_and_in_order(recorder: Recorder, width: int, lang: str) -> None:
    m = recorder.measures
    box = Box(0, 0, width, m.bottom + m.gap)
    keys = keys_of(recorder, bottom(buttons=(Button.ALL_DAY,)), box, words(lang))
    draw_bottom(recorder, keys, box)
    check_apart(recorder, box)
    assert all(min(key.box.w, key.box.h) >= m.target for key in keys)
    assert all(a.box.right <= b.box.x for a, b in pairwise(keys))
    intents = [key.intent for key in keys]
    others = [Undo(), Recall(), Press(Button.ALL_DAY), SwitchLanguage()]
    assert intents == [None, None, TurnPage(1), *others]


def test_narrow_buttons_drop_words_but_no_icons(recorder: Recorder) -> None:
    box = Box(0, 0, 1080, 80)
    keys = keys_of(recorder, bottom(), box, words("en"))
    others = [key for key in keys[3:] if key.icon is not None]
    assert len(others) == 7
    assert all(key.label == "" for key in others)


def test_undo_counts_down_and_open_panel_is_marked(recorder: Recorder) -> None:
    face = bottom(undo_s=4, opened=Button.ALL_DAY, recalling=False, page=1)
    keys = keys_of(recorder, face, Box(0, 0, 1920, 80), words("zh"))
    undo = next(key for key in keys if key.intent == Undo())
    assert (undo.label, undo.is_on) == ("撤销 4 秒", True)
    assert next(key for key in keys if key.intent == Press(Button.ALL_DAY)).is_on
    assert keys[0].intent == TurnPage(-1)
    assert keys[2].intent is None


def test_look_ahead_tells_what_is_released_when_and_for_whom(recorder: Recorder) -> None:
    made = [
        ticket("A08", [held("毛肚", 2, boards.POT), held("鸭血", 1, boards.POT), line("x")]),
        ticket("C05", [held("毛肚", 6, boards.CALL)]),
        ticket("C06", [held("毛肚", "0.5", boards.STARTERS)]),
    ]
    faces = [face_of(one, reading()) for one in made]
    face = ahead_of(faces, reading(), NOW)
    assert [(r.time, r.table, r.what) for r in face.releases] == [
        ("18:27", "A08", "放行 3 道"),
        ("18:28", "C06", "放行 1 道"),
    ]
    assert face.total == "合计 4 道 · 毛肚 3 · 鸭血 1"
    draw_ahead(recorder, face, Box(0, 0, 1920, 46), "未来 10 分钟")
    check_apart(recorder, Box(0, 0, 1920, 46))
    assert ahead_of([], reading(), NOW).releases == ()


def test_a_gate_on_the_run_releases_what_is_made_and_not_yet_out() -> None:
    gated = cooking("毛肚", 3, 1.0, hold=boards.POT_RUN, band=Band.GATED)
    made = ticket("A08", [gated])
    face = ahead_of([face_of(made, reading())], reading(), NOW)
    assert [release.what for release in face.releases] == ["放行 3 道"]


def test_look_ahead_shows_as_many_as_fit(recorder: Recorder) -> None:
    made = [ticket(f"A{i}", [held("毛肚", 2, boards.POT)]) for i in range(20)]
    face = ahead_of([face_of(one, reading()) for one in made], reading(), NOW)
    draw_ahead(recorder, face, Box(0, 0, 800, 46), "未来 10 分钟")
    check_apart(recorder, Box(0, 0, 800, 46))
    assert 1 <= sum(text.startswith("A") for text in recorder.texts) < 20


def draw(recorder: Recorder, face: PanelFace, height: int = 900) -> Box:
    """Draw a panel of its own width."""
    box = Box(0, 0, panel_width(33, face, 1920), height)
    draw_panel(recorder, face, box, lay_rows(recorder, face, box, 0))
    check_apart(recorder, box)
    return box


def test_all_day_counts_dishes_and_how_they_differ(recorder: Recorder) -> None:
    rows = (
        AllDay(
            "Ribeye",
            (("zh", "肉眼"),),
            "",
            Decimal(5),
            Decimal(2),
            (AllDaySplit((mod("MR"),), Decimal(3)), AllDaySplit((), Decimal(2))),
        ),
        AllDay("虾", (), "斤", Decimal("1.5"), Decimal(0), ()),
    )
    face = all_day_panel(replace(board([]), all_day=rows), reading())
    assert [(row.lead, row.title, row.texts) for row in face.rows] == [
        ("5", "肉眼", ("3 MR", "其中 2 等待")),
        ("1.5斤", "虾", ()),
    ]
    assert face.count == "6"
    draw(recorder, face)


def test_recall_offers_undo_for_the_newest_and_look_and_recall_for_the_rest(
    recorder: Recorder,
) -> None:
    bumped = [
        Bumped("c1", "A08", "宫保鸡丁 等 3 道", boards.ago(0.1), undo_s=4),
        Bumped("c2", "C07", "水煮鱼", boards.ago(9), odd_s=9),
    ]
    face = recall_panel(bumped, 2, reading())
    assert face.title == "找回 · 本班 2"
    assert [b.action for b in face.rows[0].buttons] == [UNDO]
    assert [b.action for b in face.rows[1].buttons] == [LOOK, RECALL]
    assert face.rows[1].texts == ("18:15 完成 · 可疑：9 秒完成",)
    box = draw(recorder, face)
    laid = lay_rows(recorder, face, box, 0)
    assert all(place.within(row.box) for row in laid for place, _ in row.buttons)
    assert all(min(p.w, p.h) >= recorder.measures.target for row in laid for p, _ in row.buttons)


def test_why_explains_a_dish_with_rule_values_and_clocks(recorder: Recorder) -> None:
    made = ticket("A08", [cooking("毛肚", 2, 1.5), held("鸭血", 1, boards.POT)], 4)
    face = why_panel(made, made.lines[1], reading(), NOW)
    texts = [row.title for row in face.rows]
    assert (face.title, face.lead) == ("鸭血", "1")
    assert any("等锅底" in text for text in texts)
    assert face.rows[1].texts == ("rules.yaml:18 pot",)
    assert face.rows[1].icon is Icon.PADLOCK
    draw(recorder, face)
    cooked = why_panel(made, made.lines[0], reading("en"), NOW)
    assert [row.right for row in cooked.rows[-4:]] == ["4:00", "18:23", "—", "1:30"]


def test_why_explains_a_whole_ticket_dish_by_dish(recorder: Recorder) -> None:
    made = ticket("A08", [line("毛肚"), line("鸭血")], 9, (6, 8, 12))
    face = why_panel(made, None, reading(), NOW)
    assert face.title == "A08"
    assert sum("时限" in row.title for row in face.rows) == 2
    draw(recorder, face)


def test_all_troubles_are_listed_with_the_sources(recorder: Recorder) -> None:
    face = health_panel(Health((SLOW, LOST), SOURCES), words("zh"))
    assert [row.title for row in face.rows[:2]] == ["已断线 0:45", "连接变慢"]
    assert face.rows[2].right == "2 秒前"
    draw(recorder, face)
    assert health_panel(Health(), words("zh")).title == "正常 · 刚刚"


def test_rest_of_a_ticket_is_shown_in_a_panel(recorder: Recorder) -> None:
    visit = boards.hotpot()[6].visit
    draw(recorder, ticket_panel(visit, "C05", [("6", "肥牛"), ("1", "虾滑")]))
    assert {"C05", "肥牛", "6"} <= set(recorder.texts)


def test_what_several_rules_say_of_a_dish_is_read_to_its_end(recorder: Recorder) -> None:
    """The fault: of a dish that is asked about, sold out and late the last reason was cut off."""
    why = "起菜已 1:11，时限 5:00（menu.yaml:115 plate）；66 份？（checks.yaml:14 too-many）"
    why += "；沽清，少 65 份"
    face = PanelFace("6", (PanelRow("", why, icon=Icon.LIST),))
    (row,) = lay_rows(recorder, face, draw(recorder, face), 0)
    assert "".join(row.title) == why


def test_long_words_wrap_and_a_panel_never_runs_over(recorder: Recorder) -> None:
    rows = tuple(
        PanelRow(str(i), "非常长的一句话" * 8, lead="12", texts=("很长的说明" * 12,), right="18:20")
        for i in range(40)
    )
    face = PanelFace("非常长的标题", rows, icon=Icon.LIST, count="40", hint="看：不改时钟")
    box = draw(recorder, replace(face, hint=""))
    assert 0 < len(lay_rows(recorder, face, box, 0)) < 40
    assert lay_rows(recorder, face, box, 38)[0].row.id == "38"
    assert close_box(recorder, face, box).within(box)
    draw_panel(recorder, face, box, ())
    assert recorder.saying(Role.PANEL_SMALL) == ["看：不改时钟"]


def test_high_contrast_frames_panels_and_buttons(recorder: Recorder) -> None:
    recorder.outlined = True
    draw(recorder, recall_panel([Bumped("c1", "A08", "x", NOW)], 1, reading()))
    box = Box(0, 0, 1920, 80)
    draw_bottom(recorder, keys_of(recorder, bottom(), box, words("zh")), box)
    assert sum(ink is Ink.EDGE for _, ink in recorder.frames) >= 10


def test_sentence_without_a_rule_has_no_small_print() -> None:
    made = ticket("A1", [boards.void("x")])
    assert why_panel(made, None, reading(), NOW).rows[1].texts == ()
