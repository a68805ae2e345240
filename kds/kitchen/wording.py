"""A short text for people, in both languages of the product."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Wording:
    """The same sentence in Chinese and English; plain text."""

    zh: str
    en: str

    def __getitem__(self, lang: str) -> str:
        """Return the text in `lang` ("zh" or "en"; anything else reads English)."""
        return self.zh if lang == "zh" else self.en
