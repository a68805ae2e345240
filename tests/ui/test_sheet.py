"""Every ticket at every size in both languages: nothing important is cut, nothing overlaps."""

from collections.abc import Iterator
from functools import partial
from itertools import combinations
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytestqt.qtbot import QtBot

from kds.board.values import Ticket
from kds.kitchen.ids import StationId
from kds.kitchen.messages import Channel, Member, Payment
from kds.ui.geometry import Box
from kds.ui.qt.fonts import Letters
from kds.ui.slips import Part
from kds.ui.style.lettering import Role
from kds.ui.style.measures import Screen, measures
from kds.ui.text import ELLIPSIS
from kds.ui.ticket.face import Face, LineFace, LineState, at
from kds.ui.ticket.make import face_of
from kds.ui.ticket.part import draw_part, lives_of, targets_of
from kds.ui.ticket.reading import Reading
from kds.ui.ticket.sheet import Sheet, sheet_of, slack
from kds.ui.words import words
from tests.ui import boards
from tests.ui.recorder import Recorder

SCREEN = Screen(1920, 1080, 527, 296)
ZONE = ZoneInfo("Asia/Shanghai")
DISHES = (24, 33, 48)
LANGUAGES = ("zh", "en")
MAKERS = {
    "hotpot": (boards.hotpot, "cut"),
    "grill": (boards.grill, "grill"),
    "expo": (boards.expo, None),
    "hard": (boards.hard, "cut"),
    "hard at the pass": (boards.hard, None),
    "banquet": (lambda: [boards.banquet(12)], "wok"),
}


@pytest.fixture(autouse=True)
def _application(qtbot: QtBot) -> None:
    """Letters are measured by Qt."""


def reading(lang: str, station: str | None) -> Reading:
    """How a station, or the pass, reads."""
    of = None if station is None else StationId(station)
    return Reading(words(lang), boards.STATIONS, ZONE, of)


def laid(ticket: Ticket, lang: str, station: str | None, dish: int, widths: float = 12) -> Sheet:
    """A ticket laid out at `widths` times the dish size."""
    letters = Letters(measures(dish, SCREEN))
    face = face_of(ticket, reading(lang, station))
    return sheet_of(face, round(widths * dish), letters, boards.NOW)


def whole(sheet: Sheet) -> Part:
    """The ticket in one part that is just high enough."""
    box = Box(0, 0, sheet.width, sheet.slip.height)
    return Part(sheet.face.visit, box, 0, len(sheet.blocks))


def drawn(sheet: Sheet, part: Part, lang: str, dish: int) -> Recorder:
    """All that is drawn of a part, what goes on by itself included."""
    recorder = Recorder(Letters(measures(dish, SCREEN)))
    draw_part(recorder, sheet, part, words(lang))
    for live in lives_of(sheet, part, recorder.measures):
        live.draw(recorder, boards.NOW)
    return recorder


def pieces(sheet: Sheet, dish: int, height: int) -> Iterator[Part]:
    """The ticket torn over rooms of this height."""
    slip, first, parts = sheet.slip, 0, []
    strip = slack(measures(dish, SCREEN))
    while (
        slip.rest(first) > height
        and (end := slip.cut(first, height - slip.head_at(first) - strip)) > first
    ):
        parts.append((first, end))
        first = end
    parts.append((first, len(slip.blocks)))
    for i, (start, end) in enumerate(parts):
        high = max(height, slip.rest(start)) if i == len(parts) - 1 else height
        yield Part(slip.id, Box(0, 0, sheet.width, high), start, end, i, len(parts))


def check_inside(recorder: Recorder, box: Box) -> None:
    """Assert that all text lies inside, and that no text lies over another."""
    for said in recorder.said:
        assert said.box.within(box), said
    for one, other in combinations(recorder.said, 2):
        assert not one.box.meets(other.box), (one, other)


def check_nothing_important_is_cut(face: Face, recorder: Recorder) -> None:
    """Assert that clock, band, allergies and quantities are there in full."""
    head = face.head
    texts = recorder.texts
    for must in (at(head.clock, boards.NOW), at(head.word, boards.NOW)):
        assert must in texts or not must
    allergies = "".join(recorder.saying(Role.ALLERGY)).replace(" ", "")
    for allergy in face.everyones:
        assert allergy.text.replace(" ", "") in allergies
    quantities = [*recorder.saying(Role.QUANTITY), *recorder.saying(Role.QUANTITY_WAITS)]
    for row in face.rows:
        if isinstance(row, LineFace) and row.state is not LineState.DONE:
            assert row.quantity in quantities


@pytest.mark.parametrize("dish", DISHES)
@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", MAKERS)
def test_all_stands_inside_and_nothing_important_is_cut(name: str, lang: str, dish: int) -> None:
    make, station = MAKERS[name]
    for ticket in make():
        sheet = laid(ticket, lang, station, dish, 12 if station else 15)
        part = whole(sheet)
        recorder = drawn(sheet, part, lang, dish)
        check_inside(recorder, part.box)
        check_nothing_important_is_cut(sheet.face, recorder)
        title = [*recorder.saying(Role.TABLE), *recorder.saying(Role.TABLE_LONG)]
        assert title == [sheet.face.head.title]


