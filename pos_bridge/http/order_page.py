"""The page of the order form, in Chinese and English, as one text without script."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from html import escape

from kds.kitchen.wording import Wording


@dataclass(frozen=True, slots=True)
class Row:
    """One dish as it was typed."""

    dish: str = ""
    quantity: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Filled:
    """The form as it is filled in. `sent`: the one before, which the kitchen has."""

    order_id: str
    table: str = ""
    number: str = ""
    service: str = "dine_in"
    guests: str = ""
    note: str = ""
    rows: tuple[Row, ...] = ()
    wants_rows: bool = False
    sent: Filled | None = None


_STYLE = """
*{box-sizing:border-box}body{font:18px/1.4 system-ui,sans-serif;max-width:52rem;margin:1rem auto;
padding:0 1rem;background:#fff;color:#111}h1{font-size:1.4rem;margin:.5rem 0}
label{display:block;font-weight:600}input,select,button{font:inherit;padding:.6rem;width:100%;
border:1px solid #777;border-radius:6px;background:inherit;color:inherit;min-height:3rem}
.top{display:grid;grid-template-columns:repeat(auto-fit,minmax(9rem,1fr));gap:.7rem}
.row{display:grid;grid-template-columns:1fr 5rem 1fr;gap:.5rem;margin:.4rem 0}
button{font-weight:700;cursor:pointer}.go{background:#063;color:#fff;border-color:#063;margin-top:1rem}
.bad{border-left:8px solid #b00;padding:.4rem .8rem;background:#b001}
.done{border-left:8px solid #063;padding:.4rem .8rem;background:#0631}p{margin:.5rem 0}
@media(max-width:34rem){.row{grid-template-columns:1fr 4.5rem}
.row input:last-child{grid-column:1/3}}
@media(prefers-color-scheme:dark){body{background:#111;color:#eee}a{color:#8cf}}
"""

_WORDS: Mapping[str, Wording] = {
    "title": Wording("手工单", "Order by hand"),
    "about": Wording(
        "收银机坏了，厨房照常。写在这里的单标“手工单”；收银机恢复后补传同桌的菜时，出菜口会问“同一单？”。",
        "The kitchen goes on while the till is dead. What is written here is marked “by hand”; "
        "when the till sends the same table's dishes later, the pass is asked “same order?”.",
    ),
    "table": Wording("桌号", "Table"),
    "number": Wording("取餐号", "Number"),
    "service": Wording("方式", "Service"),
    "guests": Wording("人数", "Guests"),
    "note": Wording("整单备注", "Note"),
    "dish": Wording("菜名", "Dish"),
    "quantity": Wording("份数", "Quantity"),
    "line_note": Wording("备注", "Note"),
    "more": Wording("再加几行", "More lines"),
    "send": Wording("送厨房", "Send to the kitchen"),
    "sent": Wording("已送厨房：{}", "The kitchen has it: {}"),
    "no_table": Wording("请写桌号或取餐号", "Write a table or a number"),
    "no_dish": Wording("至少写一道菜", "Write at least one dish"),
    "no_name": Wording("有一行没有写菜名", "One line has no dish"),
    "no_number": Wording("这不是数字", "This is no number"),
    "unsaved": Wording(
        "主机没有存下，请再送一次", "The bridge could not keep it; please send it again"
    ),
    "too_long": Wording("太长了", "This is too long"),
    "other": Wording("English", "中文"),
}
_SERVICES: Mapping[str, Wording] = {
    "dine_in": Wording("堂食", "dine in"),
    "takeaway": Wording("打包", "takeaway"),
    "pickup": Wording("自取", "pickup"),
    "delivery": Wording("外卖", "delivery"),
}


def page(filled: Filled, dishes: Iterable[str], lang: str, faults: Iterable[str] = ()) -> str:
    """Return the whole page. `dishes`: names to choose from; `faults`: keys of words, or texts."""
    return "".join(_parts(filled, dishes, lang, faults))


def _parts(
    filled: Filled, dishes: Iterable[str], lang: str, faults: Iterable[str]
) -> Iterator[str]:
    def words(key: str) -> str:
        return escape(_WORDS[key][lang])

    other = "en" if lang == "zh" else "zh"
    yield f'<!doctype html><html lang="{lang}"><meta charset="utf-8">'
    yield '<meta name="viewport" content="width=device-width,initial-scale=1">'
    yield f"<title>{words('title')}</title><style>{_STYLE}</style>"
    yield f"<h1>{words('title')} · <a href='?lang={other}'>{words('other')}</a></h1>"
    if filled.sent is not None:
        yield f"<p class=done>{words('sent').format(escape(_summary(filled.sent)))}</p>"
    for fault in faults:
        text = words(fault) if fault in _WORDS else escape(fault)
        yield f"<p class=bad>{text}</p>"
    yield f"<p>{words('about')}</p>"
    yield f"<form method=post action='order?lang={lang}' autocomplete=off>"
    yield f"<input type=hidden name=order_id value='{escape(filled.order_id)}'><div class=top>"
    for name in ("table", "number"):
        yield _field(name, words(name), getattr(filled, name))
    choices = _services(filled.service, lang)
    yield f"<label>{words('service')}<select name=service>{choices}</select></label>"
    yield _field("guests", words("guests"), filled.guests, "inputmode=numeric")
    yield _field("note", words("note"), filled.note)
    yield "</div><datalist id=dishes>"
    yield "".join(f"<option value='{escape(dish)}'>" for dish in dishes)
    yield "</datalist>"
    for row in filled.rows:
        yield _row(row, [words(key) for key in ("dish", "quantity", "line_note")])
    yield f"<button name=send class=go>{words('send')}</button> "
    yield f"<p><button name=more value=1>{words('more')}</button></p></form>"


def _field(name: str, label: str, value: str, more: str = "") -> str:
    return f"<label>{label}<input name={name} value='{escape(value)}' {more}></label>"


def _services(chosen: str, lang: str) -> str:
    return "".join(
        f"<option value={key}{' selected' if key == chosen else ''}>{escape(name[lang])}"
        for key, name in _SERVICES.items()
    )


def _row(row: Row, labels: list[str]) -> str:
    dish, quantity, note = labels
    return (
        f"<div class=row><input name=dish list=dishes placeholder='{dish}' aria-label='{dish}'"
        f" value='{escape(row.dish)}'><input name=quantity inputmode=decimal placeholder='1'"
        f" aria-label='{quantity}' value='{escape(row.quantity)}'><input name=line_note"
        f" placeholder='{note}' aria-label='{note}' value='{escape(row.note)}'></div>"
    )


def _summary(sent: Filled) -> str:
    dishes = [f"{row.dish} ×{row.quantity or '1'}" for row in sent.rows if row.dish]
    return f"{sent.table or sent.number} · {', '.join(dishes)}"
