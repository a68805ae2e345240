"""Rule texts to a compiled book, or to every fault in them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from kds.kitchen.ids import RuleId, StationId
from kds.kitchen.orders import Step
from kds.kitchen.wording import Wording
from kds.rulebook.announce_text import announce_faults, announce_rule
from kds.rulebook.book import Book, book_of
from kds.rulebook.check_text import check_faults, check_rule
from kds.rulebook.checking import Located
from kds.rulebook.compiled import (
    BookData,
    Ending,
    Hold,
    Limits,
    Match,
    MenuClass,
    PotState,
    Station,
    WaitRule,
)
from kds.rulebook.crosscheck import cross_check
from kds.rulebook.diagnostics import Diagnostic, has_errors, in_order
from kds.rulebook.folding import fold
from kds.rulebook.folds_text import fold_faults, folds_of
from kds.rulebook.matching import pattern
from kds.rulebook.overtime_text import overtime_faults, overtime_rule
from kds.rulebook.pace_text import call_rule, course_rule, due_rule, pace_faults, together_rule
from kds.rulebook.pay_text import pay_faults, pay_rule
from kds.rulebook.precedence_text import (
    pan_faults,
    precedence_faults,
    priority_band,
    slow_view,
    sold_out_faults,
    sold_out_rule,
)
from kds.rulebook.preparation_text import plus_of
from kds.rulebook.print_text import print_faults, print_rule, printer_of, unused_printers
from kds.rulebook.reach import gate_faults, unreached
from kds.rulebook.schema import BookSpec, LimitsSpec, MatchSpec, MenuSpec, WaitSpec, WordingSpec
from kds.rulebook.sets_text import set_faults, set_parts
from kds.rulebook.sources import Sources, read
from kds.rulebook.terms import Pan
from kds.rulebook.values import Chain
from kds.rulebook.whens import condition_of, services_of

_PAUSED = Wording(
    "{name}已暂停：{minutes} 分钟内 {count} 次超时",
    "{name} is paused: {count} time-outs within {minutes} min",
)


@dataclass(frozen=True, slots=True)
class Compilation:
    """What became of rule texts. `book` is None when any fault is an error."""

    book: Book | None
    diagnostics: tuple[Diagnostic, ...]


def compile_book(files: Mapping[str, str]) -> Compilation:
    """Return the book that `files` (name -> text) make, and all their faults at once."""
    sources = read(files)
    base = LimitsSpec() if sources.limits is None else sources.limits.spec
    menu = tuple(_menu_class(entry, base) for entry in sources.menu)
    faults = in_order(
        (
            *sources.faults,
            *cross_check(sources),
            *unreached(sources.menu, menu),
            *gate_faults(sources.rules),
            *overtime_faults(sources),
            *announce_faults(sources),
            *precedence_faults(sources),
            *set_faults(sources.menu, menu),
            *pan_faults(sources),
            *pace_faults(sources),
            *fold_faults(sources),
            *print_faults(sources),
            *check_faults(sources),
            *pay_faults(sources),
            *sold_out_faults(sources),
        )
    )
    if not faults:
        faults = in_order(unused_printers(sources))
    book = sources.book
    if book is None or has_errors(faults):
        return Compilation(None, faults)
    return Compilation(book_of(_data(book.spec, sources, base, menu)), faults)


def _data(
    book: BookSpec, sources: Sources, base: LimitsSpec, menu: tuple[MenuClass, ...]
) -> BookData:
    defaults = sources.limits
    where = "" if defaults is None else str(defaults.place)
    return BookData(
        id=book.id,
        name=_wording(book.name),
        stations=tuple(
            Station(StationId(s.spec.id), _wording(s.spec.name), s.spec.capacity, folds_of(s.spec))
            for s in sources.stations
        ),
        menu=menu,
        waits=tuple(_wait_rule(rule, serve_step=book.serve_step) for rule in sources.rules),
        defaults=limits_of(base, RuleId("limits"), where),
        ending=Ending(book.end_after_paid, book.day_ends),
        zone=book.zone,
        serve_step=book.serve_step,
        overtimes=tuple(map(overtime_rule, sources.overtimes)),
        announces=tuple(map(announce_rule, sources.announces)),
        bands=tuple(map(priority_band, sources.bands)),
        slow=slow_view(sources),
        calls=tuple(map(call_rule, sources.calls)),
        courses=tuple(map(course_rule, sources.courses)),
        togethers=tuple(map(together_rule, sources.togethers)),
        dues=tuple(map(due_rule, sources.dues)),
        printers=tuple(map(printer_of, sources.printers)),
        prints=tuple(map(print_rule, sources.prints)),
        checks=tuple(map(check_rule, sources.checks)),
        pay_firsts=tuple(map(pay_rule, sources.pay_firsts)),
        sold_out=sold_out_rule(sources),
    )


def limits_of(spec: LimitsSpec, rule: RuleId, where: str) -> Limits:
    """Return the limits that `spec` states."""
    return Limits(spec.attention, spec.late, spec.critical, spec.clock, rule, where)


def merged_limits(spec: MenuSpec, base: LimitsSpec) -> LimitsSpec:
    """Return the limits of a menu entry: its own, and those of `base` that it does not state."""
    own = spec.model_dump(include=spec.model_fields_set & set(LimitsSpec.model_fields))
    return base.model_copy(update=own)


def _menu_class(entry: Located[MenuSpec], base: LimitsSpec) -> MenuClass:
    spec, where = entry.spec, str(entry.place)
    rule = RuleId(spec.id)
    return MenuClass(
        id=rule,
        menu_class=spec.menu_class,
        where=where,
        match=tuple(_match(match) for match in spec.match),
        excepts=tuple(_match(match) for match in spec.excepts),
        steps=_steps(spec.cook),
        limits=limits_of(merged_limits(spec, base), rule, where),
        prep_s=spec.prep,
        queue=spec.queue,
        when=condition_of(spec.when),
        spells_out=set_parts(spec),
        is_side=spec.route_modifier,
        is_preplated=spec.preplated,
        pan=None if spec.batch is None else Pan(spec.batch.most, spec.batch.within),
        prep_plus=tuple(map(plus_of, spec.prep_plus)),
    )


def _match(spec: MatchSpec) -> Match:
    return Match(
        items=tuple(spec.item),
        names=tuple(fold(name) for name in spec.name),
        name_has=tuple(pattern(text) for text in spec.name_has),
        name_ends=tuple(pattern(text, at_end=True) for text in spec.name_ends),
        categories=tuple(fold(name) for name in spec.category),
        category_has=tuple(pattern(text) for text in spec.category_has),
        category_ends=tuple(pattern(text, at_end=True) for text in spec.category_ends),
        tags=tuple(fold(name) for name in spec.tag),
        modifier_has=tuple(pattern(text) for text in spec.modifier_has),
        services=tuple(spec.service),
        channels=tuple(spec.channel),
        parts=spec.parts,
    )


def _steps(chains: tuple[Chain, ...]) -> tuple[Step, ...]:
    """Return the steps of all chains; each stage waits for the whole stage before it."""
    steps: list[Step] = []
    for chain in chains:
        before: tuple[int, ...] = ()
        for stage in chain:
            first = len(steps)
            steps.extend(Step(StationId(station), before) for station in stage)
            before = tuple(range(first, len(steps)))
    return tuple(steps)


def _wait_rule(rule: Located[WaitSpec], *, serve_step: bool) -> WaitRule:
    spec = rule.spec
    return WaitRule(
        id=RuleId(spec.id),
        where=str(rule.place),
        waits_for=tuple(spec.waits_for),
        # Where nothing is marked as served, ready is all that will ever show.
        until=spec.until if serve_step else PotState.READY,
        holds=tuple(Hold(hold.menu_class, hold.gate) for hold in spec.holds),
        services=services_of(spec.when),
        when=condition_of(spec.when, but_service=True),
        reason=_wording(spec.reason),
        paused=_paused(spec),
        timeout_s=spec.timeout,
        personal=tuple(RuleId(entry) for entry in spec.personal.entries) if spec.personal else (),
        personal_share_percent=spec.personal.share if spec.personal else 100,
        pause_after=spec.pause.after,
        pause_within_s=spec.pause.within,
        tables_per_minute=spec.pause.tables_per_minute,
        name=_wording(spec.name),
    )


def _paused(spec: WaitSpec) -> Wording:
    """Return the sentence of a pause, its place-holders filled in."""
    words = _PAUSED if spec.pause.message is None else _wording(spec.pause.message)
    return Wording(_filled(words.zh, spec.name.zh, spec), _filled(words.en, spec.name.en, spec))


def _filled(text: str, name: str, spec: WaitSpec) -> str:
    # Plain replacement: `format` would let a text reach into objects, and stumble over braces.
    minutes = f"{spec.pause.within / 60:g}"
    count = str(spec.pause.after)
    return text.replace("{name}", name).replace("{minutes}", minutes).replace("{count}", count)


def _wording(spec: WordingSpec) -> Wording:
    return Wording(spec.zh, spec.en)
