"""Matching a line against conditions: one code path for deciding and for explaining."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from kds.kitchen.messages import Channel, LineContent, Modifier, OrderFields, Service
from kds.kitchen.wording import Wording
from kds.rulebook.compiled import Match, MenuClass, Pattern
from kds.rulebook.conditions import Occasion
from kds.rulebook.conditions import judge as judge_when
from kds.rulebook.folding import fold

_SHOWN = 3
_BRACKETS = re.compile(r"[\s]*[(\[【『<《][^()\[\]【】『』<>《》]*[)\]】』>》]\s*$")
"""What follows a name in brackets: a size, a taste, a promise."""


@dataclass(frozen=True, slots=True)
class Subject:
    """A line as conditions see it: folded once, matched often. `names`: in every language."""

    item: str
    names: tuple[str, ...]
    category: str
    tags: tuple[str, ...]
    modifiers: tuple[str, ...]
    service: Service
    channel: Channel
    is_parent: bool
    occasion: Occasion


def subject(fields: OrderFields, content: LineContent, *, is_parent: bool) -> Subject:
    """Return what conditions look at in a line of an order."""
    names = dict.fromkeys(fold(name) for name in (content.name, *(n for _, n in content.names)))
    return Subject(
        item=content.item_id.strip(),
        names=tuple(names),
        category=fold(content.category),
        tags=tuple(fold(tag) for tag in content.tags),
        modifiers=tuple(fold(m.name) for m in all_modifiers(content.modifiers)),
        service=fields.service,
        channel=fields.channel,
        is_parent=is_parent,
        occasion=Occasion(fields, content),
    )


def all_modifiers(modifiers: Iterable[Modifier]) -> Iterator[Modifier]:
    """Yield modifiers and those nested in them, in reading order."""
    waiting = list(modifiers)[::-1]
    while waiting:
        modifier = waiting.pop()
        yield modifier
        waiting.extend(modifier.modifiers[::-1])


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a menu entry takes a line, and by what it was decided, in words.

    `wanted`: what would have done, where the book names it.
    """

    matched: bool
    condition: str
    found: str
    excepted: bool = False
    wanted: Collection[str | Pattern] = ()

    def why(self) -> Wording:
        """Return the verdict as a sentence."""
        fact = f"{self.condition} = {self.found or '–'}"
        if self.matched:
            return Wording(f"符合：{fact}", f"matches: {fact}")
        if self.excepted:
            return Wording(f"已排除：{fact}", f"excepted: {fact}")
        texts = sorted(w.text if isinstance(w, Pattern) else w for w in self.wanted)
        if not texts:
            return Wording(f"不符：{fact}", f"does not match: {fact}")
        some = ", ".join(texts[:_SHOWN]) + (" …" if len(texts) > _SHOWN else "")
        return Wording(f"不符：{fact}（要 {some}）", f"does not match: {fact} (wanted: {some})")


def judge(entry: MenuClass, line: Subject) -> Verdict:
    """Return whether `entry` takes `line`: any of its matches holds and no exception does."""
    verdict = Verdict(matched=False, condition="match", found="")
    for match in entry.match:
        verdict = _holds(match, line)
        if verdict.matched:
            break
    if not verdict.matched:
        return verdict
    if not entry.when.asks_nothing:
        finding = judge_when(entry.when, line.occasion)
        if not finding.holds:
            return Verdict(matched=False, condition=f"when {finding.about}", found=finding.found)
    for match in entry.excepts:
        exception = _holds(match, line)
        if exception.matched:
            return Verdict(
                matched=False,
                condition=exception.condition,
                found=exception.found,
                excepted=True,
            )
    return verdict


def _holds(match: Match, line: Subject) -> Verdict:
    """Return whether all conditions of `match` hold; the first that fails decides."""
    last = Verdict(matched=False, condition="match", found="")
    for last in _checks(match, line):
        if not last.matched:
            return last
    return last


