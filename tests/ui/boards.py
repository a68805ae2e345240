"""Boards as restaurants have them, made by hand: every state that a wall must be able to show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import count
from typing import Any

from kds.board.bands import AGE_BANDS, age_band, ticket_band, worst_line
from kds.board.values import AlertCard, Band, BandClock, Board, HoldMark, Owed, Ticket, TicketLine
from kds.kitchen.ids import (
    AlertId,
    Instant,
    LineId,
    LineKey,
    OrderId,
    OrderKey,
    RuleId,
    SourceId,
    StationId,
    VisitId,
)
from kds.kitchen.messages import Channel, Member, Modifier, ModifierKind, Payment, Service
from kds.kitchen.orders import HELD_BY_POS, Gate
from kds.kitchen.portions import Counts
from kds.kitchen.wording import Wording

NOW = Instant(1_795_256_640_000)  # 2026-11-21 18:24:00 in Shanghai
MIN = 60_000
STATIONS = {
    StationId("broth"): Wording("锅底", "Pots"),
    StationId("cut"): Wording("切配", "Cutting"),
    StationId("wok"): Wording("炒锅", "Wok"),
    StationId("cold"): Wording("凉菜", "Cold"),
    StationId("steam"): Wording("蒸锅", "Steamer"),
    StationId("drink"): Wording("水吧", "Drinks"),
    StationId("grill"): Wording("烤炉", "Grill"),
    StationId("fry"): Wording("炸炉", "Fry"),
}

_numbers = count(1)


def ago(minutes: float) -> Instant:
    """The instant so many minutes before NOW."""
    return Instant(NOW - round(minutes * MIN))


def mod(name: str, kind: str = "choice", quantity: str = "1", *nested: Modifier) -> Modifier:
    """A modifier."""
    return Modifier(name, ModifierKind(kind), Decimal(quantity), nested)


def counts(**states: str | int) -> Counts:
    """Portions by state."""
    return Counts(**{state: Decimal(number) for state, number in states.items()})


def hold(
    reason: tuple[str, str], gate: Gate, *, opens_in: float | None, rule: str = "pot"
) -> HoldMark:
    """Why something waits: since two minutes, for so many more."""
    until = None if opens_in is None else Instant(NOW + round(opens_in * MIN))
    passed = until is not None and until <= NOW
    return HoldMark(RuleId(rule), "rules.yaml:18", Wording(*reason), gate, ago(2), until, passed)


POT = hold(("等锅底", "Waits: pot"), Gate.START, opens_in=3.84)
POT_RUN = replace(POT, gate=Gate.RUN)
STARTERS = hold(("等前菜", "Waits: starters"), Gate.START, opens_in=4.5, rule="courses")
CALL = hold(("等前厅叫起", "Waits for call"), Gate.START, opens_in=26, rule=HELD_BY_POS)
CALL_OPEN = replace(CALL, until=None)


def clock_of(age: float, limits: tuple[float, float, float]) -> BandClock:
    """A clock that has run for `age` minutes."""
    since = ago(age)
    attention, late, critical = (Instant(since + round(limit * MIN)) for limit in limits)
    return BandClock("fired", since, attention, late, critical, "default", "menu.yaml:12")


def line(name: str, quantity: str | int = 1, **more: Any) -> TicketLine:
    """A line; without more, one portion that is queued."""
    number = next(_numbers)
    key = LineKey(SourceId("till-1"), OrderId("?"), LineId(str(number)))
    amount = Decimal(quantity)
    values: dict[str, Any] = {
        "key": key,
        "parent": None,
        "depth": 0,
        "item_id": "",
        "name": name,
        "names": (),
        "category": "",
        "menu_class": "",
        "quantity": amount,
        "quantity_was": None,
        "tags": (),
        "unit": "",
        "note": "",
        "round": 1,
        "course": None,
        "seat": None,
        "stations": (StationId("cut"),),
        "also_at": (),
        "counts": Counts(queued=amount),
        "modifiers": (),
        "flags": (),
        "rush": 0,
        "changed": False,
        "void_unacknowledged": False,
        "void_reason": "",
        "hold": None,
        "band": Band.NORMAL,
        "clock": None,
        "received_at": ago(1),
        "fired_at": None,
        "started_at": None,
        "ready_at": None,
        "served_at": None,
        "rule": "plate",
        "where": "menu.yaml:66",
    }
    return TicketLine(**(values | more))


def cooking(name: str, quantity: int, minutes: float, **more: Any) -> TicketLine:
    """A line in the pan for so long."""
    return line(name, quantity, counts=counts(cooking=quantity), started_at=ago(minutes), **more)


def partly(name: str, quantity: int, done: int, **more: Any) -> TicketLine:
    """A line of which some portions are done."""
    of = counts(cooking=quantity - done, ready=done)
    return line(name, quantity, counts=of, ready_at=ago(0.3), **more)


def done(name: str, quantity: int = 1, minutes: float = 1, **more: Any) -> TicketLine:
    """A line that is ready."""
    of = counts(ready=quantity)
    return line(name, quantity, counts=of, ready_at=ago(minutes), band=Band.READY, **more)


def served(name: str, quantity: int = 1, minutes: float = 7, **more: Any) -> TicketLine:
    """A line that is on the table."""
    at = ago(minutes)
    of = counts(served=quantity)
    values = {"counts": of, "ready_at": at, "served_at": at, "band": Band.READY}
    return line(name, quantity, **(values | more))


def held(name: str, quantity: str | int, mark: HoldMark, **more: Any) -> TicketLine:
    """A line that waits."""
    band = Band.HELD if mark.rule == HELD_BY_POS else Band.GATED
    return line(name, quantity, counts=counts(held=str(quantity)), hold=mark, band=band, **more)


def void(name: str, quantity: int = 1, **more: Any) -> TicketLine:
    """A line that was taken back and that nobody has confirmed."""
    of = counts(void=quantity)
    values = {"counts": of, "void_unacknowledged": True, "band": Band.VOID}
    return line(name, quantity, **(values | more))


LIMITS = (8.0, 12.0, 20.0)


def ticket(
    table: str,
    lines: Sequence[TicketLine],
    age: float = 2,
    limits: tuple[float, float, float] = LIMITS,
    **more: Any,
) -> Ticket:
    """A ticket whose open lines have run for `age` minutes."""
    order = OrderKey(SourceId("till-1"), OrderId(f"20261121-{table}-{next(_numbers)}"))
    clock = clock_of(age, limits)
    made = tuple(_of_order(item, order, clock) for item in lines)
    food = [li for li in made if "set" not in li.flags]
    band = ticket_band(li.band for li in food)
    worst = worst_line(food, NOW) if band in AGE_BANDS else None
    values: dict[str, Any] = {
        "visit": VisitId(f"{order.source}/{order.order_id}"),
        "orders": (order,),
        "number": "",
        "table": table,
        "moved_from": None,
        "merged_from": (),
        "zone": "",
        "server": "",
        "session": "",
        "service": Service.DINE_IN,
        "channel": Channel.OTHER,
        "guests": None,
        "member": None,
        "note": "",
        "payment": Payment.UNPAID,
        "placed_at": None,
        "due_at": None,
        "rounds": max((li.round for li in made), default=1),
        "band": band,
        "worst": None if worst is None else worst.key,
        "clock": None if worst is None else worst.clock,
        "complete": bool(food) and all(li.counts.to_cook == 0 for li in food),
        "pinned": False,
        "flags": (),
        "received_at": ago(age),
        "waiting_since": ago(age),
        "fired_at": None,
        "ready_at": max((li.ready_at for li in made if li.ready_at), default=None),
        "owed": (),
        "lines": made,
    }
    return Ticket(**(values | more))


def _of_order(item: TicketLine, order: OrderKey, clock: BandClock) -> TicketLine:
    item = replace(item, key=item.key._replace(order_id=order.order_id))
    if item.band is Band.NORMAL and item.counts.queued + item.counts.cooking > 0:
        return replace(item, clock=clock, band=age_band(clock, NOW))
    return item


def owed(**lines: int) -> tuple[Owed, ...]:
    """What other stations still have to do."""
    return tuple(Owed(StationId(name), Decimal(number), number) for name, number in lines.items())


def board(tickets: Sequence[Ticket], view: str = "cut", alerts: Sequence[AlertCard] = ()) -> Board:
    """A board of these tickets."""
    return Board(view, "hash", tuple(tickets), tuple(alerts), (), None)


def alert(message: tuple[str, str], raw: str) -> AlertCard:
    """Something that nobody could read."""
    return AlertCard(AlertId("a1"), "till-2", ago(1), Wording(*message), raw)


def hotpot() -> list[Ticket]:
    """Saturday, 18:24, in a hot-pot restaurant: the tables of the picture in looks."""
    v6 = Member("VIP", "")
    return [
        ticket(
            "A08",
            [
                cooking(
                    "鸳鸯锅",
                    1,
                    1.87,
                    menu_class="broth",
                    names=(("en", "Twin pot"),),
                    modifiers=(mod("麻辣 中辣"), mod("菌汤"), mod("葱", "add")),
                ),
                held("毛肚", 2, POT),
                held("鸭血", 1, POT),
                held("雪花肥牛", 2, POT, modifiers=(mod("薄切"),)),
                held("黄喉", 1, POT),
                held("鲜活基围虾", "1.5", POT, unit="斤"),
                held("嫩豆皮", 1, POT),
                line("现炸酥肉"),
                partly("冰粉", 3, 2),
            ],
            2.17,
            guests=4,
            channel=Channel.QR,
            owed=owed(drink=2),
        ),
        ticket(
            "V6",
            [
                line(
                    "麻辣牛肉",
                    2,
                    modifiers=(mod("香菜", "remove"), mod("特辣"), mod("花生", "allergy")),
                    rush=2,
                ),
                line("脆鹅肠", modifiers=(mod("花生", "allergy"),)),
            ],
            16.08,
            (6, 8, 12),
            guests=10,
            server="王总",
            flags=("rush", "vip"),
            member=v6,
            owed=owed(wok=1),
        ),
        ticket(
            "A12",
            [
                served("九宫格锅底"),
                partly("肥牛", 4, 2),
                cooking("千层肚", 1, 1.17),
                line("鸭血", 2, note="要嫩一点，分两盘装", also_at=(StationId("cold"),)),
            ],
            9.8,
            (6, 8, 12),
            guests=6,
            channel=Channel.COUNTER,
        ),
        ticket(
            "A01",
            [served("番茄锅底"), cooking("肥牛", 1, 0.8), line("毛肚"), line("虾滑"), line("宽粉")],
            6.67,
            (6, 8, 12),
            guests=2,
            payment=Payment.PAID,
            owed=owed(drink=1),
        ),
        ticket(
            "B03",
            [
                line("鲜鸭肠", 2),
                line(
                    "手打虾滑", round=2, modifiers=(mod("加一份墨鱼", "add"),), received_at=ago(3)
                ),
                void("土豆片", round=2),
            ],
            4.33,
            guests=3,
            server="服务员 小周",
        ),
        ticket(
            "27",
            [
                line("单人麻辣锅", modifiers=(mod("微辣"), mod("不要葱", "remove"))),
                line("肥牛"),
                line("娃娃菜"),
                line("米饭", 2),
            ],
            3.03,
            service=Service.DELIVERY,
            payment=Payment.PAID,
            flags=("rider",),
            due_at="2026-11-21T18:30:00+08:00",
        ),
        ticket(
            "C05",
            [held("清油麻辣锅", 2, CALL)]
            + [
                held(n, 6, CALL)
                for n in (
                    "毛肚",
                    "肥牛",
                    "虾滑",
                    "鸭血",
                    "宽粉",
                    "娃娃菜",
                    "藕片",
                    "土豆",
                    "海带苗",
                    "豆皮",
                )
            ],
            1,
            guests=12,
        ),
    ]


def grill() -> list[Ticket]:
    """A western grill at 19:42, in English."""
    return [
        ticket(
            "14",
            [
                line(
                    "Ribeye 300 g",
                    2,
                    modifiers=(mod("MEDIUM RARE"), mod("shellfish", "allergy")),
                    seat="2",
                    note="pepper sauce on the side",
                ),
                line("Ribeye 300 g", modifiers=(mod("WELL DONE"), mod("butter", "remove"))),
                line("Tuna steak", modifiers=(mod("RARE"),)),
                held("Lamb rack", 1, STARTERS, modifiers=(mod("Medium"),)),
                held("Corn, grilled", 2, STARTERS),
            ],
            3.1,
            (8, 10, 12),
            guests=4,
            owed=owed(cold=1, fry=2),
        ),
        ticket(
            "7",
            [
                partly("Cheeseburger", 2, 1, modifiers=(mod("MEDIUM"), mod("onion", "remove"))),
                cooking("Wings", 1, 4.03),
            ],
            14.33,
            (8, 10, 12),
            guests=2,
            flags=("rush",),
            owed=owed(fry=1),
        ),
        ticket(
            "31",
            [
                done("Caesar, chicken"),
                line("Sirloin 250 g", 2, modifiers=(mod("MEDIUM"),)),
                cooking("BBQ ribs", 1, 6.17),
                line("Halloumi"),
            ],
            10.67,
            (8, 10, 12),
            guests=5,
            owed=owed(cold=1),
        ),
        ticket(
            "Bar 3",
            [
                line("Wagyu burger", modifiers=(mod("MED RARE"), mod("Truffle", "add"))),
                void("Corn"),
                line("Chorizo"),
            ],
            6.83,
            (6, 8, 12),
            guests=2,
        ),
        ticket(
            "22",
            [
                line("Smash burger", 3, modifiers=(mod("Bacon", "add"), mod("Extra patty", "add"))),
                line("Veggie burger", modifiers=(mod("mayo", "remove"),)),
            ],
            1.25,
            (6, 8, 12),
            guests=6,
            flags=("vip",),
            member=Member("VIP", ""),
            owed=owed(fry=5),
        ),
        ticket(
            "",
            [
                line("Double burger", 2, modifiers=(mod("pickles", "remove"),)),
                line("Pulled pork bun"),
                line("Hot dog", round=2),
            ],
            4.17,
            number="#482",
            service=Service.DELIVERY,
            channel=Channel.DELIVERY,
            due_at="2026-11-21T18:55:00+08:00",
            owed=owed(fry=2),
        ),
        ticket("9", [done("Bavette 200 g", minutes=0.33), done("Grilled leek")], 6, guests=2),
    ]


def banquet(dishes: int = 40) -> Ticket:
    """One ticket that no cell and no column can hold."""
    names = (
        "蒜蓉粉丝扇贝",
        "鱼香肉丝",
        "麻婆豆腐",
        "回锅肉",
        "木须肉",
        "蚝油生菜",
        "葱烧海参",
        "清蒸鲈鱼",
    )
    lines: list[TicketLine] = [
        done(n, course="1") for n in ("夫妻肺片", "口水鸡", "蒜泥白肉", "皮蛋豆腐")
    ]
    lines.append(
        partly(
            "宫保鸡丁",
            3,
            1,
            course="2",
            seat="3 桌 5",
            modifiers=(mod("花生", "allergy"), mod("免花生（3 桌）", "remove")),
        )
    )
    lines += [
        line(names[i % 8], 3, course="2", modifiers=(mod("少辣"),) * (i % 3 == 0))
        for i in range(dishes)
    ]
    lines.append(void("地三鲜", 3, course="2"))
    lines += [
        held(
            n,
            3,
            replace(POT, reason=Wording("第 3 道", "Course 3"), rule=RuleId("courses")),
            course="3",
        )
        for n in ("扬州炒饭", "担担面", "酸辣汤", "小笼包", "红豆沙")
    ]
    return ticket(
        "宴 2", lines, 12.5, (10, 15, 20), guests=30, flags=("vip",), member=Member("VIP", "")
    )


def expo() -> list[Ticket]:
    """The pass at 18:37."""
    wok, steam, cold = ((StationId(s),) for s in ("wok", "steam", "cold"))
    return [
        ticket(
            "A12",
            [
                served("凉拌木耳", stations=cold),
                done("宫保鸡丁", minutes=1.1, stations=wok),
                cooking("清蒸鲈鱼", 1, 16.2, stations=steam),
                done("米饭", 2, 0.2, stations=steam),
                cooking("干煸四季豆", 1, 2.5, stations=wok),
            ],
            11.33,
            (8, 10, 18),
            guests=4,
            server="小周",
            owed=owed(steam=1, wok=1),
        ),
        ticket(
            "V6",
            [
                done("佛跳墙", 2, stations=steam),
                done("葱烧海参", stations=wok),
                done("烤鸭 整只", stations=cold, note="片好，鸭架做椒盐"),
                done("荷叶饼", 4, stations=steam),
            ],
            8.75,
            guests=10,
            flags=("vip",),
            member=Member("VIP", ""),
        ),
        ticket(
            "33",
            [
                done("黄焖鸡套餐", 2, 0.8, stations=wok),
                done("凉皮", stations=cold),
                cooking(
                    "麻辣香锅", 1, 4.2, stations=wok, modifiers=(mod("特辣"), mod("香菜", "remove"))
                ),
                done("米饭", 3, stations=steam),
            ],
            5.03,
            service=Service.DELIVERY,
            payment=Payment.PAID,
            flags=("rider",),
            due_at="2026-11-21T18:40:00+08:00",
            owed=owed(wok=1),
        ),
        ticket(
            "B05",
            [
                done(
                    "酸辣汤",
                    stations=cold,
                    minutes=0.3,
                    seat="1",
                    modifiers=(mod("海鲜", "allergy"),),
                ),
                cooking("鱼香肉丝", 1, 1.7, stations=wok),
                line("担担面", stations=steam),
                line("红糖糍粑", stations=steam),
            ],
            3.5,
            guests=2,
            owed=owed(wok=1, steam=2),
        ),
        ticket(
            "A03",
            [
                partly("小笼包", 3, 2, stations=steam),
                cooking("回锅肉", 1, 3.1, stations=wok, modifiers=(mod("少油"),)),
                held(
                    "松鼠桂鱼",
                    1,
                    replace(STARTERS, reason=Wording("第 2 道", "Course 2")),
                    stations=wok,
                ),
                held(
                    "扬州炒饭",
                    1,
                    replace(STARTERS, reason=Wording("第 2 道", "Course 2")),
                    stations=wok,
                ),
            ],
            6.17,
            (6, 8, 12),
            guests=6,
            flags=("rush",),
            owed=owed(steam=1, wok=1),
        ),
        ticket(
            "C08",
            [
                cooking("夫妻肺片", 1, 0.7, stations=cold),
                line("水煮牛肉", stations=wok, modifiers=(mod("中辣"),)),
                line("蚝油生菜", stations=wok),
                line("皮蛋瘦肉粥", stations=steam),
            ],
            1.25,
            guests=3,
            owed=owed(cold=1, wok=2, steam=1),
        ),
    ]


def hard() -> list[Ticket]:
    """What breaks careless walls: long names, many marks, strange letters, odd numbers."""
    long = "特选澳洲和牛霜降肥牛卷配秘制芝麻花生蘸料大份双拼"
    return [
        ticket(
            "宴会厅三号大包间",
            [
                line(
                    long,
                    12,
                    modifiers=(
                        mod("非常非常辣的自制辣椒酱多加一点"),
                        mod("香菜", "remove"),
                        mod("小葱", "remove"),
                        mod("芝麻", "allergy"),
                        mod("花生", "allergy"),
                    ),
                    note="客人说要分成三盘，一盘不要辣，一盘微辣，一盘中辣，最后一起上，谢谢，请注意摆盘要好看一点",
                    changed=True,
                    quantity_was=Decimal(8),
                ),
                void(long, 3, void_reason="客人换菜"),
            ],
            20,
            (6, 8, 12),
            guests=28,
            channel=Channel.PREORDER,
            server="欧阳震华经理",
            flags=("rush", "vip", "moved", "merged"),
            moved_from="二楼大厅靠窗 12",
            merged_from=("A03", "A05"),
            member=Member("至尊黑金", "不要香菜"),
            pinned=True,
            payment=Payment.PARTIAL,
        ),
        ticket(
            "1234567890123456",
            [
                line(
                    "Supercalifragilisticexpialidocious burger with everything",
                    2,
                    modifiers=(mod("Extraordinarilylongmodifiernamewithoutspaces", "add", "2"),),
                ),
                line("شاورما دجاج", 1),
                line("🍜 ramen", 1),
                line("Fish", "0.375", unit="kg"),
            ],
            190,
            (6, 8, 12),
            server="Anna-Magdalena",
            flags=("incomplete", "unrouted", "remake", "vip"),
            member=Member("Platinum Elite", ""),
        ),
        ticket(
            "A1",
            [
                line("麻辣锅", changed=True, quantity_was=Decimal(2)),
                line("毛肚", 2, flags=("sold_out",)),
                cooking("虾滑", 9, 75),
                partly("鱼丸", 12, 5),
                void(
                    "豆皮",
                    3,
                    counts=counts(queued=3, void=2),
                    band=Band.NORMAL,
                ),
            ],
            7,
            (6, 8, 12),
        ),
        ticket("A2", [void("毛肚"), void("鸭血")], 3),
        ticket(
            "A3",
            [
                line("套餐", flags=("set",), counts=counts(ready=1)),
                line("肥牛", 2, depth=1),
                line("饮料", depth=1, modifiers=(mod("可乐", "choice", "1", mod("去冰")),)),
                line("汤", hold=POT_RUN),
            ],
            3,
        ),
        ticket(
            "A4",
            [held("锅", 1, CALL_OPEN), held("肉", 4, CALL_OPEN)],
            3,
            due_at="2026-11-21T19:30:00+08:00",
        ),
        ticket("", [], 3, number="77", note="请帮忙准备两套儿童餐具", flags=("info",)),
    ]
