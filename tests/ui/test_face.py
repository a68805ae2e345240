"""What tickets say: bands, clocks, lines, bars, buttons, in both languages."""

from dataclasses import replace
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from kds.board.values import AlertCard, Band, RemarkMark, Ticket, TicketLine
from kds.kitchen.ids import AlertId, StationId
from kds.kitchen.messages import Channel, Member, Payment, Service
from kds.kitchen.wording import Wording
from kds.ui.icons import Icon
from kds.ui.ticket.alert import alert_face, alert_of, card_id
from kds.ui.ticket.face import (
    Action,
    BarFace,
    BarKind,
    Count,
    Divider,
    Face,
    LineFace,
    LineState,
    NoteFace,
    Segment,
    at,
)
from kds.ui.ticket.make import face_of
from kds.ui.ticket.reading import Reading
from kds.ui.words import words
from tests.ui import boards
from tests.ui.boards import NOW, cooking, done, held, line, mod, partly, served, ticket, void

ZONE = ZoneInfo("Asia/Shanghai")
LIMITS = (6.0, 8.0, 12.0)


def read(made: Ticket, lang: str = "zh", station: str | None = "cut") -> Face:
    """What a ticket says at a station, or at the pass."""
    of = None if station is None else StationId(station)
    return face_of(made, Reading(words(lang), boards.STATIONS, ZONE, of))


def lines(face: Face) -> list[LineFace]:
    """The dishes of a ticket."""
    return [row for row in face.rows if isinstance(row, LineFace)]


def said(face: Face) -> tuple[str, str]:
    """Clock and word of a head."""
    return at(face.head.clock, NOW), at(face.head.word, NOW)


@pytest.mark.parametrize(
    ("minutes", "band", "zh", "en"),
    [
        (2, Band.NORMAL, ("2:00", "下单 18:22"), ("2:00", "sent 18:22")),
        (6.5, Band.ATTENTION, ("6:30", "留意 剩 1:30"), ("6:30", "soon 1:30")),
        (9.8, Band.LATE, ("9:48", "迟 1:48"), ("9:48", "LATE 1:48")),
        (76.5, Band.CRITICAL, ("1:16:30", "超时 1:04:30"), ("1:16:30", "OVER 1:04:30")),
    ],
)
def test_age_bands_say_how_long_and_how_late(
    minutes: float, band: Band, zh: tuple[str, str], en: tuple[str, str]
) -> None:
    made = ticket("A1", [line("毛肚")], minutes, LIMITS)
    assert made.band is band
    assert said(read(made)) == zh
    assert said(read(made, "en")) == en


def test_other_bands_say_what_they_wait_for() -> None:
    ready = read(ticket("A1", [done("毛肚", minutes=0.5)]), station=None)
    assert said(ready) == ("0:30", "齐 0:30")
    called = read(ticket("A1", [held("毛肚", 1, boards.CALL)]))
    assert said(called) == ("18:50", "等叫")
    gated = read(ticket("A1", [held("毛肚", 1, boards.POT)]))
    assert said(gated) == ("3:50", "等待")
    gone = read(ticket("A1", [void("毛肚")]))
    assert said(gone) == ("", "整单退")
    icons = [face.head.icon for face in (ready, called, gated, gone)]
    assert icons == [Icon.TICK, Icon.PAUSE, Icon.PADLOCK, Icon.CROSS]


def test_hold_without_an_end_shows_when_it_is_due() -> None:
    due = ticket("A1", [held("x", 1, boards.CALL_OPEN)], due_at="2026-11-21T19:30:00+08:00")
    assert said(read(due))[0] == "19:30"
    assert said(read(replace(due, due_at="soon")))[0] == ""
    assert said(read(replace(due, due_at="2026-11-21T19:30:00")))[0] == ""


def test_word_of_a_normal_ticket_is_due_fired_or_sent() -> None:
    due = ticket("A1", [line("x")], due_at="2026-11-21T18:30:00+08:00")
    assert said(read(due))[1] == "18:30 取"
    fired = ticket("A1", [line("x")], 5, fired_at=boards.ago(1))
    assert said(read(fired))[1] == "起菜 18:23"


