"""Folding: texts as people compare them."""

from __future__ import annotations

import unicodedata


def fold(text: str) -> str:
    """Return `text` without what people do not distinguish: width, case, accents, spacing."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    bare = "".join(c for c in plain if unicodedata.category(c) != "Mn")
    return " ".join(unicodedata.normalize("NFKC", bare).split())
