"""Names as they can be said: of tables, orders and dishes, whatever was typed into them.

Nothing but letters and digits of the spoken language ever reaches a voice. What is left out is
left out silently; a name of which nothing is left is "", and the sentence does without it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from itertools import pairwise

from kds.kitchen.messages import LineContent, OrderFields, Service
from kds.sound.numbers import en_label, zh_label

_HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_TOKENS = re.compile(rf"[0-9]+|[A-Za-z]+(?:'[A-Za-z]+)*|[{_HAN}]+|-")
_IN_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|【[^【】]*】|<[^<>]*>|\{[^{}]*\}")
_ZH_TABLE_WORDS = frozenset({"号", "桌", "台", "号桌", "号台", "桌号", "台号", "餐桌"})
_EN_TABLE_WORDS = frozenset({"table", "tbl", "no", "nr"})
_ROOMS = ("间", "房", "厅", "室", "厢")

_MOST_TYPED = 200
_MOST_PARTS = 4
_MOST_ZH = 12
_MOST_WORDS = 5
_LONGEST_WORD = 20
_SHORTEST_NAME = 3
_LONGEST_CODE = 3  # A, VIP: said letter by letter; longer is a word

_SERVICES = {
    Service.TAKEAWAY: ("外带", "Take-away"),
    Service.DELIVERY: ("外卖", "Delivery"),
    Service.PICKUP: ("自取", "Pick-up"),
    Service.DRIVE_THRU: ("车道", "Drive-thru"),
}


def ticket_said(table: str, fields: OrderFields, lang: str) -> str:
    """Return what a waiter calls a ticket: "八号桌", "A零八号桌", "外卖 四十二号", "Table 8".

    `fields`: of its first order; they give a number where there is no table to name.
    """
    said = _zh_table(table) if lang == "zh" else _en_table(table)
    return said or _order_said(fields, lang)


def dish_said(content: LineContent, lang: str) -> str:
    """Return a dish's name as it can be said in `lang`, "" if it cannot: "毛肚", "tripe"."""
    named = [name for code, name in content.names if code.lower().split("-")[0] == lang]
    for name in (*named, content.name):
        said = _zh_dish(name) if lang == "zh" else _en_dish(name)
        if said:
            return said
    return ""


# --- tables and orders ---------------------------------------------------------------------


def _order_said(fields: OrderFields, lang: str) -> str:
    zh, en = _SERVICES.get(fields.service, ("", "Order"))
    number = fields.number.rpartition("-")[2]  # 20261121-0042: nobody calls the date
    if lang == "zh":
        said = "".join(_zh_place(number))
        return f"{zh} {said}号".lstrip() if said else zh or "有一单"
    said = " ".join(_en_place(number))
    return f"{en} {said}" if said else en


def _zh_table(table: str) -> str:
    parts = list(_zh_place(table))
    if not parts or parts[-1][-1] not in _DIGITS_SAID:
        # 牡丹厅 is called by its name; VIP needs a word to be a place.
        return "".join(parts) + ("桌" if parts and parts[-1].isascii() else "")
    is_room = any(part.endswith(_ROOMS) for part in parts)
    return "".join(parts) + ("号" if is_room else "号桌")


_DIGITS_SAID = "零一二三四五六七八九十百"


def _zh_place(name: str) -> Iterator[str]:
    """Yield the parts of a place's name in Chinese; words of Latin letters are none."""
    tokens = [token for token in _tokens(name) if token not in _ZH_TABLE_WORDS]
    for index, token in enumerate(tokens[:_MOST_PARTS]):
        if token == "-":
            if all(map(str.isdigit, tokens[index - 1 : index + 2 : 2])) and index:
                yield "杠"
        elif token.isdigit():
            yield zh_label(token)
        elif _is_han(token):
            yield token
        elif len(token) <= _LONGEST_CODE and token.lower() not in _EN_TABLE_WORDS:
            yield token.upper()


def _en_table(table: str) -> str:
    parts = list(_en_place(table))
    if not parts:
        return ""
    is_named = parts[0].isalpha() and len(parts[0]) > _LONGEST_CODE
    return " ".join(parts if is_named else ["Table", *parts])


def _en_place(name: str) -> Iterator[str]:
    """Yield the parts of a place's name in English."""
    tokens = [t for t in _tokens(name) if _is_english(t) and t.lower() not in _EN_TABLE_WORDS]
    for token in tokens[:_MOST_PARTS]:
        if token.isdigit():
            yield en_label(token)
        else:
            # A lone A would be read as the article; before a comma it is the letter.
            yield "A," if token in ("A", "a") else token[:_LONGEST_WORD]


# --- dishes --------------------------------------------------------------------------------


def _zh_dish(name: str) -> str:
    """Return the Chinese of a dish's name; what belongs to a word of it stays: 三人套餐, XO酱."""
    tokens = _tokens(_IN_BRACKETS.sub(" ", _plain(name)))
    parts: list[str] = []
    for token, follower in pairwise([*tokens, ""]):
        if _is_han(token):
            parts.append(token)
        elif token != "-" and len(token) <= _LONGEST_CODE and _is_han(follower):
            parts.append(_zh_amount(token) if token.isdigit() else token.upper())
    return "".join(parts)[:_MOST_ZH]


def _zh_amount(digits: str) -> str:
    """Return digits before a word, which count it: 两人套餐."""
    return "两" if digits == "2" else zh_label(digits)


def _en_dish(name: str) -> str:
    tokens = _tokens(_IN_BRACKETS.sub(" ", _plain(name)))
    words = [token[:_LONGEST_WORD].lower() for token in tokens if _is_english(token)]
    # 330 ml is no dish, and the XO of XO酱 is none without the rest.
    is_named = any(len(word) >= _SHORTEST_NAME and not word.isdigit() for word in words)
    return " ".join(words[:_MOST_WORDS]) if is_named else ""


# --- letters -------------------------------------------------------------------------------


def _tokens(name: str) -> list[str]:
    """Return the runs of digits, of Latin letters and of Chinese in a text, and its hyphens."""
    return _TOKENS.findall(_plain(name))


def _plain(name: str) -> str:
    """Return a text with plain digits, brackets and Latin letters, whatever their style was."""
    return "".join(map(_plain_letter, unicodedata.normalize("NFKC", name[:_MOST_TYPED])))


def _plain_letter(letter: str) -> str:
    digit = unicodedata.decimal(letter, None)
    if digit is not None:
        return str(digit)
    base = unicodedata.normalize("NFKD", letter)[:1]
    return base if base.isascii() and base.isalpha() else letter


def _is_english(token: str) -> bool:
    return token != "-" and not _is_han(token)


def _is_han(token: str) -> bool:
    return re.match(f"[{_HAN}]", token) is not None
