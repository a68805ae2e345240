"""What the strip says, from what link, bridge and screen know (promise 3)."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from kds.app.answers import answer_to
from kds.app.remarks import Remarks
from kds.app.wellness import Standing, empty_lines, health_of
from kds.board.recall import Done, Shift
from kds.kitchen.commands import Result
from kds.kitchen.ids import CommandId, Instant, StationId, VisitId
from kds.kitchen.wording import Wording
from kds.link import LinkState
from kds.ui.chrome.health import Severity, SourceAge, Trouble, TroubleKind
from kds.ui.chrome.strip import sentence
from kds.ui.ticket.reading import Reading
from kds.ui.words import words
from kds.wire.messages import Condition, Heard, Remark
from kds.wire.notices import Answered
from kds.wire.pending import Ack
from kds.wire.standing import Phase
from tests.unit.wall import HandClock

NOW = Instant(1_795_258_800_000)
WELL = LinkState(Phase.FOLLOWING, "ws://x", 100, 0, None, "", None)


def standing(link: LinkState = WELL, **more: object) -> Standing:
    """A screen that follows its bridge."""
    base = Standing(link, Condition(), NOW, "18:23:10", has_book=True)
    return replace(base, **more)  # type: ignore[arg-type]


def kinds(standing: Standing) -> list[TroubleKind]:
    """Return what is said, worst first."""
    return [trouble.kind for trouble in health_of(standing).worst_first]


def test_a_screen_that_is_well_says_nothing() -> None:
    assert health_of(standing()).troubles == ()


@pytest.mark.parametrize(
    ("silent_ms", "kind", "said"),
    [
        (3_000, TroubleKind.SLOW, ("Slow link", "nothing for 3 s")),
        (45_000, TroubleKind.LOST, ("Link lost 0:45", "shows 18:23:10 · 3 actions unsent")),
        (None, TroubleKind.LOST, ("Link lost", "shows 18:23:10 · 3 actions unsent")),
    ],
)
def test_silence_of_the_link(
    silent_ms: int | None, kind: TroubleKind, said: tuple[str, str]
) -> None:
    (trouble,) = health_of(standing(replace(WELL, silent_ms=silent_ms, unsent=3))).troubles
    assert trouble.kind is kind
    assert sentence(trouble, words("en")) == said


def test_why_the_bridge_does_not_let_it_in_is_said_in_its_words() -> None:
    """A wrong token, a newer protocol and a book that can not be read all come this way."""
    refused = replace(WELL, refusal=Wording("令牌不对", "Wrong token."))
    (trouble,) = health_of(standing(refused)).troubles
    assert sentence(trouble, words("zh")) == ("主机不接这块屏", "令牌不对")


def test_what_this_machine_lacks() -> None:
    poor = replace(WELL, trouble="disk full", damaged=Path("/data/display.db.damaged-1"))
    assert kinds(standing(poor, has_book=False)) == [
        TroubleKind.DISK,
        TroubleKind.BOOK,
        TroubleKind.DAMAGED,
    ]
    assert TroubleKind.DAMAGED not in kinds(standing(poor, knows_damage=True))


@pytest.mark.parametrize(
    ("off_ms", "said"),
    [(4_999, None), (-12_400, "Clock off by 12 s"), (7_200_000, "Clock off by 120:00")],
)
def test_a_clock_that_is_off_is_said_from_five_seconds_on(off_ms: int, said: str | None) -> None:
    """Fault 26: ages go by the kitchen's clock, and the admin sees that this one is wrong."""
    troubles = health_of(standing(clock_off_ms=off_ms)).troubles
    assert [sentence(t, words("en"))[0] for t in troubles] == ([] if said is None else [said])
    away = replace(WELL, phase=Phase.OFFLINE)
    assert health_of(standing(away, clock_off_ms=off_ms)).troubles == ()