def test_attention_without_a_late_limit_promises_nothing() -> None:
    made = ticket("A1", [line("x")], 6.5, LIMITS)
    assert made.clock is not None
    endless = replace(made, clock=replace(made.clock, late_at=None))
    assert said(read(endless))[1] == "留意"


def test_age_bar_is_full_at_critical_or_at_twice_the_last_limit() -> None:
    made = ticket("A1", [line("x")], 2, LIMITS)
    age = read(made).head.age
    assert age is not None
    assert (age.full_at - age.since) / 60_000 == pytest.approx(12)
    assert len(age.notches) == 2
    assert made.clock is not None
    short = replace(made, clock=replace(made.clock, critical_at=None))
    age = read(short).head.age
    assert age is not None
    assert (age.full_at - age.since) / 60_000 == pytest.approx(16)
    unlimited = replace(made.clock, attention_at=None, late_at=None, critical_at=None)
    assert read(replace(made, clock=unlimited)).head.age is None


def test_head_names_table_number_or_order() -> None:
    assert read(ticket("A1", [line("x")], number="77")).head.title == "A1"
    assert read(ticket("", [line("x")], number="77")).head.title == "77"
    assert read(ticket("", [line("x")])).head.title.startswith("20261121")


def test_flags_come_in_the_order_in_which_they_keep_their_room() -> None:
    made = ticket(
        "A1",
        [line("x", rush=2)],
        flags=("incomplete", "info", "remake", "unrouted", "vip"),
        member=Member("金卡"),
        moved_from="B02",
        merged_from=("A03", "A05"),
    )
    texts = [flag.text for flag in read(made).head.flags]
    assert texts == ["催 2", "金卡", "未分档", "不完整", "自 B02", "并 A03 A05", "重做", "留言"]
    rider = read(ticket("A1", [line("x")], flags=("rider",))).head.flags[0]
    assert (rider.text, rider.icon) == ("骑手到", Icon.CHEVRONS)


def test_rush_of_what_is_done_is_no_rush() -> None:
    assert read(ticket("A1", [done("x", rush=2), line("y")])).head.flags == ()


def test_meta_says_who_eats_there() -> None:
    made = ticket(
        "A1",
        [line("x")],
        guests=4,
        server="小周",
        channel=Channel.QR,
        payment=Payment.UNPAID,
    )
    assert read(made).head.meta == ("堂食", "4 人", "扫码", "未付", "小周")
    delivered = ticket("7", [line("x")], service=Service.DELIVERY, channel=Channel.DELIVERY)
    assert read(delivered, "en").head.meta == ("Delivery",)


def test_names_are_in_the_language_of_the_wall() -> None:
    made = ticket("A1", [line("毛肚", names=(("en", "Tripe"),)), line("鸭血")])
    assert [face.name for face in lines(read(made, "en"))] == ["Tripe", "鸭血"]
    assert [face.name for face in lines(read(made, "zh"))] == ["毛肚", "鸭血"]


def test_modifiers_say_without_and_extra_once() -> None:
    mods = (
        mod("香菜", "remove"),
        mod("不要葱", "remove"),
        mod("葱", "add"),
        mod("加一份墨鱼", "add", "2"),
        mod("可乐", "choice", "1", mod("去冰")),
        mod("", "choice"),
    )
    plates = lines(read(ticket("A1", [line("x", modifiers=mods)])))[0].plates
    assert [plate.text for plate in plates] == [
        "免香菜",
        "不要葱",
        "加葱",
        "2 × 加一份墨鱼",
        "可乐/去冰",
    ]
    assert [plate.sign for plate in plates] == [Icon.CROSS, Icon.CROSS, Icon.PLUS, Icon.PLUS, None]
    english = (mod("onion", "remove"), mod("No salt", "remove"), mod("Bacon", "add"))
    plates = lines(read(ticket("A1", [line("x", modifiers=english)]), "en"))[0].plates
    assert [plate.text for plate in plates] == ["No onion", "No salt", "Bacon"]


