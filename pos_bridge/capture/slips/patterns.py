"""Patterns of a template: a line as it is printed, with names in braces where it varies.

    桌号：{table}          {quantity} x {name}          {name}  {quantity} {unit}

Pure. A blank stands for any number of blanks, beside fixed letters for none too; two or more for
a gap of at least two, as between columns. Blanks at the beginning ask for as much indentation.
`{count}` is a whole number, `{quantity}` may be 1.5; `{piece}` of `{pieces}` is which of several
slips it is; `{no}` is a line's own number (3.), `{rule}` a line of dashes, `{any}` does not matter.
Capitals, full width and the traditional forms of what slips say make no difference. There are no
expressions, so a pattern can be slow for nobody.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from difflib import get_close_matches

from kds.kitchen.wording import Wording
from kds.rulebook.values import value_fault

LONGEST_LINE = 200
"""A line with more is none of a slip's: paper is 80 mm wide."""

TEXTS = frozenset({"name", "text", "note", "table", "from", "server", "zone", "customer", "reason"})
NAMES = frozenset(
    {
        *TEXTS,
        "number",
        "session",
        "batch",
        "piece",
        "pieces",
        "guests",
        "time",
        "quantity",
        "count",
        "unit",
        "price",
        "no",
    }
) | {"rule", "any", "code"}
_MOST_TEXTS = 2
_NAMED = re.compile(r"\{([^{}]*)\}")
_FOLDED = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20, 0xA0: 0x20}
_TRADITIONAL = "號單廚點檯臺轉結帳帐補數備註時間務員廳樓區開訂總計應實價額達內換併減"
_SIMPLIFIED = "号单厨点台台转结账账补数备注时间务员厅楼区开订总计应实价额达内换并减"
_FOLDED |= {ord(old): ord(new) for old, new in zip(_TRADITIONAL, _SIMPLIFIED, strict=True)}
_FOLDED |= {ord("×"): ord("x"), ord("－"): ord("-"), ord("—"): ord("-"), ord("─"): ord("-")}
_NAMES_OF_DAYS = (
    r"(?:mon|tue|wed|thu|fri|sat|sun|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\W"
)
_SHAPES = {
    "number": r"(?=[\w/#.-]*\d)[^\W_](?:[\w/#.-]{0,38}[^\W_])?",
    "session": r"[^\W_](?:[\w/#.-]{0,38}[^\W_])?",
    "batch": r"\d{1,6}",
    "piece": r"(?=[\w.-]*\d)[^\W_](?:[\w.-]{0,18}[^\W_])?",
    "pieces": r"\d{1,4}",
    "guests": r"\d{1,4}",
    "time": rf"(?=.{{0,40}}\d:[0-5]\d)(?:\d|{_NAMES_OF_DAYS}).{{3,39}}",
    "table": r"[^\s:](?:[^\s:]|\s(?!\s)){0,29}",
    "from": r"[^\s:](?:[^\s:]|\s(?!\s)){0,29}",
    "server": r"[^\s:](?:[^\s:]|\s(?!\s)){0,29}",
    "zone": r"[^\s:](?:[^\s:]|\s(?!\s)){0,29}",
    "quantity": r"(?<![\d.])[-+]?\d{1,5}(?:\.\d{1,3})?",
    "count": r"(?<![\d.])\d{1,3}",
    "unit": r"[^\W\d_]{1,6}",
    "price": r"-?[¥$€£]?\s?-?\d{1,7}(?:[.,]\d{1,2})?(?:元)?",
    "code": r"[A-Za-z0-9][A-Za-z0-9.-]{0,19}",
    "no": r"\d{1,3}\s?[.、)]",
    "rule": r"(?:[-=*_.~#+]\s?){5,}",
    "any": r".*",
}
_TEXT = r"\S(?:.*?\S)?"


