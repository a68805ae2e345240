"""Printers and print rules in rule texts: what is wrong with them, and what they compile to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from kds.kitchen.ids import RuleId, StationId
from kds.kitchen.wording import Wording
from kds.rulebook.checking import Located
from kds.rulebook.diagnostics import Diagnostic, Place, Severity, did_you_mean, fault
from kds.rulebook.printing import Printer, PrintRule, SlipKind
from kds.rulebook.printing_spec import PrinterSpec, PrintSpec
from kds.rulebook.sources import Sources
from kds.rulebook.whens import condition_of, services_of, when_faults


def print_faults(sources: Sources) -> Iterator[Diagnostic]:
    """Yield names that nothing explains, fallbacks in a circle, printers that never print."""
    printers = sorted(sources.named.get(("printers", "id"), ()))
    for printer in sources.printers:
        if printer.spec.fallback is not None:
            yield from _unknown(printer.at("fallback"), printer.spec.fallback, printers, _PRINTER)
    yield from _circles(sources.printers)
    for rule in sources.prints:
        for key in ("printer", "fallback"):
            name = getattr(rule.spec, key)
            if name is not None:
                yield from _unknown(rule.at(key), name, printers, _PRINTER)
        yield from _own_faults(rule, sources)
        yield from when_faults(rule, rule.spec.when)


def unused_printers(sources: Sources) -> Iterator[Diagnostic]:
    """Yield the printers at which nothing is printed: a remark on a book that works."""
    named = {p.spec.fallback for p in sources.printers}
    named |= {name for rule in sources.prints for name in (rule.spec.printer, rule.spec.fallback)}
    for printer in sources.printers:
        if printer.spec.id not in named:
            yield fault(
                printer.at("id"),
                f"打印机“{printer.spec.id}”没有打印任何小票",
                f"nothing is printed at '{printer.spec.id}'",
                severity=Severity.WARNING,
            )


_PRINTER = Wording("打印机", "printer")
_NAMES: Mapping[str, tuple[tuple[str, str], Wording]] = {
    "station": (("stations", "id"), Wording("工位", "station")),
    "class": (("menu", "class"), Wording("类别", "class")),
}


def _unknown(place: Place, name: str, known: Sequence[str], what: Wording) -> Iterator[Diagnostic]:
    if name not in known:
        yield fault(
            place,
            f"未知的{what.zh}“{name}”",
            f"unknown {what.en} '{name}'",
            did_you_mean(name, known),
        )


def _own_faults(rule: Located[PrintSpec], sources: Sources) -> Iterator[Diagnostic]:
    spec = rule.spec
    for key, (where, words) in _NAMES.items():
        known = sorted(sources.named.get(where, ()))
        for number, name in enumerate(spec.menu_class if key == "class" else spec.station):
            yield from _unknown(rule.at(key, number), name, known, words)
    if not spec.on:
        yield fault(rule.at("on"), "没有写什么时候打印", "it does not say when to print")
    if spec.fallback is not None and spec.fallback == spec.printer:
        yield fault(
            rule.at("fallback"),
            f"备用打印机就是“{spec.printer}”自己",
            f"'{spec.printer}' cannot be its own fallback",
        )


def _circles(printers: Sequence[Located[PrinterSpec]]) -> Iterator[Diagnostic]:
    """Yield each circle of fallbacks once, at the printer that closes it."""
    into = {printer.spec.id: printer.spec.fallback for printer in printers}
    told: set[str] = set()
    for printer in printers:
        way = [printer.spec.id]
        while (after := into.get(way[-1])) is not None and after not in way:
            way.append(after)
        if after == printer.spec.id and not told.intersection(way):
            told.update(way)
            shown = " → ".join((*way, after))
            yield fault(
                printer.at("fallback"),
                f"备用打印机绕成了圈：{shown}",
                f"the fallbacks go round in a circle: {shown}",
            )


def printer_of(piece: Located[PrinterSpec]) -> Printer:
    """Return what a sound printer compiles to."""
    spec = piece.spec
    host, port = spec.address
    return Printer(
        spec.id,
        Wording(spec.name.zh, spec.name.en),
        host,
        port,
        str(piece.place),
        spec.fallback,
        spec.paper,
        spec.mode,
    )


def print_rule(rule: Located[PrintSpec]) -> PrintRule:
    """Return what a sound rule compiles to."""
    spec = rule.spec
    return PrintRule(
        id=RuleId(spec.id),
        where=str(rule.place),
        name=Wording(spec.name.zh, spec.name.en),
        on=tuple(spec.on),
        slip=SlipKind(spec.slip),
        printer=spec.printer,
        services=services_of(spec.when),
        fallback=spec.fallback,
        stations=tuple(StationId(station) for station in spec.station),
        classes=tuple(spec.menu_class),
        lang=spec.lang,
        when=condition_of(spec.when, but_service=True),
    )
