"""The words of the wall in one language, by key; the files hold data and can be edited."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache

from kds.ui.assets import translation

LANGUAGES = ("zh", "en")


@dataclass(frozen=True, slots=True)
class Words:
    """All texts of one language. `texts`: by key, with {} where figures go."""

    lang: str
    texts: dict[str, str]

    def __call__(self, key: str, *figures: object) -> str:
        """Return a text with its figures; raises KeyError for a key that no file has."""
        text = self.texts[key]
        return text.format(*figures) if figures else text


@cache
def words(lang: str) -> Words:
    """Return the words of `lang`; of anything but Chinese, the English ones."""
    lang = lang if lang in LANGUAGES else "en"
    return Words(lang, json.loads(translation(lang).read_text("utf-8")))


def other_language(lang: str) -> str:
    """Return the language that the language key switches to."""
    return "en" if lang == "zh" else "zh"