def test_what_the_bridge_says_of_itself_is_passed_on_also_by_a_newer_one() -> None:
    condition = Condition(
        (
            Remark("paused", "attention", "甲", "A", "乙", "B", "broth-first"),
            Remark("unheard-of", "critical", "丙", "C"),
            Remark("disk", "whatever", "丁", "D"),
        ),
        (Heard("till-1", NOW - 2_300), Heard("web", NOW + 50)),
    )
    health = health_of(standing(condition=condition))
    worst, disk, paused = health.worst_first
    assert (worst.kind, worst.severity) == (TroubleKind.NOTICE, Severity.CRITICAL)
    assert (disk.kind, disk.severity) == (TroubleKind.STORAGE, Severity.LATE)
    assert (paused.about, sentence(paused, words("zh"))) == ("broth-first", ("甲", "乙"))
    assert health.sources == (SourceAge("web", 0), SourceAge("till-1", 2))


def test_an_empty_wall_tells_the_last_act_the_sums_and_who_sent_last() -> None:
    reading = Reading(words("zh"), {}, ZoneInfo("Asia/Shanghai"), StationId("cut"))
    act = Done(VisitId("v"), "A08", "", NOW, "cut-1", (), is_all=True)
    lines = empty_lines(
        Shift((act,), 86, Decimal(212)),
        (Heard("till", NOW - 60_000), Heard("web", NOW)),
        reading,
    )
    assert lines == [
        "上一单 19:00 完成",
        "今天 86 单 212 道",
        "web 最后来单 19:00",
        "till 最后来单 18:59",
    ]
    assert empty_lines(Shift(), (), reading) == []


# --- what becomes of an act ----------------------------------------------------------------


def answered(result: Result, why: str = "") -> Trouble | None:
    return answer_to(Answered(CommandId("c"), result, Ack("e", 1), why))


def test_an_act_that_did_what_it_should_is_not_talked_about() -> None:
    assert answered(Result.APPLIED) is None


@pytest.mark.parametrize(
    ("result", "why", "zh", "en"),
    [
        (
            Result.NO_OP,
            "already done",
            ("没有变化", "已被别处完成"),
            ("Nothing changed", "Already done elsewhere"),
        ),
        (
            Result.REFUSED,
            "no such order",
            ("没有做到", "这一单已不在"),
            ("Not done", "That ticket is gone"),
        ),
        (
            Result.NO_OP,
            "held: waiting for the pot",
            ("没有变化", "还在等，请先放行：waiting for the pot"),
            ("Nothing changed", "Still held, fire it first: waiting for the pot"),
        ),
        (
            Result.REFUSED,
            "what {is} it",
            ("没有做到", "what {is} it"),
            ("Not done", "what {is} it"),
        ),
    ],
)
def test_a_no_op_and_a_refusal_are_said_with_their_reason(
    result: Result, why: str, zh: tuple[str, str], en: tuple[str, str]
) -> None:
    """Faults 18 and 22: visible, quiet, and no error box."""
    answer = answered(result, why)
    assert answer is not None
    assert (sentence(answer, words("zh")), sentence(answer, words("en"))) == (zh, en)
    assert answer.button == ""


def test_an_answer_passes_and_a_lack_stays_until_it_is_taken_back() -> None:
    clock = HandClock()
    remarks = Remarks(clock.now_ms)
    answer = answered(Result.REFUSED, "no such order")
    assert answer is not None
    remarks.answer(answer)
    remarks.say(Trouble(TroubleKind.KEYS))
    assert [t.kind for t in remarks.now()] == [TroubleKind.ANSWER, TroubleKind.KEYS]
    clock.advance(4_000)
    assert [t.kind for t in remarks.now()] == [TroubleKind.KEYS]
    remarks.take_back(TroubleKind.KEYS)
    assert remarks.now() == ()


def test_stuck_keys_are_named_together_until_they_are_free() -> None:
    """Fault 24."""
    remarks = Remarks(HandClock().now_ms)
    remarks.stick("4")
    remarks.stick("Enter")
    assert [t.name for t in remarks.now()] == [("4 Enter",)]
    remarks.free("4")
    remarks.free("Enter")
    assert remarks.now() == ()