def test_notes_of_line_and_modifiers_stand_below_the_dish() -> None:
    made = ticket("A1", [line("x", note="分两盘\n装", modifiers=(mod("少盐", "note"),))])
    assert lines(read(made))[0].notes == ("分两盘 装", "少盐")


def test_notes_of_the_ticket_and_the_member_come_first() -> None:
    made = ticket("A1", [line("x")], note="生日", member=Member("", "不要香菜"))
    assert read(made).rows[:2] == (NoteFace("生日"), NoteFace("不要香菜"))


def test_a_card_that_is_nothing_but_a_text_keeps_its_lines() -> None:
    """A slip that nobody understood is read as it was printed, all of it."""
    made = ticket("", [], note="今晚包间\n\n备好蛋糕", flags=("info",))
    assert read(made).rows == (NoteFace("今晚包间"), NoteFace("备好蛋糕"))


def test_allergy_of_every_dish_concerns_the_whole_table() -> None:
    nuts = (mod("花生", "allergy"),)
    face = read(ticket("A1", [line("x", modifiers=nuts), line("y", modifiers=nuts)]))
    assert [(a.text, a.whose) for a in face.allergies] == [("花生过敏", "全桌")]
    assert not any(one.allergies for one in lines(face))


def test_allergy_of_one_dish_or_seat_stands_under_it() -> None:
    nuts = (mod("peanut", "allergy"), mod("Nut allergy!", "allergy"))
    face = read(ticket("A1", [line("x", modifiers=nuts, seat="2"), line("y")]), "en")
    assert face.allergies == ()
    of_line = [(a.text, a.whose) for a in lines(face)[0].allergies]
    assert of_line == [("PEANUT ALLERGY", "seat 2"), ("NUT ALLERGY!", "seat 2")]
    assert len(face.everyones) == 2


def test_nested_allergy_is_found() -> None:
    nested = mod("套餐", "choice", "1", mod("酱", "choice", "1", mod("花生", "allergy")))
    face = read(ticket("A1", [line("x", modifiers=(nested,)), line("y")]))
    assert [a.text for a in lines(face)[0].allergies] == ["花生过敏"]
    assert lines(face)[0].plates[0].text == "套餐/酱"


@pytest.mark.parametrize(
    ("made", "state", "boxed"),
    [
        (line("x"), LineState.OPEN, False),
        (line("x", 2), LineState.OPEN, True),
        (done("x", 2), LineState.DONE, False),
        (held("x", 2, boards.POT), LineState.WAITS, False),
        (void("x"), LineState.VOID, False),
        (line("x", 2, flags=("set",)), LineState.SHELL, False),
        (line("x", -1, counts=boards.counts()), LineState.NOTED, False),
    ],
)
def test_states_of_lines(made: TicketLine, state: LineState, boxed: bool) -> None:
    face = lines(read(ticket("A1", [made, line("y")])))[0]
    assert (face.state, face.boxed) == (state, boxed)


def test_quantity_has_its_unit_where_that_says_something() -> None:
    made = [line("a", "1.5", unit="斤"), line("b", 2, unit="份"), line("c", 500, unit="g")]
    faces = lines(read(ticket("A1", made)))
    assert [(f.quantity, f.unit) for f in faces] == [("1.5", "斤"), ("2", ""), ("500", "g")]


def test_line_that_is_partly_void_is_shown_twice() -> None:
    made = void("豆皮", 3, counts=boards.counts(queued=1, void=2), void_reason="换菜")
    open_part, void_part, _ = lines(read(ticket("A1", [made, line("x")])))
    assert (open_part.state, open_part.quantity) == (LineState.OPEN, "1")
    assert (void_part.state, void_part.quantity) == (LineState.VOID, "2")
    assert void_part.notes == ("换菜",)
    assert void_part.right[0].reads == "退菜 · 点按确认"


