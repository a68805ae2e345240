"""What the kitchen is told about print jobs, in both languages. Pure."""

from __future__ import annotations

import re

from kds.kitchen.wording import Wording
from pos_bridge.capture.slips.slip import Kind

_PHONE = re.compile(r"(?<!\d)(\+?\d{0,3}[ -]?1[3-9]\d)[ -]?\d{4}[ -]?(\d{4})(?!\d)")
_MOST_CHARS = 4_000
_RULE = re.compile(r"[-=_*~.·─—\s]+")

UNKNOWN = Wording("没有模板认得", "no template knows it")
NO_DISHES = Wording("没有找到菜品", "no dish found")
NO_ORDER = Wording("没有单号和桌号", "no order, no table")
NOTICE = Wording("厨房通知", "notice")
BROKEN_OFF = Wording("小票没有打完，请看原文", "The slip broke off; read it as is")
TOO_LARGE = Wording("打印作业太大，只保留了开头", "The print job is too large; its start was kept")
UNKNOWN_BILL = Wording("账单没有对应的单", "bill without its order")
CARD = "小票 Slip"
"""What the pass calls a slip that has no number of its own."""

_NOT_FOUND = {
    Kind.VOID: Wording("退菜找不到对应的菜", "void without its dish"),
    Kind.CANCEL: Wording("整单退找不到对应的单", "cancel without its order"),
    Kind.RUSH: Wording("催菜找不到对应的单", "rush without its order"),
    Kind.HOLD: Wording("等叫找不到对应的单", "hold without its order"),
    Kind.FIRE: Wording("叫起找不到对应的单", "fire without its order"),
    Kind.MOVE: Wording("转台找不到对应的桌", "move without its table"),
    Kind.MERGE: Wording("并台找不到对应的桌", "merge without its tables"),
}


def picture_at(place: str) -> Wording:
    """Return what to say of a slip that is only a picture, to be seen at `place`."""
    zh = f"小票只有图片，请在浏览器看 {place}"
    return Wording(zh, f"The slip is only a picture; open it in a browser: {place}")


def not_found(kind: Kind) -> Wording:
    """Return what to say of a slip about something that nobody knows."""
    return _NOT_FOUND.get(kind, UNKNOWN)


def card_text(why: Wording, text: str) -> str:
    """Return a card: why it is one, then the slip as printed, its lines of dashes aside.

    Numbers of phones are masked, as cards are kept for years and the job itself is not.
    """
    lines = (line for line in text.splitlines() if line.strip() and not _RULE.fullmatch(line))
    shown = _PHONE.sub(r"\1****\2", "\n".join(lines))
    if len(shown) > _MOST_CHARS:
        shown = f"{shown[:_MOST_CHARS]}\n… (+{len(shown) - _MOST_CHARS})"
    return f"{why.zh} / {why.en}\n{shown}"
