"""Why a line or a ticket looks as it does: rule, file and line, clock and values, in one line."""

from __future__ import annotations

from kds.board.ages import seconds
from kds.board.bands import limits_of
from kds.board.values import (
    Band,
    BandClock,
    Batch,
    HoldMark,
    OvertimeMark,
    PriorityMark,
    RemarkMark,
    Ticket,
    TicketLine,
)
from kds.kitchen.ids import Instant
from kds.kitchen.orders import Gate
from kds.kitchen.wording import Wording

_BANDS = {
    Band.NORMAL: Wording("正常", "normal"),
    Band.ATTENTION: Wording("留意", "attention"),
    Band.LATE: Wording("迟", "late"),
    Band.CRITICAL: Wording("超时", "critical"),
    Band.READY: Wording("齐", "ready"),
    Band.HELD: Wording("等叫", "held"),
    Band.GATED: Wording("等待", "gated"),
    Band.VOID: Wording("退菜", "void"),
}
_CLOCKS = {
    "fired": Wording("起菜", "fired"),
    "received": Wording("下单", "sent"),
    "planned": Wording("预订计划开做", "planned start"),
    "placed": Wording("客等", "ordered by the guest"),
}
_GATES = {Gate.START: Wording("不开做", "start"), Gate.RUN: Wording("不走菜", "run")}
_ASKED = Wording("等出菜口确认", "the pass is asked")
_NO_RULE = Wording("没有规则，显示在所有档口", "no rule took it, every station shows it")
_SOLD_OUT = Wording("；沽清，少 {} 份", "; sold out, {} short")
_LIMIT = Wording("时限", "limit")
_NO_LIMIT = Wording("无时限", "no limit")


def explain_line(line: TicketLine, now: Instant, lang: str) -> str:
    """Return one line of text that says why `line` has its band, and which rules say so."""
    text = _BANDS[line.band][lang]
    if line.hold is not None and line.band is not Band.READY:
        reason = _hold(line.hold, now, lang)
    elif line.clock is not None:
        reason = _clock(line.clock, line.band, now, lang)
    elif "unrouted" in line.flags:
        reason = _NO_RULE[lang]
    else:
        reason = _place(line.where, line.rule)
    joined = _joined(text, reason, lang)
    remarks = (_remark(r, lang) for r in line.remarks if line.hold is None or not r.asks)
    said = ("；" if lang == "zh" else "; ").join((joined, *remarks))
    if line.lost > 0:
        said += _SOLD_OUT[lang].format(f"{line.lost.normalize():f}")
    return said


def _remark(remark: RemarkMark, lang: str) -> str:
    """Say what is odd, by which rule, and whether somebody has agreed to it."""
    place = _place(remark.where, remark.rule)
    if lang == "zh":
        agreed = "，已同意" if remark.answered else ""
        return f"{remark.message.zh}{agreed}（{place}）"
    agreed = ", agreed to" if remark.answered else ""
    return f"{remark.message.en}{agreed} ({place})"


def explain_ticket(ticket: Ticket, now: Instant, lang: str) -> str:
    """Return one line of text that says why `ticket` has its band, and what waits too long."""
    said = [_worst(ticket, now, lang), *(_overtime(m, now, lang) for m in ticket.overtime)]
    if ticket.priority is not None:
        said.append(_priority(ticket.priority, lang))
    return ("；" if lang == "zh" else "; ").join(said)


def _worst(ticket: Ticket, now: Instant, lang: str) -> str:
    line = next((li for li in ticket.lines if li.key == ticket.worst), None)
    if line is None:
        line = next((li for li in ticket.lines if li.band is ticket.band), None)
    if line is None or (line.hold is None and line.clock is None):
        return _BANDS[ticket.band][lang]
    name = dict(line.names).get(lang, line.name)
    return f"{name} {explain_line(line, now, lang)}"


def _overtime(mark: OvertimeMark, now: Instant, lang: str) -> str:
    """Say which rule tells of the table, for how long it waits, and the limit of its step."""
    waited, limit = minutes(seconds(mark.since, now)), minutes(mark.limit_s)
    name, place = mark.name[lang], _place(mark.where, mark.rule)
    if lang == "zh":
        return f"{name}：已 {waited}，时限 {limit}（{place}）"
    return f"{name}: {waited} so far, limit {limit} ({place})"


def _priority(mark: PriorityMark, lang: str) -> str:
    """Say which band gives the ticket its place."""
    name, place = mark.name[lang], _place(mark.where, mark.band)
    return f"排位：{name}（{place}）" if lang == "zh" else f"place: {name} ({place})"


def explain_batch(batch: Batch, lang: str) -> str:
    """Return one line of text that says why these portions are made together."""
    within, place = minutes(batch.within_s), _place(batch.where, batch.rule)
    if lang == "zh":
        return f"同锅：一锅最多 {batch.most} 份，下单相差不超过 {within}（{place}）"
    return f"one pan: {batch.most} at most, ordered within {within} of each other ({place})"


def _clock(clock: BandClock, band: Band, now: Instant, lang: str) -> str:
    """Say what the clock reads and which limit was passed, or comes next."""
    name = _CLOCKS.get(clock.name, Wording(clock.name, clock.name))[lang]
    reads = minutes(seconds(clock.since, now))
    limits = limits_of(clock)
    due = next((at for b, at in limits if b is band), limits[0][1] if limits else None)
    limit = _NO_LIMIT[lang]
    if due is not None:
        limit = f"{_LIMIT[lang]} {minutes((due - clock.since) / 1000)}"
    place = _place(clock.where, clock.rule)
    if lang == "zh":
        return f"{name}已 {reads}，{limit}{place and f'（{place}）'}"
    return f"{name} {reads} ago, {limit}{place and f' ({place})'}"


def _hold(hold: HoldMark, now: Instant, lang: str) -> str:
    gate = (_ASKED if hold.asks else _GATES[hold.gate])[lang]
    waited = minutes(seconds(hold.since, now))
    text, place = hold.reason[lang], _place(hold.where, hold.rule)
    if lang == "zh":
        ahead = "，还有 {}" if hold.opens else "，{} 后问出菜口"
        until = _until(hold, now, ahead, "，已到时")
        return f"{text}，{gate}，已等 {waited}{until}（{place}）"
    ahead = ", opens in {}" if hold.opens else ", the pass is asked in {}"
    until = _until(hold, now, ahead, ", time-out passed")
    gate = gate if hold.asks else f"gates {gate}"
    return f"{text}, {gate}, waiting {waited}{until} ({place})"


def _until(hold: HoldMark, now: Instant, ahead: str, passed: str) -> str:
    if hold.until is None:
        return ""
    return passed if hold.passed else ahead.format(minutes(seconds(now, hold.until)))


def _joined(text: str, reason: str, lang: str) -> str:
    if not reason:
        return text
    return f"{text}：{reason}" if lang == "zh" else f"{text}: {reason}"


def _place(where: str, rule: str) -> str:
    return " ".join(filter(None, (where, rule)))


def minutes(seconds_: float) -> str:
    """Return a duration as `7:12`, an hour and more as `1:07:12`."""
    whole = int(seconds_)
    hours, rest = divmod(whole, 3600)
    if hours:
        return f"{hours}:{rest // 60:02}:{rest % 60:02}"
    return f"{rest // 60}:{rest % 60:02}"