def test_right_cell_at_a_station_tells_how_far_it_is() -> None:
    def cell(made: TicketLine) -> list[str]:
        return [at(p.reads, NOW) for p in lines(read(ticket("A1", [made, line("y")])))[0].right]

    assert cell(cooking("x", 1, 1.5)) == ["1:30"]
    assert cell(partly("x", 3, 2)) == ["2/3"]
    assert cell(done("x", minutes=2)) == ["18:22"]
    assert cell(served("x", minutes=7)) == ["已上 18:17"]
    assert cell(line("x", flags=("sold_out",))) == ["沽清"]
    assert cell(line("x", changed=True, quantity_was=Decimal(3))) == ["改"]
    assert cell(line("x", flags=("set",))) == []


def test_pips_are_drawn_while_they_can_be_counted() -> None:
    faces = lines(read(ticket("A1", [partly("x", 6, 2), partly("y", 7, 2)])))
    assert [face.right[0].pips for face in faces] == [(2, 6), None]


def test_right_cell_at_the_pass_names_the_station() -> None:
    wok = (StationId("wok"),)
    made = [
        served("a", stations=wok),
        done("b", minutes=0.5, stations=wok),
        partly("c", 3, 1, stations=wok),
        cooking("d", 1, 2, stations=wok),
        line("e", stations=wok),
        held("f", 1, boards.POT, stations=wok),
    ]
    face = read(ticket("A1", made, 2), "en", None)
    chips = [(one.right[-1].reads, one.right[-1].icon) for one in lines(face)]
    assert {text for text, _ in chips} == {"Wok"}
    icons = [Icon.ARROW, Icon.TICK, Icon.HALF, Icon.HALF, Icon.RING, Icon.PAUSE]
    assert [icon for _, icon in chips] == icons
    late = read(ticket("A1", [line("e", stations=wok)], 9, LIMITS), "en", None)
    assert lines(late)[0].right[-1].icon is Icon.TRIANGLE
    segments = [Segment.READY, Segment.READY, *[Segment.COOKING] * 2]
    assert list(face.head.segments) == [*segments, Segment.WAITING, Segment.HELD]


def test_line_on_its_way_says_so() -> None:
    made = ticket("A1", [line("x"), line("y")])
    unsent = frozenset({made.lines[1].key})
    reading = Reading(words("zh"), boards.STATIONS, ZONE, StationId("cut"), unsent)
    first, second = lines(face_of(made, reading))
    assert first.right == ()
    assert second.right[0].reads == "待传"


def bars(face: Face) -> list[BarFace]:
    """The bars of a ticket."""
    return [row for row in face.rows if isinstance(row, BarFace)]


def test_one_bar_stands_above_all_that_waits_for_the_same() -> None:
    face = read(ticket("A1", [line("锅"), held("a", 1, boards.POT), held("b", 1, boards.POT)]))
    assert [(bar.kind, bar.text) for bar in bars(face)] == [(BarKind.GATE, "等锅底 · 最迟")]
    assert isinstance(face.rows[1], BarFace)


def test_a_planned_start_is_not_called_the_latest() -> None:
    """The fault: what a plan starts at 18:28 read as what may wait until 18:28 at most."""
    made = ticket("A1", [held("a", 1, replace(boards.STARTERS, planned=True))])
    assert [bar.text for bar in bars(read(made))] == ["等前菜 · 开做"]


def test_each_reason_to_wait_has_its_bar() -> None:
    made = [held("a", 1, boards.POT), held("b", 1, boards.CALL), line("c", hold=boards.POT_RUN)]
    face = read(ticket("A1", made))
    kinds = [(bar.kind, bar.text) for bar in bars(face)]
    assert kinds == [
        (BarKind.GATE, "等锅底 · 最迟"),
        (BarKind.HOLD, "等前厅叫起"),
        (BarKind.RUN, "等锅 · 先备好"),
    ]
    assert lines(face)[2].state is LineState.OPEN


def right_of(face: Face) -> list[str]:
    """What stands right of the first dish."""
    return [at(piece.reads, NOW) for piece in lines(face)[0].right]


