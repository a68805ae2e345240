"""The first minute: what happens when, and how it is told in one line. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, StrEnum

from kds.demo.house import QR, Order, line, table_order
from kds.demo.opening import VOID_LINE, VOID_ORDER, VOID_TABLE, sittings
from kds.kitchen.wording import Wording
from kds.ui.chrome.caption import KeyHint

VIEWS = ("broth", "cut", "expo")
TITLES = {
    "broth": Wording("锅底", "Pots"),
    "cut": Wording("切配", "Cutting"),
    "expo": Wording("出餐台", "Expo"),
}
SCAN_TABLE, SCAN_ORDER = "A08", "0801"
MOVED_TO = "B03"
OUTAGE_S = 10.0
NOTICED_S = 6.0
"""So long an outage lasts at least, in real time: until every screen has said so."""
RUSH_ORDERS = 9
"""What the tills take while the bridge is away."""
PACE_AFTER = 4.0


class Party(Enum):
    """Guests who order: they have just come, or eat and want more."""

    NEW = "new"
    EATING = "eating"


class Moment(StrEnum):
    """The scenes, in order. The values name their pictures."""

    OPENING = "opening"
    SCAN = "scan"
    POT = "pot"
    VOID = "void"
    LATE = "late"
    PULLED = "pulled"
    BACK = "back"
    KEYS = "keys"


AT_S = {
    Moment.OPENING: 0,
    Moment.SCAN: 5,
    Moment.POT: 15,
    Moment.VOID: 25,
    Moment.LATE: 35,
    Moment.PULLED: 42,
    Moment.BACK: 52,
    Moment.KEYS: 60,
}
START_S = 19
"""A cook begins with the dish that is struck from the order a moment later."""
STREAM = (
    (2.0, Party.EATING),
    (9.0, Party.NEW),
    (18.0, Party.NEW),
    (23.0, Party.EATING),
    (30.0, Party.NEW),
    (38.5, Party.EATING),
)
"""When other guests order meanwhile, and whether they have just come: no wall shall be empty."""

OPENING = Wording(
    "周六 19:10 · 26 桌的火锅店，正是饭点 · 三块屏：锅底、切配、出餐台",
    "Saturday 19:10, a hot-pot restaurant of 26 tables · three screens: pots, cutting, expo",
)
SCAN = Wording(
    "A08 扫码下单：锅底屏马上有，涮品标「等锅」——可以先切",
    "A08 orders by QR: the pot is up at once, its plates are marked to wait for it",
)
POT = Wording(
    "A08 锅底好了：放行 {} 道，出餐台听到一句话",
    "A08: the pot is ready, {} dishes are released, and the pass hears it",
)
VOID = Wording(
    "A12 退了已动手的羊肉卷，厨师点掉才消失；A12 换到 B03，单子跟着走",
    "A12 cancels lamb already begun: a cook must clear it. A12 moves to B03",
)
LATE = Wording(
    "A15 黄喉迟了，出餐台听到；为什么？切配屏上写着",
    "A15: the aorta is late, and the pass hears it. Why? The cutting screen says so",
)
PULLED = Wording(
    "拔掉厨房服务器（kill -9）：照常划菜，收银机先存后补 · {} 单 · {} 次划菜",
    "The bridge is killed (kill -9): cooks bump on, tills keep orders · {} orders · {} bumps",
)
BACK = Wording(
    "断线 {} 秒 · 期间 {} 单 · 丢失 {} · 重复 {}",
    "Away for {} s · {} orders meanwhile · lost {} · doubled {}",
)
RUNNING = Wording("现在归你：碰哪块屏，哪块就归你管", "Your turn: touch a screen and it is yours")
TAKEN = Wording("{}归你了：厨师不再碰这块屏", "{} is yours now: the cooks leave it alone")
SENT = Wording("S：{} 下了一单", "S: {} has ordered")
END_HINT = Wording("演示 · Esc 结束", "Demo · Esc ends it")
SETTING = Wording("正在开门迎客……", "The restaurant fills up …")
DONE = Wording(
    "{} 单 · 丢失 {} · 重复 {}",
    "{} orders · lost {} · doubled {}",
)


def say(words: Wording, *figures: object) -> Wording:
    """Return `words` with figures in both languages; a Wording among them in its language."""

    def filled(lang: str) -> str:
        texts = (figure[lang] if isinstance(figure, Wording) else figure for figure in figures)
        return words[lang].format(*texts)

    return Wording(filled("zh"), filled("en"))


_KEYS: Sequence[tuple[Wording, Wording]] = (
    (Wording("1–9", "1–9"), Wording("选单", "pick")),
    (Wording("Enter", "Enter"), Wording("完成", "done")),
    (Wording("Backspace", "Backspace"), Wording("撤销", "undo")),
    (Wording("R", "R"), Wording("找回", "recall")),
    (Wording("W", "W"), Wording("为什么", "why")),
    (Wording("Tab", "Tab"), Wording("换屏", "next screen")),
    (Wording("K", "K"), Wording("拔电源", "pull the plug")),
    (Wording("S", "S"), Wording("来一单", "send an order")),
    (Wording("L", "L"), Wording("English", "中文")),
    (Wording("Esc", "Esc"), Wording("结束", "end")),
)


def key_card(lang: str) -> tuple[KeyHint, ...]:
    """Return the card of keys in a language."""
    return tuple(KeyHint(key[lang], does[lang]) for key, does in _KEYS)


@dataclass(frozen=True, slots=True)
class Allowance:
    """How many orders the run may send, and who has the first claim. `orders` None: no end."""

    orders: int | None

    @property
    def scan(self) -> int:
        """Of the table that scans."""
        return 1 if self.orders is None or self.orders > 0 else 0

    @property
    def rush(self) -> int:
        """While the bridge is away."""
        return RUSH_ORDERS if self.orders is None else min(RUSH_ORDERS, self.orders - self.scan)

    @property
    def stream(self) -> int:
        """Of others before that."""
        if self.orders is None:
            return len(STREAM)
        return min(len(STREAM), self.orders - self.scan - self.rush)


def scan_order(placed_at: str) -> Order:
    """Return what table A08 orders."""
    lines = (
        line(1, "麻辣锅底"),
        line(2, "毛肚", 2),
        line(3, "鲜毛肚"),
        line(4, "嫩牛肉"),
        line(5, "酸梅汤", 2),
    )
    return table_order(QR, SCAN_ORDER, SCAN_TABLE, "s1", lines, placed_at)


def void_order(placed_at: str) -> Order:
    """Return the order of table A12 as it is after the guests have cancelled a dish."""
    sat = next(sat for sat in sittings("zh") if sat.order_id == VOID_ORDER)
    kept = [line for line in sat.lines if line["line_id"] != VOID_LINE]
    sent = table_order(sat.source, sat.order_id, VOID_TABLE, "s0", kept, placed_at)
    return sent | {"revision": 2}
