"""What stands on a slip: plain data, as the mechanism *print* makes it."""

from __future__ import annotations

from dataclasses import dataclass

from kds.kitchen.ids import Instant
from kds.kitchen.messages import LineContent, Modifier, ModifierKind
from kds.kitchen.wording import Wording
from kds.rulebook.printing import PrintOn, SlipKind

_SIGNS = {
    ModifierKind.ADD: "+",
    ModifierKind.REMOVE: "−",
    ModifierKind.ALLERGY: "!!",
}


@dataclass(frozen=True, slots=True)
class SlipLine:
    """A dish on a slip. `count`: with its unit. `remarks`: modifiers and note; `of`: its set."""

    count: str
    name: str
    remarks: tuple[str, ...] = ()
    of: str = ""
    seat: str = ""


@dataclass(frozen=True, slots=True)
class Slip:
    """One slip or label. `station`: whose it is, "" for the pass; `at`: when it was due.

    `heading`: table or number; `facts`: who and how, beside it. `part`: "2/3" of a label.
    """

    printer: str
    rule: str
    kind: SlipKind
    on: PrintOn
    lang: str
    heading: str
    at: Instant
    zone: str
    fallback: str | None = None
    station: Wording = Wording("", "")
    facts: tuple[str, ...] = ()
    note: str = ""
    lines: tuple[SlipLine, ...] = ()
    part: str = ""


def slip_line(content: LineContent, count: str, of: str) -> SlipLine:
    """Return a dish as slips show it; what a guest must not eat stands first."""
    remarks = [_remark(m) for m in content.modifiers if m.kind is ModifierKind.ALLERGY]
    remarks += [_remark(m) for m in content.modifiers if m.kind is not ModifierKind.ALLERGY]
    remarks += [content.note] if content.note else []
    unit = content.unit if content.unit not in {"", "份"} else ""
    return SlipLine(f"{count}{unit}", content.name, tuple(remarks), of, content.seat or "")


def _remark(modifier: Modifier) -> str:
    sign = _SIGNS.get(modifier.kind, "")
    count = f" ×{modifier.quantity}" if modifier.quantity != 1 else ""
    inner = "、".join(map(_remark, modifier.modifiers))
    return f"{sign}{' ' if sign else ''}{modifier.name}{count}{f'（{inner}）' if inner else ''}"