def test_a_question_to_the_pass_stands_in_a_bar_and_in_the_head() -> None:
    """It is the pass that is asked: at a station the same bar says whom the dish waits for."""
    mark = replace(boards.POT, reason=Wording("66 份？", "66 portions?"), asks=True)
    odd = RemarkMark("many", "b:1", "quantity", mark.reason, asks=True, answered=False)
    made = ticket("A1", [held("a", 66, mark, remarks=(odd,))], flags=("ask_pass", "check"))
    for station, zh, en in (
        (None, "请确认 66 份？ · 最迟", "Confirm: 66 portions?"),
        ("cut", "等出餐台确认 66 份？ · 最迟", "The pass is asked: 66 portions?"),
    ):
        face = read(made, station=station)
        assert [bar.text for bar in bars(face)] == [zh]
        assert [bar.text for bar in bars(read(made, "en", station))] == [en]
        assert face.head.flags[0].text == "待确认"
        assert "66 份？" not in right_of(face), "once is enough"


def test_what_is_asked_about_later_promises_no_release() -> None:
    """An order that is not paid does not go by the clock: the pass is asked then."""
    unpaid = replace(boards.POT, reason=Wording("待付款", "not paid yet"), opens=False)
    face = read(ticket("A1", [held("a", 2, unpaid)]))
    assert [bar.text for bar in bars(face)] == ["待付款"]
    assert face.tally.releases == ()
    assert read(ticket("A1", [held("a", 2, boards.POT)])).tally.releases


def test_what_is_odd_is_marked_beside_the_dish_until_somebody_agrees() -> None:
    odd = RemarkMark(
        "twice", "b:1", "duplicate", Wording("可能重复", "perhaps twice"), False, False
    )
    made = ticket("A1", [line("a", remarks=(odd,))], flags=("check",))
    assert "可能重复" in right_of(read(made))
    assert [flag.text for flag in read(made).head.flags] == ["核对"]
    agreed = ticket("A1", [line("a", remarks=(replace(odd, answered=True),))])
    assert "可能重复" not in right_of(read(agreed))


def test_gate_on_carrying_makes_a_line_wait_only_at_the_pass() -> None:
    made = ticket("A1", [line("x", hold=boards.POT_RUN, band=Band.GATED)])
    assert bars(read(made, station=None))[0].kind is BarKind.GATE
    assert lines(read(made, station=None))[0].state is LineState.WAITS


def test_count_down_is_coarse_while_it_is_long_and_says_when_it_is_over() -> None:
    count = bars(read(ticket("A1", [held("x", 1, boards.CALL)])))[0].count
    assert count is not None
    assert count.text(NOW) == "还 26 分"
    assert count.text(boards.ago(-17)) == "9:00"
    assert count.text(boards.ago(-27)) == "已到时"
    assert Count(NOW, down=True).text(boards.ago(-1)) == "0:00"


def test_rounds_and_courses_begin_with_a_divider() -> None:
    made = [line("a"), line("b", round=2, received_at=boards.ago(3)), line("c", round=2)]
    rows = read(ticket("A1", made)).rows
    assert [row for row in rows if isinstance(row, Divider)] == [Divider("加菜 第 2 轮", "18:21")]
    menu = [line("a", course="1"), line("b", course="甜品"), line("c", course="甜品")]
    rows = read(ticket("A1", menu)).rows
    dividers = [row.text for row in rows if isinstance(row, Divider)]
    assert dividers == ["第 1 道", "甜品"]
    assert not any(
        isinstance(row, Divider) for row in read(ticket("A1", [line("a", course="1")])).rows
    )


