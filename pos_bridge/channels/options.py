"""Warns of options in `pos.toml` that their vendor's adapter does not know. Any thread.

A mistyped `hold_until_release` would cook every order as it comes, without a word.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Any

from kds.kitchen.wording import Wording
from kds.rulebook.diagnostics import Diagnostic, Severity, did_you_mean
from pos_bridge.adapters.adapter import CatchingUp, Choosing
from pos_bridge.channels.settings import SETTINGS, VendorSettings, place_of

_Told = tuple[Wording, Wording | None]
_NEARLY = 0.8
_CATCHING_UP: Mapping[str, type] = {"catch_up_s": float}
_WORDS: Mapping[type, Wording] = {
    bool: Wording("true 或 false", "true or false"),
    str: Wording("文字", "text"),
    dict: Wording("一个表", "a table"),
    list: Wording("一列编号", "a list of ids"),
    float: Wording("数字", "a number"),
}


def check_options(
    file: str, text: str, adapters: Mapping[str, object], settings: Mapping[str, VendorSettings]
) -> Iterator[Diagnostic]:
    """Yield what is wrong with the options of every vendor, as far as their adapters name theirs.

    What is nearly a setting is told of any vendor: a misspelt secret would be none.
    """
    for vendor, found in settings.items():
        known = _known(adapters.get(vendor))
        for key, value in found.options.items():
            told = _misspelt(vendor, key, known) or _of_other_kind(key, value, known)
            if told:
                place = place_of(file, text.splitlines(), vendor, key)
                wording, hint = told
                yield Diagnostic(Severity.WARNING, place.file, place.line, place.col, wording, hint)


def _known(adapter: object) -> Mapping[str, type] | None:
    named: object = adapter.options if isinstance(adapter, Choosing) else None
    if not isinstance(named, Mapping) or not all(isinstance(kind, type) for kind in named.values()):
        return None  # somebody else's, who means something else by `options`
    return {**named, **(_CATCHING_UP if isinstance(adapter, CatchingUp) else {})}


def _misspelt(vendor: str, key: str, known: Mapping[str, type] | None) -> _Told | None:
    if known is None:
        near = get_close_matches(key, sorted(SETTINGS), n=1, cutoff=_NEARLY)
        wording = Wording(f"“{key}”不是设置项", f"'{key}' is no setting")
        return (wording, did_you_mean(key, near)) if near else None
    if key in known:
        return None
    wording = Wording(f"{vendor} 没有选项“{key}”", f"{vendor} has no option '{key}'")
    return wording, did_you_mean(key, {*SETTINGS, *known})


def _of_other_kind(key: str, value: Any, known: Mapping[str, type] | None) -> _Told | None:
    if known is None or _fits(value, known[key]):
        return None
    kind = _WORDS.get(known[key], Wording(known[key].__name__, known[key].__name__))
    return Wording(f"{key} 应是{kind.zh}", f"{key} must be {kind.en}"), None


def _fits(value: Any, kind: type) -> bool:
    if isinstance(value, bool):
        return kind is bool
    if kind is list:  # a list of one may stand without its brackets
        return isinstance(value, list | str | int)
    return isinstance(value, int | float if kind is float else kind)
