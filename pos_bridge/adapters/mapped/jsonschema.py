"""The JSON Schema of mapping files, for editors that complete while an admin types."""

from __future__ import annotations

from typing import Any

from kds.kitchen.wording import Wording
from kds.rulebook.jsonschema import schema_of
from pos_bridge.adapters.mapped.schema import MapSpec


def map_schema(lang: str) -> dict[str, Any]:
    """Return the schema of one mapping file."""
    return schema_of(MapSpec, Wording("渠道映射", "Mapping of a payload"), WORDS, lang)


_PATHS = Wording("在哪个列表里，可写几个路径", "In which lists")
WORDS = {
    "orders": Wording("订单在请求体的哪里（默认整个就是一单）", "Where in the body orders lie"),
    "order": Wording("订单的各个字段在哪里", "Where the fields of an order stand"),
    "states": Wording("状态或事件是什么意思", "What the order's state or event means"),
    "cook_unpaid": Wording("没付款也做（默认 yes）", "Also cook what is not paid (yes)"),
    "partial": Wording("只发来有变化的部分", "Only what has changed is sent"),
    "acknowledge": Wording("对方要的回答，原样", "The exact answer that the sender wants"),
    "signature": Wording("怎样签名；密钥在 pos.toml", "How it is signed; secrets: pos.toml"),
    "scheme": Wording("签名方法", "How the signature is made"),
    "header": Wording("签名在哪个 HTTP 头", "The header with the signature"),
    "prefix": Wording("签名前面的字，如 sha256=", "What stands before it, such as sha256="),
    "timestamp": Wording("时间在哪个 HTTP 头", "The header with the time"),
    "content": Wording(
        "签的内容：{body}、{url}、{timestamp}", "Signed: {body}, {url}, {timestamp}"
    ),
    "order_id": Wording("订单号，同一单永远不变", "The order's id, the same for ever"),
    "lines": Wording("菜品", "The dishes"),
    "revision": Wording("版本号或修改时间，越新越大", "A version or time of change that grows"),
    "sequence": Wording("流水号，缺号会提示", "Its place in the series; gaps are told"),
    "session": Wording("同一桌同一次用餐", "One stay of one table"),
    "number": Wording("叫号", "The number that the kitchen calls"),
    "service": Wording("堂食、外带、外卖…", "Dine in, takeaway, delivery …"),
    "channel": Wording("从哪里下单", "Where it was ordered"),
    "table": Wording("桌号；在取值里是换词表", "The table; of a value: its words translated"),
    "zone": Wording("区域", "The zone"),
    "server": Wording("服务员", "Who serves"),
    "guests": Wording("人数", "How many guests"),
    "placed_at": Wording("下单时间", "When it was ordered"),
    "due_at": Wording("要求送达或取餐的时间", "When it is wanted"),
    "payment": Wording("付款状态", "How it is paid"),
    "member": Wording("会员等级", "The member's tier"),
    "member_note": Wording("会员备注", "The member's note"),
    "customer": Wording("顾客称呼，可以删除", "Who it is for; erasable"),
    "note": Wording("备注", "The note"),
    "at": _PATHS,
    "name": Wording("名称", "The name"),
    "quantity": Wording("数量（不写就是 1）", "How many (1)"),
    "line_id": Wording("这一行的编号（不写就按内容）", "The line's id (by content)"),
    "item_id": Wording("菜品编号", "The dish's id"),
    "category": Wording("分类", "The category"),
    "tags": Wording("标签在哪里，可写几个路径", "Where its tags stand"),
    "unit": Wording("单位", "The unit"),
    "course": Wording("道次", "The course"),
    "seat": Wording("座位", "The seat"),
    "state": Wording("ordered、held 或 void", "ordered, held or void"),
    "skip": Wording("哪些行不是菜，如配送费", "Which lines are no dishes, such as fees"),
    "values": Wording("这些值", "These values"),
    "modifiers": Wording("做法、加料", "Modifiers"),
    "parts": Wording("套餐里的菜在哪里", "Where the dishes of a set lie"),
    "kind": Wording("add、remove、choice、allergy 或 note", "add, remove, choice, allergy or note"),
    "inside": Wording("下一层做法在哪里，可多层", "Where modifiers of it lie, at any depth"),
    "path": Wording("路径，如 customer.name", "A path, such as customer.name"),
    "first": Wording("第一个有值的", "The first that has something"),
    "join": Wording("合在一起", "All that have something"),
    "by": Wording("用什么连接", "What stands between them"),
    "template": Wording("带路径的文字，如 {a}-{b}", "A text with paths, such as {a}-{b}"),
    "value": Wording("固定值", "A constant"),
    "divide": Wording("除以，如 1000", "Divided by, such as 1000"),
    "default": Wording("没有时用", "Where there is nothing"),
    "cook": Wording("要做；写了它，别的词都会提示", "To cook; then other words are faults"),
    "ignore": Wording("不用做", "Not for the kitchen"),
    "cancel": Wording("取消", "Void"),
    "close": Wording("结束", "The visit ends"),
}