@pytest.mark.parametrize(
    ("made", "station", "action", "label"),
    [
        ([line("x", 2), cooking("y", 1, 1)], "cut", Action.DONE, "Done 3"),
        ([line("x", "0.5", unit="kg"), line("y")], "cut", Action.DONE, "Done 2"),
        ([line("x", menu_class="broth"), held("y", 1, boards.POT)], "cut", Action.POT, "Pot ready"),
        ([held("x", 1, boards.CALL)], "cut", Action.FIRE, "Fire"),
        ([held("x", 1, boards.POT)], "cut", Action.FIRE_NOW, "Fire now"),
        ([done("x")], "cut", Action.CLEAR, "Clear"),
        ([void("x")], "cut", Action.CLEAR, "Clear"),
        ([], "cut", Action.NOTED, "Noted"),
        ([done("x"), served("y")], None, Action.RUN, "Run"),
        ([done("x"), line("y"), line("z", 3)], None, Action.MISSING, "2 missing"),
    ],
)
def test_button_says_what_it_does(
    made: list[TicketLine], station: str | None, action: Action, label: str
) -> None:
    foot = read(ticket("A1", made), "en", station).foot
    assert (foot.action, foot.label) == (action, label)


def test_foot_names_who_else_works_on_the_ticket() -> None:
    also = (StationId("cold"), StationId("wok"))
    made = ticket("A1", [line("x", also_at=also)], owed=boards.owed(wok=2, drink=1))
    foot = read(made, "en").foot
    assert foot.lead == "Also"
    assert [(chip.text, chip.done) for chip in foot.chips] == [
        ("Wok 2", False),
        ("Drinks 1", False),
        ("Cold", True),
    ]
    assert read(ticket("A1", [done("x")]), "zh", None).foot.lead == "全部已齐"


def test_tally_counts_what_is_to_do_and_what_will_be_released() -> None:
    made = [
        line("a", 2),
        line("b", "0.5"),
        held("c", 3, boards.POT),
        done("d"),
        held("e", 1, boards.CALL_OPEN),
    ]
    tally = read(ticket("A1", made)).tally
    assert (tally.portions, tally.missing) == (7, 4)
    assert [(r.dish, r.portions) for r in tally.releases] == [("c", 3)]


def test_alert_card_shows_the_raw_text_and_is_handled() -> None:
    alert = boards.alert(("看不懂", "Cannot read"), "<xml>\n1 x Fish")
    reading = Reading(words("en"), {}, ZONE, StationId("cut"))
    face = alert_face(alert, reading)
    assert face.head.title == "NOT UNDERSTOOD"
    assert face.rows == (NoteFace("Cannot read"), NoteFace("<xml> 1 x Fish"))
    assert face.foot.action is Action.HANDLED
    assert alert_of(face.visit) == alert.id
    assert alert_of(ticket("A1", []).visit) is None
    assert card_id(alert.id) == face.visit


def test_a_rush_of_the_whole_ticket_is_said_once_in_its_head() -> None:
    alike = read(ticket("A1", [line("a", rush=2), line("b", rush=2), done("c")]))
    assert [flag.text for flag in alike.head.flags] == ["催 2"]
    assert not any(piece.icon is Icon.CHEVRONS for one in lines(alike) for piece in one.right)
    apart = read(ticket("A1", [line("a", rush=2), line("b")]))
    marked = [any(p.icon is Icon.CHEVRONS for p in one.right) for one in lines(apart)]
    assert marked == [True, False]


def test_a_ticket_that_is_all_out_has_nothing_to_run() -> None:
    face = read(ticket("A1", [served("a"), served("b")]), "en", None)
    assert (face.foot.action, face.foot.label) == (Action.OUT, "All served")


def test_a_card_about_rules_is_not_called_an_order_that_was_not_understood() -> None:
    said = Wording("锅底先下已暂停", "Broth first is paused")
    cards = [AlertCard(AlertId(name), "x", NOW, said, "") for name in ("rule:pot", "rules:folder")]
    english = Reading(words("en"), boards.STATIONS, ZONE, None)
    titles = {alert_face(card, english).head.title for card in cards}
    assert titles == {"RULES"}
    damage = AlertCard(AlertId("store:damage:1"), "", NOW, said, "kitchen.db.damaged-1")
    assert alert_face(damage, english).head.title == "DATABASE"
    other = AlertCard(AlertId("intake-7"), "till", NOW, said, "raw")
    assert alert_face(other, english).head.title == "NOT UNDERSTOOD"
