"""What becomes of an act, in words for the one who did it: quiet, short, and never an error box.

Pure. The kitchen's reasons are English sentences for the log and for programs; the words that a
cook reads are in the translations, by that sentence.
"""

from __future__ import annotations

from collections.abc import Callable

from kds.kitchen.commands import Result
from kds.kitchen.wording import Wording
from kds.ui.chrome.health import Trouble, TroubleKind
from kds.ui.words import LANGUAGES, Words, words
from kds.wire.notices import Answered

SHOWN_FOR_MS = 4_000
_HELD = "held: "


def answer_to(answered: Answered) -> Trouble | None:
    """Return what to say of an answer; None when all went as it was meant."""
    match answered.result:
        case Result.NO_OP:
            return _answer("noop.nothing", answered.why)
        case Result.REFUSED:
            return _answer("noop.title", answered.why)
        case _:
            return None


def said(key: str) -> Trouble:
    """Return a sentence of the translations as the answer to an act."""
    return Trouble(TroubleKind.ANSWER, (_wording(lambda words: words(key)),), ("",), button="")


def _answer(title: str, why: str) -> Trouble:
    name, text = _wording(lambda words: words(title)), _wording(lambda words: _reason(why, words))
    return Trouble(TroubleKind.ANSWER, (name,), (text,), button="")


def _reason(why: str, words: Words) -> str:
    if why.startswith(_HELD):
        return words("why_not.held", why.removeprefix(_HELD))
    return words.texts.get(f"why_not.{why}", why)


def _wording(say: Callable[[Words], str]) -> Wording:
    zh, en = (say(words(lang)) for lang in LANGUAGES)
    return Wording(zh, en)
