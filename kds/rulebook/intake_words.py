"""What the keys of rules on what comes in are for, as editors show it."""

from __future__ import annotations

from kds.kitchen.wording import Wording

INTAKE_WORDS = {
    "what": Wording(
        "核对什么：unknown_dish 菜单里没有，missing_option 没选，quantity 份数，"
        "duplicate 重复，sold_out 沽清",
        "What is looked for: unknown_dish, missing_option, quantity, duplicate, sold_out",
    ),
    "over": Wording("超过多少份算多", "More than so many is too much"),
    "CheckSpec.within": Wording("多久之内算重复", "So close together the same is a duplicate"),
    "same": Wording(
        "什么相同算重复：line 一道菜，order 整单", "What comes twice: a dish (line), or the order"
    ),
    "options": Wording("做法里至少要有其中一个", "One of these must be among the modifiers"),
    "then": Wording(
        "accept 照做，flag 标出，ask_pass 先问出菜口",
        "accept: as any other; flag: marked; ask_pass: held until the pass has said",
    ),
    "PayFirstSpec.then": Wording(
        "到时没付：ask_pass 问出菜口，fire 照做",
        "Where no money has come in time: ask_pass, or fire",
    ),
    "refund": Wording(
        "退款后：void 退菜（已做的要确认），ask_pass 问出菜口",
        "What a refund does: void (who has begun acknowledges it), or ask_pass",
    ),
    "repeated": Wording(
        "没付的单又来一次：ask_pass 先问，flag 标出，accept 照做",
        "The same once more after it was not paid: ask_pass, flag, or accept",
    ),
    "PayFirstSpec.within": Wording("多久之内算同一张单又来", "So close together it is the same"),
    "PayFirstSpec.timeout": Wording("等付款多久", "How long the money is waited for"),
    "CheckSpec.class": Wording("只看这些类别的菜", "Only dishes of these classes"),
    "CheckSpec.entry": Wording("只看这些菜单项的菜", "Only dishes of these menu entries"),
    "CheckSpec.reason": Wording(
        "屏幕上显示的话；可用 {dish} {count} {minutes} {table} {number} {station}",
        "What screens show; with {dish}, {count}, {minutes}, {table}, {number}, {station}",
    ),
    "CheckSpec.timeout": Wording(
        "问多久；没人回答就照做，仍标出", "How long the pass is asked; then it is made, marked"
    ),
}
