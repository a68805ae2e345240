"""Rules on what comes in as sentences that a manager can read aloud."""

from __future__ import annotations

from kds.admin.whens import bracketed
from kds.admin.wordings import duration, listed
from kds.kitchen.wording import Wording
from kds.rulebook.intake import Answer, CheckRule, Fault, PayFirstRule, Refund, Same, Unpaid

_THEN = {
    Answer.ACCEPT: Wording("照做，不标出", "it is made as any other"),
    Answer.FLAG: Wording("照做，标出“{reason}”", "it is made, and marked '{reason}'"),
    Answer.ASK_PASS: Wording(
        "先问出菜口“{reason}”，最多 {timeout}，没人回答就照做，仍标出",
        "the pass is asked '{reason}'; without an answer it is made after {timeout}, marked",
    ),
}


def check_sentence(rule: CheckRule, lang: str) -> str:
    """Return `rule` in words."""
    then = _THEN[rule.then][lang].format(
        reason=rule.reason[lang], timeout=duration(rule.timeout_s, lang)
    )
    odd = _odd(rule, lang)
    if lang == "zh":
        return f"{rule.name.zh}{bracketed(rule, 'zh')}：{odd}，{then}。〔{rule.id}，{rule.where}〕"
    return f"{rule.name.en}{bracketed(rule, 'en')}: {odd}: {then}. [{rule.id}, {rule.where}]"


def _odd(rule: CheckRule, lang: str) -> str:
    """Return what the rule looks for, as a clause."""
    dishes = _dishes(rule, lang)
    within = duration(rule.within_s, lang)
    options = listed(list(rule.options), lang)
    is_order = rule.same is Same.ORDER
    words = {
        Fault.UNKNOWN_DISH: Wording("菜单里没有的菜", "a dish that is not on the menu"),
        Fault.MISSING_OPTION: Wording(
            f"{dishes.zh}没有选 {options}", f"{dishes.en} without a choice of {options}"
        ),
        Fault.QUANTITY: Wording(
            f"{dishes.zh}一次超过 {rule.over} 份", f"more than {rule.over} at once of {dishes.en}"
        ),
        Fault.DUPLICATE: Wording(
            f"{within}内{'整单' if is_order else dishes.zh}重复",
            f"{'a whole order' if is_order else dishes.en} sent twice within {within}",
        ),
        Fault.SOLD_OUT: Wording(f"{dishes.zh}已沽清", f"{dishes.en} that is sold out"),
    }
    return words[rule.what][lang]


def _dishes(rule: CheckRule, lang: str) -> Wording:
    if not rule.classes and not rule.entries:
        return Wording("同一道菜" if rule.what is Fault.DUPLICATE else "一道菜", "a dish")
    zh = [*(f"“{name}”类" for name in rule.classes), *(f"菜单项 {each}" for each in rule.entries)]
    en = [
        *(f"the '{name}' class" for name in rule.classes),
        *(f"the menu entry '{each}'" for each in rule.entries),
    ]
    return Wording(f"{listed(zh, lang)}的菜", f"a dish of {listed(en, lang)}")


_UNPAID = {
    Unpaid.ASK_PASS: Wording("就问出菜口", "the pass is asked"),
    Unpaid.FIRE: Wording("就照做", "it is made all the same"),
}
_REFUND = {
    Refund.VOID: Wording(
        "退款就退菜，已开做的要确认", "a refund makes it void, for who has begun to acknowledge"
    ),
    Refund.ASK_PASS: Wording("退款就问出菜口", "after a refund the pass is asked"),
}
_REPEATED = {
    Answer.ACCEPT: Wording("照做", "it is made"),
    Answer.FLAG: Wording("照做，标出", "it is made, and marked"),
    Answer.ASK_PASS: Wording("先问出菜口", "the pass is asked before it is made"),
}


def pay_sentence(rule: PayFirstRule, lang: str) -> str:
    """Return `rule` in words."""
    waits, within = duration(rule.timeout_s, lang), duration(rule.within_s, lang)
    unpaid, refund = _UNPAID[rule.then][lang], _REFUND[rule.refund][lang]
    again, whom = _REPEATED[rule.repeated][lang], bracketed(rule, lang)
    if lang == "zh":
        return (
            f"{rule.name.zh}{whom}：付款后才做；{waits}没付，{unpaid}；{refund}。"
            f"没付的单在 {within}内又来一次，{again}。〔{rule.id}，{rule.where}〕"
        )
    return (
        f"{rule.name.en}{whom}: nothing is begun before it is paid; after {waits} {unpaid}; "
        f"{refund}. The same once more within {within} of an order that was not paid: {again}. "
        f"[{rule.id}, {rule.where}]"
    )
