"""The words of the trade for what a book says by name: services, gates, clocks, conditions."""

from __future__ import annotations

from collections.abc import Sequence

from kds.kitchen.messages import Channel, Payment, Service
from kds.kitchen.orders import Gate, Level
from kds.kitchen.wording import Wording
from kds.rulebook.compiled import Clock, Heard, OvertimeOf, PotState, Queue

SERVICES = {
    Service.DINE_IN: Wording("堂食", "dine-in"),
    Service.TAKEAWAY: Wording("打包", "takeaway"),
    Service.DELIVERY: Wording("外卖", "delivery"),
    Service.PICKUP: Wording("自提", "pick-up"),
    Service.DRIVE_THRU: Wording("得来速", "drive-through"),
}
CHANNELS = {
    Channel.QR: Wording("扫码", "QR code"),
    Channel.KIOSK: Wording("自助机", "kiosk"),
    Channel.TABLET: Wording("平板", "tablet"),
    Channel.COUNTER: Wording("柜台", "counter"),
    Channel.WAITER: Wording("服务员", "waiter"),
    Channel.PHONE: Wording("电话", "phone"),
    Channel.DELIVERY: Wording("外卖平台", "delivery app"),
    Channel.GROUP_BUY: Wording("团购", "group buy"),
    Channel.PREORDER: Wording("预订", "pre-order"),
    Channel.OTHER: Wording("其他渠道", "another channel"),
}
PAYMENTS = {
    Payment.UNPAID: Wording("未付", "unpaid"),
    Payment.PAID: Wording("已付", "paid"),
    Payment.PARTIAL: Wording("部分付款", "partly paid"),
    Payment.REFUNDED: Wording("已退款", "refunded"),
}
GATES = {
    Gate.START: Wording("先不开做", "is not started"),
    Gate.RUN: Wording("照常切配，但先不走菜", "is made ready but not carried out"),
    Gate.PASS: Wording("在出菜口等", "waits at the pass"),
}
CLOCKS = {
    Clock.FIRED: Wording("起菜", "firing"),
    Clock.RECEIVED: Wording("下单", "the order's arrival"),
    Clock.PLACED: Wording("客人点单", "the guest's order"),
}
LEVELS = {
    None: Wording("不迟", "in time"),
    Level.ATTENTION: Wording("提醒", "attention"),
    Level.LATE: Wording("迟", "late"),
    Level.CRITICAL: Wording("严重超时", "critical"),
}
OVERTIMES = {
    OvertimeOf.LINE: Wording("一道菜没上", "a dish that is not out"),
    OvertimeOf.FIRST_DISH: Wording("第一道菜没上", "a table without its first dish"),
    OvertimeOf.GAP: Wording(
        "断菜（有菜没上，却一直没有新菜上桌）", "a table to which nothing came since the last dish"
    ),
    OvertimeOf.VISIT: Wording("一桌菜没上齐", "a table that is not complete"),
}
HEARD = {
    Heard.VOID: Wording("已开做的退菜", "a void dish that was begun"),
    Heard.VOID_UNBEGUN: Wording("未开做的退菜", "a void dish that was not begun"),
    Heard.CRITICAL: Wording("严重超时", "a dish that is critical"),
    Heard.SOLD_OUT: Wording("沽清", "a dish that is sold out"),
    Heard.OVERTIME: Wording("等太久", "a table that waits too long"),
    Heard.ASK_PASS: Wording("要出菜口确认", "a dish that the pass is asked about"),
    Heard.LATE: Wording("迟了", "a dish that is late"),
    Heard.ALLERGY: Wording("过敏", "an order with an allergy"),
    Heard.POT_FIRST: Wording("新锅底", "a new pot"),
    Heard.RUSH: Wording("催菜", "a rush"),
    Heard.POT_READY: Wording("锅底好", "a pot that is ready"),
    Heard.FIRE: Wording("起菜", "dishes that are called"),
    Heard.READY: Wording("菜做好", "a dish that is ready"),
    Heard.NEW: Wording("新单", "a new order"),
    Heard.ADD_ON: Wording("加菜", "an add-on"),
}
QUEUES = {
    Queue.FIRST: Wording("在工位排最前", "first in the station's queue"),
    Queue.NORMAL: Wording("", ""),
    Queue.LAST: Wording("在工位排最后", "last in the station's queue"),
}
POT_STATES = {
    PotState.READY: Wording("做好", "ready"),
    PotState.SERVED: Wording("上桌", "on the table"),
}


def duration(seconds: int, lang: str) -> str:
    """Return a time span as people say it: 6 分钟, 1 min 30 s, 2 h."""
    hours, rest = divmod(seconds, 3600)
    units = (
        ((hours, "小时"), (rest // 60, "分钟"), (rest % 60, "秒"))
        if lang == "zh"
        else ((hours, "h"), (rest // 60, "min"), (rest % 60, "s"))
    )
    said = [f"{number} {unit}" for number, unit in units if number]
    return " ".join(said) or units[2][1].join(("0 ", ""))


def listed(words: list[str], lang: str) -> str:
    """Return alternatives as one phrase: 甲、乙或丙; a, b or c."""
    return _joined(words, _OR, lang)


def together(words: list[str], lang: str) -> str:
    """Return what all holds as one phrase: 甲、乙和丙; a, b and c."""
    return _joined(words, _BOTH, lang)


def _joined(words: list[str], last: Wording, lang: str) -> str:
    if len(words) < 2:
        return "".join(words)
    return ("、" if lang == "zh" else ", ").join(words[:-1]) + last[lang] + words[-1]


def narrowed(
    classes: Sequence[str], entries: Sequence[str], stations: Sequence[str], lang: str
) -> str:
    """Return of which dishes something is: of all that is stated together, of one's names any.

    "" if nothing is stated. `stations`: as people call them.
    """
    said = (
        (classes, Wording("{}类", "of the {} class"), _QUOTED),
        (entries, Wording("菜单项 {} ", "of the menu entry {}"), Wording("{}", "'{}'")),
        (stations, Wording("在{}做的", "made at {}"), Wording("{}", "{}")),
    )
    parts = [
        words[lang].format(listed([quoted[lang].format(name) for name in names], lang))
        for names, words, quoted in said
        if names
    ]
    return _AND[lang].join(parts)


_OR = Wording("或", " or ")
_BOTH = Wording("和", " and ")
_AND = Wording("且", " and ")
_QUOTED = Wording("“{}”", "'{}'")
