"""Pace rules can be read aloud, whichever of their parts a book states."""

from __future__ import annotations

import pytest

from kds.admin.pace_sentences import pace_sentence
from kds.rulebook.compile import compile_book

HEAD = """
book: {id: b, name: B}
stations: [{id: wok, name: Wok, capacity: 4 portions}]
menu:
  - {id: soups, class: soup, match: {category: soups}, cook: wok, prep: 4 min}
  - {id: hot, class: dish, match: {category: hot}, cook: wok, prep: 8 min}
rules:
  - {id: r, name: R, """


@pytest.mark.parametrize(
    ("rule", "zh", "en"),
    [
        (
            "mechanism: hold, class: dish, gate: run, timeout: 1 h",
            (
                "“dish”类 照常切配，但先不走菜，等到有人叫起，最多 1 小时，到时自动放行；"
                "催了就问出菜口要不要叫起"
            ),
            (
                "the 'dish' class is made ready but not carried out before somebody "
                "fires it, for 1 h at most, then it goes; at a rush the pass is asked whether "
                "to fire it"
            ),
        ),
        (
            "mechanism: courses, order: [soup, {course: Main}], next_when: {after: 10 min}",
            "先 “soup”类，然后 收银写“main”的；前一道叫起 10 分钟后叫下一道",
            (
                "first the 'soup' class, then what the till calls 'main'; the next "
                "course is fired 10 min after the one before"
            ),
        ),
        (
            (
                "mechanism: courses, order: [soup, dish], next_when: {served: 80 %, "
                "ready: all, after: 10 min}"
            ),
            (
                "先 “soup”类，然后 “dish”类；前一道有 80% 上桌或全部做好就叫下一道，"
                "最迟在前一道叫起 10 分钟后"
            ),
            (
                "first the 'soup' class, then the 'dish' class; the next course is fired "
                "when 80 % of the one before is on the table or all of the one before is "
                "ready, and 10 min after the one before was at the latest"
            ),
        ),
        (
            "mechanism: hold, timeout: 1 h, rushed: wait",
            "所有菜 先不开做，等到有人叫起，最多 1 小时，到时自动放行；催了也照样等",
            (
                "any dish is not started before somebody fires it, for 1 h at most, "
                "then it goes; a rush changes nothing"
            ),
        ),
        (
            "mechanism: finish_together, replan: no",
            "同桌相差 2 分钟以内出齐，做得快的晚开做",
            (
                "what a table has gets ready within 2 min of each other, and what is "
                "quickly made is started later"
            ),
        ),
        (
            (
                "mechanism: due_time, entry: hot, lead: 20 min, add_load: 15 min, ahead: "
                "45 min, shown: 1 h"
            ),
            (
                "菜单项 hot提前 20 分钟（工位忙时最多再加 15 分钟）开做；"
                "下单后 45 分钟内要的马上做；开做前 1 小时才出现在工位上"
            ),
            (
                "the menu entry 'hot' that is due later is started 20 min, and up to 15 "
                "min more for what its station has to do, before that; what is due "
                "within 45 min of the order is started at once; its stations see it 1 h "
                "before its start"
            ),
        ),
    ],
)
def test_a_pace_rule_is_a_sentence(rule: str, zh: str, en: str) -> None:
    compiled = compile_book({"a.yaml": f"{HEAD}{rule}}}\n"})
    assert compiled.book is not None, [d.text() for d in compiled.diagnostics]
    (found,) = compiled.book.paces
    if "催了" not in zh:  # what a rule leaves unsaid is told as well
        zh, en = f"{zh}；催了就开做", f"{en}; a rush starts it"
    assert pace_sentence(found, "zh") == f"R：{zh}。〔r，a.yaml:8〕"
    assert pace_sentence(found, "en") == f"R: {en}. [r, a.yaml:8]"
