"""What only shows when all pieces lie side by side: double ids, unknown stations and classes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from kds.kitchen.wording import Wording
from kds.rulebook.checking import Located
from kds.rulebook.diagnostics import Diagnostic, Place, Severity, did_you_mean, fault
from kds.rulebook.preparation_text import prep_faults
from kds.rulebook.schema import LimitsSpec, MatchSpec, MenuSpec, WaitSpec
from kds.rulebook.sources import Sources
from kds.rulebook.whens import passing_faults, when_faults

_JOINED = re.compile(r"[\s>＞,，、/&]")
"""What people write between two stations."""


def cross_check(sources: Sources) -> tuple[Diagnostic, ...]:
    """Return the faults between pieces that are sound in themselves.

    Remarks on a book that works come only when there is nothing worse to say.
    """
    faults = tuple(_errors(sources))
    return faults if faults or sources.faults else tuple(_remarks(sources))


def _errors(sources: Sources) -> Iterator[Diagnostic]:
    yield from _missing_sections(sources)
    yield from _double((piece.spec.id, piece) for piece in sources.stations)
    yield from _double((piece.spec.id, piece) for piece in sources.menu)
    yield from _double((piece.spec.id, piece) for piece in sources.printers)
    rules: list[tuple[str, Located[Any]]] = [(r.spec.id, r) for r in sources.rules]
    rules += [(rule.spec.id, rule) for rule in sources.overtimes]
    rules += [(rule.spec.id, rule) for rule in sources.announces]
    rules += [(rule.spec.id, rule) for rule in sources.prints]
    for paces in (sources.calls, sources.courses, sources.togethers, sources.dues):
        rules += [(rule.spec.id, rule) for rule in paces]
    rules += [(rule.spec.id, rule) for rule in sources.checks]
    rules += [(rule.spec.id, rule) for rule in sources.pay_firsts]
    yield from _double(sorted(rules, key=lambda rule: (rule[1].place.file, rule[1].place.line)))
    yield from _zone(sources)
    stations = sorted(sources.named.get(("stations", "id"), ()))
    for entry in sources.menu:
        if stations:  # without any, that alone is the fault
            yield from _stations(entry, stations)
        yield from _conditions(entry)
        yield from when_faults(entry, entry.spec.when)
        yield from passing_faults(entry, entry.spec.when)
        yield from _limit_order(entry, sources)
        yield from prep_faults(entry)
    for rule in sources.rules:
        yield from _wait(rule, sources)
        yield from when_faults(rule, rule.spec.when)


def _missing_sections(sources: Sources) -> Iterator[Diagnostic]:
    if not sources.is_whole:
        return
    for name in ("book", "stations"):
        if name not in sources.places:
            yield fault(sources.start, f"缺少“{name}”", f"'{name}' is missing")


def _double(pieces: Iterable[tuple[str, Located[Any]]]) -> Iterator[Diagnostic]:
    first: dict[str, Located[Any]] = {}
    for name, piece in pieces:
        earlier = first.setdefault(name, piece)
        if earlier is not piece:
            yield fault(
                piece.at("id"),
                f"标识“{name}”重复，首次出现在 {earlier.at('id')}",
                f"the id '{name}' is already taken at {earlier.at('id')}",
            )


def _zone(sources: Sources) -> Iterator[Diagnostic]:
    if sources.book is None:
        return
    zone = sources.book.spec.zone
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        yield fault(
            sources.book.at("zone"),
            f"未知的时区“{zone}”",
            f"unknown time zone '{zone}'",
            did_you_mean(zone, sorted(available_timezones())),
        )


def _stations(entry: Located[MenuSpec], stations: Sequence[str]) -> Iterator[Diagnostic]:
    for number, chain in enumerate(entry.spec.cook):
        used = dict.fromkeys(station for stage in chain for station in stage)
        for station in used:
            if station not in stations and _JOINED.search(station):
                yield fault(
                    entry.at("cook", number),
                    f"“{station}”不是一个工位；先后写 wok -> pass，同时写 grill + fry",
                    f"'{station}' is no station; write wok -> pass for one after the other, "
                    "grill + fry for both at once",
                )
            elif station not in stations:
                yield fault(
                    entry.at("cook", number),
                    f"未知的工位“{station}”",
                    f"unknown station '{station}'",
                    did_you_mean(station, stations),
                )


def _conditions(entry: Located[MenuSpec]) -> Iterator[Diagnostic]:
    for key, matches in (("match", entry.spec.match), ("except", entry.spec.excepts)):
        for number, match in enumerate(matches):
            if match == MatchSpec():
                yield fault(entry.at(key, number), "没有任何条件", "no condition is given")
    if not entry.spec.match:
        yield fault(entry.at("match"), "没有任何条件", "no condition is given")


def _limit_order(entry: Located[MenuSpec], sources: Sources) -> Iterator[Diagnostic]:
    base = LimitsSpec() if sources.limits is None else sources.limits.spec
    stated = entry.spec.model_fields_set
    last_name, last = "", -1
    for name in ("attention", "late", "critical"):
        value = getattr(entry.spec if name in stated else base, name)
        if value is None:
            continue
        if value < last:
            yield fault(
                entry.at(name if name in stated else last_name),
                f"“{name}”（{value} 秒）早于“{last_name}”（{last} 秒）",
                f"'{name}' ({value} s) comes before '{last_name}' ({last} s)",
            )
        last_name, last = name, value


def _remarks(sources: Sources) -> Iterator[Diagnostic]:
    if not sources.menu:
        yield fault(
            sources.places.get("stations", sources.start),
            "没有菜单（menu），所有菜都会显示在每个工位",
            "there is no menu, so every dish shows at every station",
            severity=Severity.WARNING,
        )
    else:
        yield from _unused_stations(sources)
        for entry in sources.menu:
            yield from _run_together(entry)


def _run_together(entry: Located[MenuSpec]) -> Iterator[Diagnostic]:
    """Yield texts that are several ones to a person, and one to the book."""
    groups = [("match", entry.spec.match), ("except", entry.spec.excepts)]
    for section, matches in groups:
        for number, match in enumerate(matches):
            for key in _LISTED:
                for index, text in enumerate(getattr(match, key)):
                    parts = [part.strip() for part in _PAUSES.split(text)]
                    if len(parts) > 1:
                        several = f"[{', '.join(parts)}]"
                        yield fault(
                            entry.at(section, number, key, index),
                            f"“{text}”算一个名称",
                            f"'{text}' is one name",
                            Wording(f"几个的话写成 {several}", f"several are written {several}"),
                            Severity.WARNING,
                        )


_LISTED = (
    *("name_has", "name_ends", "category", "category_has", "category_ends"),
    *("tag", "modifier_has"),
)
_PAUSES = re.compile("[，、]")


def _unused_stations(sources: Sources) -> Iterator[Diagnostic]:
    used = {
        station
        for entry in sources.menu
        for chain in entry.spec.cook
        for stage in chain
        for station in stage
    }
    for station in sources.stations:
        if station.spec.id not in used:
            yield fault(
                station.at("id"),
                f"没有菜品送到工位“{station.spec.id}”",
                f"no dish goes to the station '{station.spec.id}'",
                severity=Severity.WARNING,
            )


def _wait(rule: Located[WaitSpec], sources: Sources) -> Iterator[Diagnostic]:
    """Yield the names in a rule that no menu entry explains."""
    classes = sorted(sources.named.get(("menu", "class"), ()))
    entries = sorted(sources.named.get(("menu", "id"), ()))
    spec = rule.spec
    for number, name in enumerate(spec.waits_for):
        if name not in classes:
            yield _unknown_class(rule.at("waits_for", number), name, classes)
    for number, hold in enumerate(spec.holds):
        if hold.menu_class not in classes:
            yield _unknown_class(rule.at("holds", number, "class"), hold.menu_class, classes)
        elif hold.menu_class in spec.waits_for:
            place = rule.at("holds", number, "class")
            name = hold.menu_class
            yield fault(place, f"“{name}”不能等自己", f"'{name}' cannot wait for itself")
    for number, name in enumerate(spec.personal.entries if spec.personal else ()):
        if name not in entries:
            yield fault(
                rule.at("personal", "entries", number),
                f"未知的菜单项“{name}”",
                f"unknown menu entry '{name}'",
                did_you_mean(name, entries),
            )


def _unknown_class(place: Place, name: str, classes: Sequence[str]) -> Diagnostic:
    return fault(
        place,
        f"没有菜品属于“{name}”类",
        f"no dish is of class '{name}'",
        did_you_mean(name, classes),
    )
