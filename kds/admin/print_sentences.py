"""Printers and print rules as sentences that a manager can read aloud."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from kds.admin.whens import bracketed
from kds.admin.wordings import listed, narrowed
from kds.kitchen.wording import Wording
from kds.rulebook.printing import Printer, PrintOn, PrintRule, SlipKind

_ON = {
    PrintOn.ROUTED: Wording("菜可以做了", "dishes can be made"),
    PrintOn.READY: Wording("菜做好了", "dishes are ready"),
    PrintOn.VOID: Wording("菜退了", "dishes are void"),
}
_SLIPS = {
    SlipKind.STATION: Wording("每个工位一张分单", "a slip for each station"),
    SlipKind.PASS: Wording("一张总单", "one slip of all"),
    SlipKind.LABEL: Wording("每份一张标签", "a label for each portion"),
}


def print_sentences(
    printers: Sequence[Printer],
    rules: Sequence[PrintRule],
    stations: Mapping[str, str],
    lang: str,
) -> Iterator[str]:
    """Yield each printer and each print rule in words; `stations`: their names in `lang`."""
    names = {printer.id: printer.name[lang] for printer in printers}
    for printer in printers:
        place = f"{printer.host}:{printer.port}"
        name, other = printer.name[lang], names.get(printer.fallback or "")
        if lang == "zh":
            instead = f"，打不了时由{other}代打" if other else ""
            yield f"打印机 {name}（{printer.id}）：{place}，{printer.paper_mm} mm{instead}。"
        else:
            instead = f"; while it cannot print, {other} does" if other else ""
            yield f"Printer {name} ({printer.id}): {place}, {printer.paper_mm} mm{instead}."
    for rule in rules:
        yield _rule(rule, names, stations, lang)


def _rule(rule: PrintRule, names: Mapping[str, str], stations: Mapping[str, str], lang: str) -> str:
    on = listed([_ON[each][lang] for each in rule.on], lang)
    slip, where = _SLIPS[rule.slip][lang], names.get(rule.printer, rule.printer)
    stations_of = [stations.get(station, station) for station in rule.stations]
    only = narrowed(rule.classes, (), stations_of, lang)
    other = names.get(rule.fallback or "")
    if lang == "zh":
        limited = f"（只打{only}菜）" if only else ""
        instead = f"，打不了时到{other}" if other else ""
        return (
            f"{rule.name['zh']}{bracketed(rule, 'zh')}：{on}，在{where}打{slip}{limited}{instead}。"
            f"〔{rule.id}，{rule.where}〕"
        )
    limited = f" (only dishes {only})" if only else ""
    instead = f", or else at {other}" if other else ""
    return (
        f"{rule.name['en']}{bracketed(rule, 'en')}: when {on}, {slip}{limited} is printed "
        f"at {where}{instead}. [{rule.id}, {rule.where}]"
    )
