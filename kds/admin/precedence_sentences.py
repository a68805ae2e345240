"""Bands of priority and the slow view as sentences that a manager can read aloud."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from kds.admin.overtime_sentences import view_name
from kds.admin.whens import phrase
from kds.admin.wordings import CLOCKS, duration, narrowed, together
from kds.kitchen.wording import Wording
from kds.rulebook.compiled import Queue
from kds.rulebook.priority import PriorityBand, SlowView
from kds.rulebook.sold_out import Lost, Oversell, SoldOutRule
from kds.rulebook.terms import Pan

_PLACES = {
    Queue.FIRST: Wording("排在其他菜之前", "before all others"),
    Queue.NORMAL: Wording("和其他菜一起排", "among all others"),
    Queue.LAST: Wording("排在其他菜之后", "after all others"),
}
_RUSHED = {True: Wording("催过的", "rushed"), False: Wording("没催过的", "not rushed")}
_RIDER = {
    True: Wording("骑手已到的", "for whom the rider is here"),
    False: Wording("骑手未到的", "for whom no rider is here"),
}


def band_sentence(band: PriorityBand, stations: Mapping[str, str], lang: str) -> str:
    """Return `band` in words. `stations`: their names in `lang`."""
    said = list(_asked(band, stations, lang))
    place = _PLACES[band.queue][lang]
    if lang == "zh":
        dishes = "、".join(said) or "所有菜"
        return f"{band.name['zh']}：{dishes}，{place}。〔{band.id}，{band.where}〕"
    dishes = f"dishes {', '.join(said)}" if said else "all dishes"
    return f"{band.name['en']}: {dishes} stand {place}. [{band.id}, {band.where}]"


def _asked(band: PriorityBand, stations: Mapping[str, str], lang: str) -> Iterator[str]:
    if band.rush is not None:
        yield _RUSHED[band.rush][lang]
    if band.rider is not None:
        yield _RIDER[band.rider][lang]
    names = [stations.get(station, station) for station in band.stations]
    only = narrowed(band.classes, band.entries, names, lang)
    if only:
        yield only.strip()
    if not band.when.asks_nothing:
        said = phrase(band.when, lang)
        yield said if lang == "zh" else f"for which {said}"
    if band.waits_s is not None:
        waits, clock = duration(band.waits_s, lang), CLOCKS[band.clock][lang]
        if lang == "zh":
            yield f"从{clock}算等了 {waits}的"
        else:
            yield f"waiting for {waits} since {clock}"


def slow_sentence(slow: SlowView, lang: str) -> str:
    """Return in words when a view is late as a whole."""
    part, whole = slow.share
    place = slow.where and Wording(f"〔{slow.where}〕", f" [{slow.where}]")[lang]
    if part == whole:
        return (
            Wording("画面从不算整体慢。", "A view never counts as late as a whole.")[lang] + place
        )
    for_s = slow.stays_s
    stays = Wording(
        (for_s and f"；少下来满 {duration(for_s, 'zh')}才算过去") or "",
        (for_s and f", until too few were late for {duration(for_s, 'en')}") or "",
    )
    share = f"{part} %" if whole == 100 else f"{part}/{whole}"
    return (
        Wording(
            f"一个画面超过 {share} 的单迟了，就说整体慢几分，只给最急的 {slow.rank} 单编号，"
            f"其余不再标红{stays.zh}。",
            f"When more than {share} of a view's tickets are late, it says how far behind it is; "
            f"the {slow.rank} worst are numbered and the others not painted red{stays.en}.",
        )[lang]
        + place
    )


def pan_phrase(pan: Pan | None, lang: str) -> str:
    """Return how much of a dish is made together, "" if it is made one by one."""
    if pan is None:
        return ""
    within = duration(pan.within_s, lang)
    return Wording(
        f"几张单合锅，最多 {pan.most} 份、相差 {within}以内",
        f"up to {pan.most} in one pan if ordered within {within} of each other",
    )[lang]


_LOSES = {
    Oversell.YOUNGEST_FIRST: Wording("后下单的先拿不到", "who ordered last goes without"),
    Oversell.OLDEST_FIRST: Wording("先下单的先拿不到", "who ordered first goes without"),
    Oversell.ASK_PASS: Wording("由出菜口决定谁拿不到", "the pass says who goes without"),
}
_THEN = {
    Lost.ASK: Wording("标出来并问", "it is marked and asked"),
    Lost.FLAG: Wording("只标出来", "it is marked alone"),
    Lost.HOLD: Wording("标出来，先不做，并问", "it is marked, held and asked"),
    Lost.VOID: Wording("退菜，各画面要确认", "it is void, to be acknowledged"),
}


def sold_out_sentence(rule: SoldOutRule, stations: Mapping[str, str], lang: str) -> str:
    """Return in words what happens when a dish is sold out. `stations`: their names in `lang`."""
    views = together([view_name(view, stations, lang) for view in rule.tell], lang)
    loses, then = _LOSES[rule.oversell][lang], _THEN[rule.then][lang]
    if lang == "zh":
        rush = "（催过的最后）" if rule.rush_last else ""
        where = f"（{views}）" if views else ""
        return f"沽清或超卖时{loses}{rush}，{then}{where}。〔{rule.where}〕"
    rush = " (what is rushed last)" if rule.rush_last else ""
    where = f" at {views}" if views else ""
    return f"When a dish is sold out or oversold {loses}{rush}; {then}{where}. [{rule.where}]"
