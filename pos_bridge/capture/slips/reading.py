"""A sheet and a template make a slip: what it is, of which order, which dishes. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import tzinfo
from functools import reduce

from kds.kitchen.ids import Instant
from kds.records.body import clean
from pos_bridge.capture.paper.document import Document, TextLine
from pos_bridge.capture.slips.finding import Match, dish_of, first, pieces_of, says, words_of
from pos_bridge.capture.slips.patterns import fold
from pos_bridge.capture.slips.printed_time import printed_time
from pos_bridge.capture.slips.slip import Dish, Slip
from pos_bridge.capture.slips.templates import (
    FieldsSpec,
    KindSpec,
    Template,
    TemplateSpec,
)
from pos_bridge.capture.slips.wrapping import goes_on, joined, spread

MOST_DISHES = 500
_MOST_LINES = 1_000
_LEFT = re.compile(
    r"\s*x?\s?\d{1,3}\s?[^\W\d_]{0,2}(?:\s+-?[¥$€£]?\s?\d{1,7}(?:\.\d{1,2})?(?:元)?)?\s*"
)
_COUNTED = re.compile(
    r"(?P<no>\d{1,3})\s+(?P<name>(?![号寸人位两斤克年个只件款拼色味杯瓶份串])[\d\u4e00-\u9fff【（(].*)"
)
"""A line's number before a Chinese name, which is another on each printer; 4 人套餐 is none."""


def read_slip(
    document: Document, templates: Iterable[Template], now: Instant, zone: tzinfo
) -> Slip | None:
    """Return what `document` says by the first of `templates` that knows it; None: nobody does.

    `zone`: of the store, for the times that are printed.
    """
    lines = [line for line in document.lines if line.text.strip()]
    if len(lines) > _MOST_LINES:
        return None
    for template in templates:
        slip = _Reading(template, lines).slip(now, zone)
        if slip is not None:
            return slip
    return None


@dataclass(slots=True)
class _Open:
    """A dish that may still get modifiers, notes and parts."""

    dish: Dish
    modifiers: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    parts: list[_Open] = field(default_factory=list)

    def closed(self) -> Dish:
        return replace(
            self.dish,
            modifiers=tuple(self.modifiers),
            note="\n".join(self.notes),
            parts=tuple(part.closed() for part in self.parts),
        )