@dataclass(frozen=True, slots=True)
class Found:
    """What a pattern found in a line: by name, as printed."""

    values: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Pattern:
    """A pattern, compiled. `indent`: columns that the line must be indented by. `begins`: how it
    must begin, folded. `keeps_words`: it begins with a word that is no label, such as "no {text}",
    so what it finds means nothing without.
    """

    text: str
    expression: re.Pattern[str]
    indent: int = 0
    begins: str = ""
    keeps_words: bool = False

    def find(self, line: str, folded: str = "") -> Found | None:
        """Return what `line` says, None if it is another one. `folded`: where that is known."""
        folded = folded or fold(line)
        if len(line) > LONGEST_LINE or not folded.lstrip().startswith(self.begins):
            return None
        if len(folded) - len(folded.lstrip()) < self.indent:
            return None
        found = self.expression.fullmatch(folded)
        if found is None:
            return None
        spans = {name: found.span(name) for name in found.groupdict()}
        return Found({name: line[start:end].strip() for name, (start, end) in spans.items()})


def fold(line: str) -> str:
    """Return `line`, letter for letter, in half width and small letters."""
    wide = line.translate(_FOLDED)
    small = wide.lower()
    return small if len(small) == len(wide) else wide


def squeezed(line: str) -> str:
    """Return `line` folded and without blanks: 退 菜 单 is 退菜单."""
    return "".join(fold(line).split())


def compile_pattern(text: str) -> Pattern:
    """Return a pattern; raises pydantic's custom error for what can be none."""
    pieces = _NAMED.split(text)
    names, expression = pieces[1::2], [_before(_literal(pieces[0].lstrip()), pieces[0])]
    for index, name in enumerate(names):
        after = pieces[2 * index + 2]
        if index + 1 == len(names):
            after = after.rstrip()
        expression += [_shape(name, names), _between(name, after, is_last=index + 1 == len(names))]
    if not text.strip():
        raise value_fault("这里不能为空", "this must not be empty")
    if sum(1 for name in names if name in TEXTS or name == "any") > _MOST_TEXTS:
        raise value_fault(
            f"一个样式最多两处文字：“{text}”", f"at most two free texts in one pattern: '{text}'"
        )
    indent = len(text) - len(text.lstrip())
    compiled = re.compile(f"\\s*{''.join(expression)}\\s*")
    begins = fold(pieces[0]).split()
    keeps = any(c.isalpha() for c in pieces[0]) and not fold(pieces[0]).rstrip().endswith(":")
    return Pattern(text, compiled, indent, begins[0] if begins else "", keeps)


def _between(name: str, text: str, *, is_last: bool) -> str:
    """Return the expression of what stands after a name."""
    if text == " " and not is_last:
        return r"\s*" if name == "no" else r"\s+"
    return _literal(text) if is_last else _before(_literal(text), text)


def _before(expression: str, text: str) -> str:
    """Let blanks stand between a sign, as the colon of a label, and what varies."""
    return (
        expression + r"\s*"
        if text and not (text[-1].isalnum() or text[-1].isspace())
        else expression
    )


def _shape(name: str, names: list[str]) -> str:
    if name not in NAMES:
        near = get_close_matches(name, sorted(NAMES), n=1, cutoff=0.6)
        known = ", ".join(sorted(NAMES))
        hint = Wording(f"是不是“{near[0]}”？", f"did you mean '{near[0]}'?") if near else None
        raise value_fault(
            f"未知的名称“{{{name}}}”，可用：{known}",
            f"unknown name '{{{name}}}', known: {known}",
            hint,
        )
    if names.count(name) > 1 and name not in ("any", "rule"):
        raise value_fault(f"“{{{name}}}”出现两次", f"'{{{name}}}' stands there twice")
    shape = _SHAPES.get(name, _TEXT)
    return shape if name in ("any", "rule") else f"(?P<{name}>{shape})"


def _literal(text: str) -> str:
    """Return the expression of fixed letters; gaps as wide as they are written, at least."""
    parts = re.split(r"(\s+)", fold(text))
    return "".join(_blank(part) if part.isspace() else re.escape(part) for part in parts if part)


def _blank(text: str) -> str:
    return r"\s*" if len(text) == 1 else r"\s{2,}"
