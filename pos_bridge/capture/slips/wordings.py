"""What the kitchen is told about print jobs, in both languages. Pure."""

from __future__ import annotations

import re

from kds.kitchen.wording import Wording
from pos_bridge.capture.slips.slip import Kind

_PHONE = re.compile(r"(?<!\d)(\+?\d{0,3}[ -]?1[3-9]\d)[ -]?\d{4}[ -]?(\d{4})(?!\d)")
_MOST_CHARS = 4_000

UNKNOWN = Wording("没有模板认得这张小票，请看原文", "No template knows this slip; read it as is")
NO_DISHES = Wording("小票上没有找到菜品，请看原文", "No dish was found on this slip; read it as is")
NO_ORDER = Wording("小票没有单号和桌号，请看原文", "The slip names neither order nor table")
BROKEN_OFF = Wording("小票没有打完，请看原文", "The slip broke off; read it as is")
PICTURE = Wording("小票只有图片，没有文字", "The slip is only a picture, without text")
TOO_LARGE = Wording("打印作业太大，只保留了开头", "The print job is too large; its start was kept")
UNKNOWN_BILL = Wording("账单没有对应的单，请看原文", "A bill for an order that never came")
_NOT_FOUND = {
    Kind.VOID: Wording("退菜找不到对应的菜，请核对", "A void for dishes that were never ordered"),
    Kind.CANCEL: Wording("整单退找不到对应的单，请核对", "A cancel for an order that never came"),
    Kind.RUSH: Wording("催菜找不到对应的单，请核对", "A rush for an order that never came"),
    Kind.HOLD: Wording("等叫找不到对应的单，请核对", "A hold for an order that never came"),
    Kind.FIRE: Wording("叫起找不到对应的单，请核对", "A fire for an order that never came"),
    Kind.MOVE: Wording("转台找不到对应的桌，请核对", "A move from a table without an order"),
    Kind.MERGE: Wording("并台找不到对应的桌，请核对", "A merge of tables without an order"),
}


def not_found(kind: Kind) -> Wording:
    """Return what to say of a slip about something that nobody knows."""
    return _NOT_FOUND.get(kind, UNKNOWN)


def card_text(why: Wording, text: str) -> str:
    """Return a card: why it is one, then the slip as printed.

    Numbers of phones are masked, as cards are kept for years; the job itself is not.
    """
    shown = _PHONE.sub(r"\1****\2", text)
    if len(shown) > _MOST_CHARS:
        shown = f"{shown[:_MOST_CHARS]}\n… (+{len(shown) - _MOST_CHARS})"
    return f"{why.zh} / {why.en}\n{shown}"