class _Reading:
    """One attempt to read the lines of a sheet by one template."""

    def __init__(self, template: Template, lines: Sequence[TextLine]) -> None:
        self._template = template
        self._spec: TemplateSpec = template.spec
        self._lines = lines
        self._values: dict[str, str] = {}
        self._notes: list[str] = []
        self._dishes: list[_Open] = []
        self._head: list[str] = []
        self._others: list[str] = []
        self._broken: tuple[str, ...] = ()
        self._former: tuple[str, ...] = ()
        self._tail: tuple[_Open, str] | None = None
        self._former_tail: tuple[_Open, str] | None = None
        self._above: list[str] | None = None
        self._no = 0
        self._time: tuple[int, int, str] | None = None
        self._category = ""
        self._course = ""
        self._is_over = False
        self._has_begun = not template.spec.dishes.after

    def slip(self, now: Instant, zone: tzinfo) -> Slip | None:
        texts = [clean(line.text) for line in self._lines]
        if self._spec.only and not says(texts, self._spec.only):
            return None
        if not any(says(texts, kind.when) for kind in self._spec.kinds):
            return None
        for line, text in zip(self._lines, texts, strict=True):
            self._former, self._broken = self._broken, ()
            self._former_tail, self._tail = self._tail, None
            if not (self._former and self._rejoined(line, text)):
                self._take(line, text)
        kind = self._kind()
        return None if kind is None else self._made(kind, now, zone)

    # --- line by line ---

    def _take(self, line: TextLine, text: str) -> None:
        spec = self._spec.dishes
        if not self._has_begun:
            self._has_begun = first(spec.after, line, text) is not None
            self._other(line, text)
        elif self._is_over or (self._dishes and first(spec.until, line, text) is not None):
            self._is_over = True
            self._other(line, text)
        elif self._heading(line, text):
            pass
        elif not self._dishes:
            self._before_dishes(line, text)
        else:
            self._within(line, text)

    def _before_dishes(self, line: TextLine, text: str) -> None:
        if first(self._spec.dishes.skip, line, text) is not None:
            self._say(text)
            self._above, self._broken = [], ()
        elif not self._fields(line, text) and not self._dish(line, text):
            self._say(text)
            if self._above is not None and not self._means_something(text):
                self._above.append(text.strip())
        elif self._dishes and self._above and self._spec.dishes.rest == "note":
            self._dishes[0].notes += self._above  # as below the first dish: nothing is lost

    def _means_something(self, text: str) -> bool:
        spec = self._spec
        marks = [spec.reprint, spec.full, spec.station]
        words = [*marks, *(k.when for k in spec.kinds), *(s.when for s in spec.services)]
        return any(says([text], each) for each in words)

    # --- names over several lines ---

    def _run(self, text: str) -> tuple[str, ...]:
        """Return the lines that may be the beginning of a name, up to `text`."""
        wrapped, former = self._spec.dishes.wrapped, self._former
        if wrapped is not None and former and goes_on(former[-1], text, wrapped.columns):
            return (*former, text)
        return (text,)

    def _rejoined(self, line: TextLine, text: str) -> bool:
        """Take what is left of a dish whose long name fills the lines before: how many there are,
        and where the template says so the name's end.
        """
        if self._is_over:
            return False
        name = reduce(joined, self._former)
        if _LEFT.fullmatch(fold(text)) is not None:
            whole = f"{name.strip()}  {text.strip()}"
        elif self._ends_with_quantity(text):
            whole = joined(name, text)
        else:
            return False
        kept = self._dishes[-1] if self._dishes else None
        if not self._dish(line, whole):
            return False
        lists = [self._head, self._others, self._above or []]
        for lines in (*lists, *((kept.notes, kept.modifiers) if kept else ())):
            for broken in reversed(self._former):
                if lines and lines[-1].strip() == broken.strip():
                    lines.pop()
        if kept is None and self._spec.dishes.rest == "note":
            self._dishes[0].notes += self._above or []
        return True

    def _ends_with_quantity(self, text: str) -> bool:
        """Say whether a dish's line holds the end of a name that begins above it."""
        spec = self._spec.dishes
        has_begun = bool(self._dishes or spec.after) or self._above is not None
        if spec.wrapped is None or spec.wrapped.quantity != "last" or not has_begun:
            return False
        return goes_on(self._former[-1], text, spec.wrapped.columns)

    def _went_on(self, text: str) -> bool:
        """Take the end of a name whose quantity stands beside its beginning."""
        wrapped, tail = self._spec.dishes.wrapped, self._former_tail
        if wrapped is None or wrapped.quantity != "first" or tail is None:
            return False
        dish, before = tail
        if not goes_on(before, text, wrapped.columns):
            return False
        dish.dish = replace(dish.dish, name=joined(dish.dish.name, text))
        self._tail = dish, text
        return True

    # --- what stands between dishes ---

    def _heading(self, line: TextLine, text: str) -> bool:
        """Take a heading: the dishes below it are of that category or course."""
        spec = self._spec.dishes
        if (found := first(spec.category, line, text)) is not None:
            self._category = words_of(found, text)
        elif (found := first(spec.course, line, text)) is not None:
            self._course = words_of(found, text)
        else:
            return False
        return True

    def _within(self, line: TextLine, text: str) -> None:
        """A line between dishes: a part, a modifier, a note, the next dish, or something else."""
        spec, last = self._spec.dishes, self._dishes[-1]
        if first(spec.skip, line, text) is not None:
            return
        if (found := first(spec.part, line, text)) is not None:
            last.parts.append(_Open(dish_of(found)))
            self._tail = last.parts[-1], last.parts[-1].dish.name
        elif (found := first(spec.modifier, line, text)) is not None:
            (last.parts[-1] if last.parts else last).modifiers.append(words_of(found, text))
        elif (found := first(spec.note, line, text)) is not None:
            (last.parts[-1] if last.parts else last).notes.append(words_of(found, text))
        elif not (self._dish(line, text) or self._fields(line, text) or self._went_on(text)):
            self._rest(text)

    def _rest(self, text: str) -> None:
        last, words = self._dishes[-1], text.strip()
        self._broken = self._run(text)
        if self._spec.dishes.rest == "note":
            last.notes.append(words)
        elif self._spec.dishes.rest == "modifier":
            last.modifiers.append(words)
        self._others.append(text)

    def _dish(self, line: TextLine, text: str) -> bool:
        spec = self._spec.dishes
        found = first(spec.dish, line, text)
        if found is None and spec.wrapped is not None:
            found = first(spec.dish, line, spread(text, spec.wrapped.columns))
        if found is None or len(self._dishes) >= MOST_DISHES:
            return False
        for said in ("piece", "pieces"):
            if said in found.values:
                self._values.setdefault(said, found.values[said])
        dish = replace(dish_of(found), category=self._category, course=self._course)
        counted = _COUNTED.fullmatch(dish.name)
        if counted is not None and int(counted["no"]) > max(self._no, len(self._dishes)):
            self._no, dish = int(counted["no"]), replace(dish, name=counted["name"])
        self._dishes.append(_Open(dish))
        self._tail = self._dishes[-1], found.values["name"]
        return True

    def _other(self, line: TextLine, text: str) -> None:
        if not self._fields(line, text):
            self._say(text)

    def _say(self, text: str) -> None:
        """Keep a line whose words may tell what the slip is; those of a field only fill it in."""
        self._broken = self._run(text)
        (self._others if self._dishes else self._head).append(text)

    def _fields(self, line: TextLine, text: str) -> bool:
        """Read what a line says of the order; say whether it says nothing else.

        From which table to which is also what a slip may be about.
        """
        found_any = False
        for piece in pieces_of(text):
            for name in FieldsSpec.model_fields:
                found = first(getattr(self._spec.fields, name), line, piece)
                if found is not None:
                    self._note(name, found)
                    found_any = found_any or name != "move"
        return found_any

    def _note(self, name: str, found: Match) -> None:
        if name == "note":
            self._notes.append(words_of(found, ""))
            return
        for said, value in found.values.items():
            key = name if said == "text" else said
            if key == "time":  # that of the order rather than of the print, with its date
                self._time = min(self._time or (99, 0, ""), (found.place, -len(value), value))
            else:
                self._values.setdefault(key, value)

    # --- all together ---

    def _kind(self) -> KindSpec | None:
        everywhere = [*self._head, *self._others]
        for kind in self._spec.kinds:
            if says(everywhere if kind.anywhere else self._head, kind.when):
                return kind
        return None

    def _made(self, kind: KindSpec, now: Instant, zone: tzinfo) -> Slip:
        spec, everywhere = self._spec, [*self._head, *self._others]
        at = None if self._time is None else printed_time(self._time[2], now, zone)
        values = dict(self._values)
        services = (each.service for each in spec.services if says(everywhere, each.when))
        if service := next(services, ""):
            values["service"] = service
        category = values.pop("category", "")
        dishes = (each.closed() for each in self._dishes)
        is_full, is_station = says(everywhere, spec.full), says(everywhere, spec.station)
        return Slip(
            template=self._template.id,
            source=self._template.source,
            kind=kind.kind,
            number=values.pop("number", ""),
            batch=values.pop("batch", ""),
            fields=values,
            at_ms=None if at is None else at.at_ms,
            has_seconds=at is not None and at.has_seconds,
            dishes=tuple(replace(d, category=d.category or category) for d in dishes),
            notes=tuple(self._notes),
            is_reprint=says(everywhere, spec.reprint),
            is_full=True if is_full else (False if is_station else None),
            is_paid=kind.paid,
            apart_ms=spec.rounds_apart * 1000,
            piece=fold(values.pop("piece", "")),
            pieces=fold(values.pop("pieces", "")),
            equal_add_ms=spec.equal_slips_add * 1000,
        )
