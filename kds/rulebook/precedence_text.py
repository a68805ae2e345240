"""Bands of priority in rule texts: what is wrong with them, and what they compile to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType

from kds.kitchen.ids import EXPO, RuleId, StationId
from kds.kitchen.wording import Wording
from kds.rulebook.checking import Located
from kds.rulebook.diagnostics import Diagnostic, did_you_mean, fault
from kds.rulebook.precedence import BandSpec
from kds.rulebook.priority import PriorityBand, SlowView
from kds.rulebook.sold_out import Lost, Oversell, SoldOutRule
from kds.rulebook.sources import Sources
from kds.rulebook.whens import condition_of, when_faults

_ALL = "all"
_NAMES: Mapping[str, tuple[str, str, Wording]] = MappingProxyType(
    {
        "class": ("menu", "class", Wording("类别", "class")),
        "entry": ("menu", "id", Wording("菜单项", "menu entry")),
        "station": ("stations", "id", Wording("工位", "station")),
    }
)


def precedence_faults(sources: Sources) -> Iterator[Diagnostic]:
    """Yield names that nothing explains, and bands that no dish can ever stand in."""
    for number, band in enumerate(sources.bands):
        yield from _unknown(band, sources)
        yield from when_faults(band, band.spec.when)
        yield from _waits(band)
        yield from _unreached(band, sources.bands[:number])


def _unknown(band: Located[BandSpec], sources: Sources) -> Iterator[Diagnostic]:
    for key, (section, name, what) in _NAMES.items():
        known = sorted(sources.named.get((section, name), ()))
        stated: Iterable[str] = getattr(band.spec, "menu_class" if key == "class" else key)
        for number, word in enumerate(stated):
            if word not in known:
                yield fault(
                    band.at(key, number),
                    f"未知的{what.zh}“{word}”",
                    f"unknown {what.en} '{word}'",
                    did_you_mean(word, known),
                )


def _waits(band: Located[BandSpec]) -> Iterator[Diagnostic]:
    spec = band.spec
    if spec.waits == 0:
        yield fault(band.at("waits"), "至少要等 1 秒", "a wait is 1 s at least")
    if spec.waits is None and "clock" in spec.model_fields_set:
        yield fault(
            band.at("clock"),
            "写了 clock（从什么时候算），却没有 waits（等了多久）",
            "'clock' says from when, but 'waits' is missing",
        )


def _unreached(
    band: Located[BandSpec], earlier: Sequence[Located[BandSpec]]
) -> Iterator[Diagnostic]:
    """Yield the band that an earlier one leaves nothing, or whose id is taken."""
    spec = band.spec
    for other in earlier:
        if other.spec.id == spec.id:
            first = other.at("id")
            yield fault(
                band.at("id"),
                f"标识“{spec.id}”重复，首次出现在 {first}",
                f"the id '{spec.id}' is already taken at {first}",
            )
    taker = next((o for o in earlier if _takes_all_of(o.spec, spec)), None)
    if taker is not None:
        yield fault(
            band.place,
            f"轮不到“{spec.id}”：{taker.place} 的“{taker.spec.id}”已全部包括",
            f"'{spec.id}' is never reached: '{taker.spec.id}' at {taker.place} takes all of it",
        )


_ASKED = ("when", "menu_class", "entry", "station", "rush", "rider_here", "waits")


def _takes_all_of(earlier: BandSpec, later: BandSpec) -> bool:
    """Whatever stands in `later` stands in `earlier`: all that this asks is asked there, too."""
    asked = [name for name in _ASKED if getattr(earlier, name) != _NOTHING[name]]
    return all(_is_within(name, earlier, later) for name in asked)


_NOTHING = {name: BandSpec.model_fields[name].get_default() for name in _ASKED}


def _is_within(name: str, earlier: BandSpec, later: BandSpec) -> bool:
    mine, other = getattr(earlier, name), getattr(later, name)
    if isinstance(mine, list):
        return bool(other) and set(other) <= set(mine)
    if name == "waits":
        return other is not None and other >= mine and earlier.clock is later.clock
    return bool(mine == other)


def pan_faults(sources: Sources) -> Iterator[Diagnostic]:
    """Yield pans into which nothing could ever be put together."""
    for entry in sources.menu:
        batch = entry.spec.batch
        if batch is None:
            continue
        if batch.most < 2:
            yield fault(
                entry.at("batch", "most"),
                "一锅至少 2 份，否则不用写 batch",
                "a batch is 2 portions at least; for single ones leave it out",
            )
        if batch.within == 0:
            yield fault(
                entry.at("batch", "within"),
                "相差至少 1 秒，不然永远合不到一起",
                "orders within 0 s of each other never come together",
            )
        if not entry.spec.cook:
            yield fault(
                entry.at("batch"),
                "不制作的菜不能合锅",
                "what is not cooked cannot be made together",
            )


def priority_band(band: Located[BandSpec]) -> PriorityBand:
    """Return what a sound band compiles to."""
    spec = band.spec
    return PriorityBand(
        id=RuleId(spec.id),
        where=str(band.place),
        name=Wording(spec.name.zh, spec.name.en),
        queue=spec.queue,
        when=condition_of(spec.when),
        classes=tuple(spec.menu_class),
        entries=tuple(RuleId(entry) for entry in spec.entry),
        stations=tuple(StationId(station) for station in spec.station),
        rush=spec.rush,
        rider=spec.rider_here,
        waits_s=spec.waits,
        clock=spec.clock,
    )


def slow_view(sources: Sources) -> SlowView:
    """Return when a view is late as a whole; without a word of it, as it is built in."""
    slow = sources.slow_view
    if slow is None:
        return SlowView()
    return SlowView(slow.spec.share, slow.spec.rank, str(slow.place), slow.spec.stays)


def sold_out_faults(sources: Sources) -> Iterator[Diagnostic]:
    """Yield views that are none, and what contradicts itself."""
    sold_out = sources.sold_out
    if sold_out is None:
        return
    spec = sold_out.spec
    known = [*sorted(sources.named.get(("stations", "id"), ())), EXPO, _ALL]
    for number, view in enumerate(spec.tell):
        if view not in known:
            yield fault(
                sold_out.at("tell", number),
                f"未知的画面“{view}”",
                f"unknown view '{view}'",
                did_you_mean(view, known),
            )
    if spec.then is Lost.VOID and spec.oversell is Oversell.ASK_PASS:
        yield fault(
            sold_out.at("then"),
            "由出菜口决定谁退（ask_pass），就不能自动退（void）",
            "with 'ask_pass' the pass says who goes without, so nothing can be void by itself",
        )
    if spec.then is Lost.ASK and not spec.tell:
        yield fault(
            sold_out.at("tell"),
            "要问（ask），却没有写在哪个画面问（tell）",
            "it asks ('ask'), but 'tell' names no view where",
        )


def sold_out_rule(sources: Sources) -> SoldOutRule:
    """Return who loses at an oversell; without a word of it, as it is built in."""
    sold_out = sources.sold_out
    if sold_out is None:
        return SoldOutRule()
    spec, where = sold_out.spec, str(sold_out.place)
    return SoldOutRule(spec.oversell, spec.then, spec.rush_last, tuple(spec.tell), where)