def _checks(match: Match, line: Subject) -> Iterator[Verdict]:
    """Yield the verdict of each condition that `match` states, the most telling ones last."""
    yield from _order_checks(match, line)
    if match.parts is not None:
        yield Verdict(line.is_parent is match.parts, "parts", "yes" if line.is_parent else "no")
    if match.modifier_has:
        yield _any_has("modifier_has", match.modifier_has, line.modifiers)
    if match.tags:
        yield _any_of("tag", match.tags, line.tags)
    if match.categories:
        yield _any_of("category", match.categories, (line.category,))
    if match.category_has:
        yield _any_has("category_has", match.category_has, (line.category,))
    if match.category_ends:
        yield _any_has("category_ends", match.category_ends, (line.category,))
    if match.items:
        yield Verdict(line.item in match.items, "item", line.item, wanted=match.items)
    if match.names:
        yield _any_of("name", match.names, line.names)
    if match.name_has:
        yield _any_has("name_has", match.name_has, line.names)
    if match.name_ends:
        yield _any_has("name_ends", match.name_ends, line.names)


def _order_checks(match: Match, line: Subject) -> Iterator[Verdict]:
    if match.services:
        services = match.services
        yield Verdict(line.service in services, "service", line.service, wanted=services)
    if match.channels:
        channels = match.channels
        yield Verdict(line.channel in channels, "channel", line.channel, wanted=channels)


def _any_of(condition: str, wanted: tuple[str, ...], texts: tuple[str, ...]) -> Verdict:
    hit = next((text for text in texts if text in wanted), None)
    return Verdict(hit is not None, condition, hit or "/".join(texts), wanted=wanted)


def _any_has(condition: str, patterns: tuple[Pattern, ...], texts: tuple[str, ...]) -> Verdict:
    for text in texts:
        for pattern in patterns:
            if pattern.text in text and contains(text, pattern):
                return Verdict(matched=True, condition=condition, found=f"{text} ∋ {pattern.text}")
    found = "/".join(texts)
    return Verdict(matched=False, condition=condition, found=found, wanted=patterns)


def contains(text: str, pattern: Pattern) -> bool:
    """Return whether the folded `text` holds `pattern` where and how the pattern asks for it."""
    if pattern.at_end:
        return _ends_with(_BRACKETS.sub("", text) or text, pattern)
    start = text.find(pattern.text)
    while start >= 0:
        if _stands_alone(text, start, pattern):
            return True
        start = text.find(pattern.text, start + 1)
    return False


def _ends_with(text: str, pattern: Pattern) -> bool:
    for plural in ("", "s", "es") if pattern.word_end else ("",):
        ending = pattern.text + plural
        if text.endswith(ending):
            return _stands_alone(text, len(text) - len(ending), pattern)
    return False


def _stands_alone(text: str, start: int, pattern: Pattern) -> bool:
    """Return whether `pattern` at `start` is no piece of a longer word, where that matters."""
    if pattern.word_start and start > 0 and _in_word(text[start - 1]):
        return False
    return not (pattern.word_end and _goes_on(text, start + len(pattern.text)))


def _in_word(char: str) -> bool:
    """Return whether `char` is a letter of a script that writes words with spaces between."""
    return char.isalpha() and ord(char) < 0x2E80


def _goes_on(text: str, end: int) -> bool:
    """Return whether a word goes on at `end`; a plural ending is still the same word."""
    for plural in ("", "s", "es"):
        if text.startswith(plural, end):
            after = end + len(plural)
            if after >= len(text) or not _in_word(text[after]):
                return False
    return True


def pattern(text: str, *, at_end: bool = False) -> Pattern:
    """Return the pattern for a text as a book writes it; `*` at an end allows any word there."""
    stripped = text.strip()
    bare = fold(stripped.strip("*"))
    return Pattern(
        bare,
        word_start=not stripped.startswith("*") and bool(bare) and _in_word(bare[0]),
        word_end=not stripped.endswith("*") and bool(bare) and _in_word(bare[-1]),
        at_end=at_end,
    )


def written(pattern: Pattern) -> str:
    """Return the pattern as people read it: `…` where it may be a part of a word."""
    text = pattern.text
    before = "…" if text and _in_word(text[0]) and not pattern.word_start else ""
    after = "…" if text and _in_word(text[-1]) and not pattern.word_end else ""
    return f"{before}{text}{after}"