@pytest.mark.parametrize("dish", DISHES)
@pytest.mark.parametrize("lang", LANGUAGES)
def test_torn_parts_repeat_allergies_and_say_which_they_are(lang: str, dish: int) -> None:
    sheet = laid(boards.banquet(), lang, "wok", dish)
    parts = list(pieces(sheet, dish, 22 * dish))
    assert len(parts) > 2
    for part in parts:
        recorder = drawn(sheet, part, lang, dish)
        check_inside(recorder, part.box)
        said = "".join(recorder.saying(Role.ALLERGY))
        assert sheet.face.everyones[0].text.replace(" ", "") in said.replace(" ", "")
        assert bool(recorder.saying(Role.CLOCK)) is part.is_first
        assert bool(recorder.saying(Role.BUTTON)) is part.is_last
        if not part.is_first:
            assert words(lang)("part", part.index + 1, part.count) in recorder.texts


@pytest.mark.parametrize("dish", DISHES)
def test_targets_are_large_enough_and_apart(dish: int) -> None:
    m = measures(dish, SCREEN)
    for ticket in (*boards.hotpot(), *boards.hard(), boards.banquet()):
        sheet = laid(ticket, "zh", "cut", dish)
        for part in (whole(sheet), *pieces(sheet, dish, 22 * dish)):
            targets = list(targets_of(sheet, part, m))
            for target in targets:
                assert min(target.box.w, target.box.h) >= m.target or not part.is_first
                assert target.box.within(part.box)
            for one, other in combinations(targets, 2):
                assert not one.box.meets(other.box)


def test_every_dish_is_touched_with_all_that_belongs_to_it() -> None:
    ticket = boards.hotpot()[1]
    sheet = laid(ticket, "zh", "cut", 33)
    part = whole(sheet)
    m = measures(33, SCREEN)
    lines = [target for target in targets_of(sheet, part, m) if target.line is not None]
    assert [target.line for target in lines] == [line.key for line in ticket.lines]
    recorder = drawn(sheet, part, "zh", 33)
    plates = [said for said in recorder.said if said.role is Role.MODIFIER]
    assert all(plate.box.within(lines[0].box) for plate in plates)


def test_names_take_three_lines_at_most_and_say_that_they_were_cut() -> None:
    sheet = laid(boards.hard()[0], "zh", "cut", 33)
    names = drawn(sheet, whole(sheet), "zh", 33).saying(Role.DISH)
    assert len(names) == 3
    assert names[-1].endswith(ELLIPSIS)


def test_meta_gives_up_server_then_channel_then_payment_and_says_so() -> None:
    ticket = boards.ticket(
        "A1",
        [boards.line("x")],
        guests=4,
        server="A very long name of a server",
        channel=Channel.PREORDER,
        payment=Payment.PARTIAL,
    )
    said = {w: laid(ticket, "en", "cut", 33, w).heading.meta for w in (36, 23, 19, 13)}
    assert said[36] == "Dine in · 4 guests · Pre-order · part paid · A very long name of a server"
    assert said[23] == "Dine in · 4 guests · Pre-order · part paid · …"
    assert said[19] == "Dine in · 4 guests · part paid · …"
    assert said[13] == "Dine in · 4 guests…"


def test_flags_shrink_from_the_least_important_and_the_table_last() -> None:
    ticket = boards.ticket(
        "A1",
        [boards.line("x", rush=3)],
        flags=("rush", "vip", "remake"),
        member=Member("Gold"),
        moved_from="B02",
    )
    wide = laid(ticket, "en", "cut", 33, 26).heading
    assert [flag.text for flag in wide.flags] == ["Rush 3", "Gold", "from B02", "Remake"]
    narrow = laid(ticket, "en", "cut", 33, 12).heading
    assert narrow.title_role is Role.TABLE
    assert [flag.text for flag in narrow.flags][:2] == ["3", ""]


def test_clock_that_grows_asks_for_more_room() -> None:
    sheet = laid(boards.ticket("A1", [boards.line("x")], 9.5), "zh", "cut", 33)
    assert sheet.still_fits(boards.ago(-0.4))
    assert not sheet.still_fits(boards.ago(-0.6))


KINDS = ("add", "remove", "choice", "allergy", "note")
words_of = st.text(st.sampled_from("毛肚鸭血 large XL（大份）,éñ"), min_size=1, max_size=40)


@st.composite
def tickets(draw: st.DrawFn) -> Ticket:
    """Any ticket that a till could send."""
    lines = []
    for _ in range(draw(st.integers(1, 5))):
        name = draw(words_of)
        quantity = draw(st.sampled_from(["1", "2", "12", "0.375", "99999"]))
        mods = tuple(
            boards.mod(
                draw(words_of),
                draw(st.sampled_from(KINDS)),
            )
            for _ in range(draw(st.integers(0, 3)))
        )
        more = {"modifiers": mods, "unit": draw(st.sampled_from(["", "斤", "kg"]))}
        more["note"] = draw(st.sampled_from(["", "请分两盘，一盘不要辣" * 4]))
        whole = int(float(quantity)) or 1
        makers = (
            partial(boards.line, name, quantity),
            partial(boards.void, name, whole),
            partial(boards.done, name, whole),
            partial(boards.held, name, quantity, boards.POT),
        )
        lines.append(draw(st.sampled_from(makers))(**more))
    flags = draw(st.sampled_from([(), ("vip", "rider")]))
    age = draw(st.floats(0, 300))
    return boards.ticket(draw(words_of), lines, age, (6, 8, 12), flags=flags)


STATIONS = st.sampled_from(["cut", None])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(tickets(), st.sampled_from(LANGUAGES), st.sampled_from(DISHES), STATIONS)
def test_whatever_a_till_sends_stands_inside(
    ticket: Ticket, lang: str, dish: int, station: str | None
) -> None:
    sheet = laid(ticket, lang, station, dish, 12 if station else 15)
    recorder = drawn(sheet, whole(sheet), lang, dish)
    check_inside(recorder, whole(sheet).box)
    check_nothing_important_is_cut(sheet.face, recorder)
