"""Names that go over several lines, as a template's columns say. Pure.

A till breaks a name where its column is full: what stands on one line left no room for the next
word, or for the next letter of a script that is broken anywhere. What would have had room is
another thing.
"""

from __future__ import annotations

import re

from pos_bridge.capture.paper.document import columns

_ALPHABET = re.compile("[!-~\u00c0-\u024f\u0370-\u04ff]+")
_LETTER = re.compile("\\S[\u0300-\u036f\u0e31\u0e34-\u0e3a\u0e47-\u0e4e]*")
"""One letter of a script without blanks, with what stands above and below it."""


def goes_on(before: str, after: str, width: int) -> bool:
    """Say whether what stands in a column of `width` goes on from the line `before` to `after`."""
    name, rest = before.strip(), after.strip()
    first = _ALPHABET.match(rest) or _LETTER.match(rest)
    if not name or first is None:
        return False
    return columns(name) <= width < columns(joined(name, first[0]))


def joined(before: str, after: str) -> str:
    """Return what was broken in one piece: with a blank between words, else without."""
    one, other = before.strip(), after.strip()
    are_words = _ALPHABET.fullmatch(one[-1:]) and _ALPHABET.fullmatch(other[:1])
    return f"{one} {other}" if are_words else f"{one}{other}"


def spread(text: str, width: int) -> str:
    """Return a line whose first column, of `width`, is full, with a gap behind that column."""
    place = taken = 0
    while place < len(text) and (taken := taken + columns(text[place])) <= width:
        place += 1
    name, rest = text[:place].rstrip(), text[place:].strip()
    return f"{name}  {rest}" if rest and columns(name) >= width - 1 else text
