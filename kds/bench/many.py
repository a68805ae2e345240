"""A made-up book of hundreds of rules, and orders of a dozen lines that meet few of them."""

from __future__ import annotations

from random import Random

_ZONES = 10
_LINES = 12
_HEAD = """book: {id: many, name: Many}
stations: [{id: wok, name: Wok}]
menu:
  - {id: pot, class: broth, match: {name_ends: 锅底}, cook: wok}
"""


def book_of_many(rules: int) -> dict[str, str]:
    """Return the text of a book: two thirds menu entries, one third rules for parts of the room.

    All rules hold the same dishes, so that only their conditions tell them apart.
    """
    entries = rules - rules // 3
    menu = "".join(
        f"  - {{id: m{i}, class: c{i % 2}, match: {{name_has: 菜{i}号}}, "
        f"when: {{not: {{zone: closed{i}*}}}}, cook: wok}}\n"
        for i in range(entries - 1)
    )
    held = "rules:\n" + "".join(
        f"  - {{id: r{i}, name: R, mechanism: wait_for, waits_for: broth, timeout: 6 min,\n"
        f"     when: {{any: [{{zone: z{i}}}, {{member: tier{i}}}], not: {{guests: 20+}}}},\n"
        "     holds: {class: c1, gate: run}, reason: w}\n"
        for i in range(rules // 3)
    )
    return {"many.yaml": _HEAD + menu + held}


def dozen_line_order(number: int, rules: int, random: Random) -> dict[str, object]:
    """Return order `number`: a pot and eleven dishes of a book of `rules`."""
    entries = rules - rules // 3 - 1
    names = ["麻辣锅底", *(f"菜{random.randrange(entries)}号" for _ in range(_LINES - 1))]
    return {
        "source": "bench-till",
        "order_id": f"many-{number}",
        "session": f"S{number}",
        "service": "dine_in",
        "channel": "qr",
        "table": f"T{number}",
        "zone": f"z{random.randrange(_ZONES)}",
        "guests": 4,
        "lines": [
            {"line_id": str(i), "name": name, "quantity": "1"} for i, name in enumerate(names, 1)
        ],
    }
