"""Templates: what is wrong with one is said with its place; drafts are learnt from slips."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pos_bridge.capture.folder import TemplateFolder
from pos_bridge.capture.paper.decoding import decode
from pos_bridge.capture.paper.document import Document
from pos_bridge.capture.slips.learning import learn
from pos_bridge.capture.slips.patterns import compile_pattern
from pos_bridge.capture.slips.reading import read_slip
from pos_bridge.capture.slips.slip import Kind, Slip
from pos_bridge.capture.slips.templates import Template, read_template
from tests.unit.capture.escpos import Job, en_slip, zh_slip
from tests.unit.capture.kitchen import NOON, ZONE, sheets, shipped

SMALL = """template: mine
kinds: {kind: order, when: ORDER}
fields: {number: "no {number}"}
dishes: {dish: "{quantity} x {name}"}
"""


def template(text: str) -> Template:
    found, faults = read_template("mine.yaml", text)
    assert found is not None, [fault.text() for fault in faults]
    return found


def slip_of(data: bytes, *templates: Template) -> Slip:
    (sheet,) = sheets(data)
    found = read_slip(sheet.document, templates, NOON, ZONE)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (("kinds:", "kindz:"), "mine.yaml:2:1: unknown key 'kindz' (did you mean 'kinds'?)"),
        (("order, when", "ordr, when"), "(did you mean 'order'?)"),
        (("{number}", "{numbr}"), "mine.yaml:3:18: unknown name '{numbr}'"),
        (
            ("{name}", "{any}"),
            "mine.yaml:4:16: the dish pattern '{quantity} x {any}' has no {name}",
        ),
        (("template: mine", "template: my till"), "mine.yaml:1:11: 'my till' cannot be a source"),
        (("dishes:", "encoding: latin9000\ndishes:"), "'latin9000' is no encoding"),
        (("{quantity} x {name}", "{name} {text} {note}"), "at most two free texts"),
        (("{quantity} x {name}", "{name} {name}"), "'{name}' stands there twice"),
    ],
)
def test_a_fault_is_said_with_its_place(change: tuple[str, str], told: str) -> None:
    found, faults = read_template("mine.yaml", SMALL.replace(*change))
    assert found is None
    assert any(told in fault.text() for fault in faults), [fault.text() for fault in faults]
    assert all(fault.text("zh") != fault.text("en") for fault in faults)


@pytest.mark.parametrize("text", ["", "- a\n- b\n", "template: [\n", "a: 1\na: 2\n", "\0"])
def test_what_is_no_template_is_said(text: str) -> None:
    found, faults = read_template("mine.yaml", text)
    assert found is None
    assert faults


@pytest.mark.parametrize(
    ("pattern", "line", "values"),
    [
        ("桌号：{table}", "桌号： 大厅 8", {"table": "大厅 8"}),
        ("桌号:{table}", "桌号：Ａ０８", {"table": "Ａ０８"}),
        ("table {table}", "TABLE 12", {"table": "12"}),
        ("{quantity} x {name}", "2 X Fish & Chips", {"quantity": "2", "name": "Fish & Chips"}),
        ("{name}  {count}", "宫保 鸡丁      2", {"name": "宫保 鸡丁", "count": "2"}),
        ("{name}  {count}", "米饭 2", None),
        ("{name}  {count}", "套餐      38.00", None),
        (
            "{name}  {quantity} {unit}",
            "鱼    1.5 斤",
            {"name": "鱼", "quantity": "1.5", "unit": "斤"},
        ),
        ("  + {text}", "+ bacon", None),
        ("  + {text}", "   + bacon", {"text": "bacon"}),
        ("order {number}", "ORDER RECEIPT", None),
        ("{no} {name} x{count}", "1.水煮鱼  x2", {"no": "1.", "name": "水煮鱼", "count": "2"}),
        ("桌号：{table}", "桌號：Ａ1", {"table": "Ａ1"}),
        ("{time}", "Nov 24 6:02 PM", {"time": "Nov 24 6:02 PM"}),
        ("{time}", "开台:17:30", None),
    ],
)
def test_patterns(pattern: str, line: str, values: dict[str, str] | None) -> None:
    found = compile_pattern(pattern).find(line)
    assert (None if found is None else found.values) == values


def test_looks_tell_a_table_without_a_label() -> None:
    text = SMALL.replace("fields: {", 'fields: {table: {text: "{table}", look: big}, ')
    job = Job("cp437").line("ORDER").line("A08", big=True).lines("no 7", "1 x Rice").cut()
    assert slip_of(job, template(text)).table == "A08"


def test_parts_of_a_set_belong_to_it() -> None:
    text = SMALL.replace('dish: "', 'part: "  -- {count} {name}", dish: "')
    slip = slip_of(
        Job().lines("ORDER", "no 7", "1 x Set", "  -- 2 Wings", "2 x Tea").cut(), template(text)
    )
    assert [(d.name, [p.name for p in d.parts]) for d in slip.dishes] == [
        ("Set", ["Wings"]),
        ("Tea", []),
    ]


def test_what_nobody_foresaw_stays_with_its_dish() -> None:
    slip = slip_of(Job().lines("ORDER", "no 7", "1 x Rice", "birthday!").cut(), template(SMALL))
    assert slip.dishes[0].note == "birthday!"


def test_headings_say_of_which_category_and_course_the_dishes_are() -> None:
    text = SMALL.replace('dish: "', 'category: "[{text}]", course: "== {text} ==", dish: "')
    lines = ("ORDER", "no 7", "[Cold]", "1 x Salad", "== 2 ==", "[Hot]", "1 x Rice", "1 x Soup")
    slip = slip_of(Job().lines(*lines).cut(), template(text))
    places = [(dish.category, dish.course) for dish in slip.dishes]
    assert places == [("Cold", ""), ("Hot", "2"), ("Hot", "2")]


def test_words_say_how_the_guest_gets_the_food() -> None:
    services = {"厨房单": None, "外卖单": "delivery", "打包单": "takeaway"}
    for title, service in services.items():
        assert slip_of(zh_slip(title), *shipped()).fields.get("service") == service


def test_a_delivery_note_is_no_order() -> None:
    """Words that only say how food leaves the house make nothing an order."""
    (sheet,) = sheets(Job().lines("DELIVERY NOTE", "No 12", "3 Boxes of cola").cut())
    assert read_slip(sheet.document, shipped(), NOON, ZONE) is None


def test_the_name_of_a_field_is_no_word_of_a_kind() -> None:
    """下单时间 is on every receipt, and 备注：催菜 asks nobody to rush."""
    slip = slip_of(zh_slip(time="16:00", more=["整单备注：客人催菜"]), *shipped())
    assert (slip.kind, slip.notes) == (Kind.ORDER, ("客人催菜",))


def test_a_word_that_turns_the_meaning_round_stays() -> None:
    """A cook who reads Onion where the guest said No Onion does harm."""
    slip = slip_of(
        en_slip(dishes=["1 Burger", "  No Onion", "  Extra Cheese", "  + Bacon"]), *shipped()
    )
    assert slip.dishes[0].modifiers == ("No Onion", "Extra Cheese", "Bacon")
    slip = slip_of(zh_slip(dishes=["毛肚                  2份", "做法：不要葱"]), *shipped())
    assert slip.dishes[0].modifiers == ("不要葱",)


@pytest.mark.parametrize(
    ("charset", "lines"),
    [
        ("big5", ("廚房單", "桌號：A1", "單號：12", "牛肉麵          1份")),
        ("gb18030", ("***总单***", "桌位:A1  开台:17:30", "单据号:12", "1.牛肉麵  x1")),
        (
            "gb18030",
            ("后厨单", "【A1】", "桌号:A1 单号:12", "开单:2026-11-24 15:59", "牛肉麵   1    份"),
        ),
        ("cp437", ("Chk 12   Table A1", "Server: Kim", "KITCHEN", "11/24/26 6:02 PM", "1 Ramen")),
    ],
)
def test_slips_as_many_tills_print_them(charset: str, lines: tuple[str, ...]) -> None:
    slip = slip_of(Job(charset).lines(*lines).cut(), *shipped())
    assert (slip.kind, slip.number, slip.table) == (Kind.ORDER, "12", "A1")
    assert [(d.name, str(d.quantity)) for d in slip.dishes] in ([("牛肉麵", "1")], [("Ramen", "1")])


def test_the_time_of_the_order_counts_and_not_that_of_the_print() -> None:
    """Else a reprint, which prints its own, would be another round."""
    late = ["下单时间：2026-11-24 15:59:00", "打印时间：2026-11-24 16:40:00"]
    one, two = (slip_of(zh_slip(more=more), *shipped()) for more in (late, late[::-1]))
    assert one.at_ms == two.at_ms == NOON - 60_000


def test_a_word_inside_another_word_is_not_meant() -> None:
    """AVOID NUTS is no VOID."""
    text = SMALL.replace(
        "{kind: order, when: ORDER}", "[{kind: void, when: VOID}, {kind: order, when: ORDER}]"
    )
    assert (
        slip_of(Job().lines("ORDER", "AVOID NUTS", "no 7", "1 x Rice").cut(), template(text)).kind
        is Kind.ORDER
    )


def test_the_folder_is_read_again_and_keeps_the_last_sound_version(tmp_path: Path) -> None:
    folder = TemplateFolder(tmp_path / "print")
    assert {t.id for t in folder.templates()} == {"kitchen-zh", "kitchen-en"}
    assert not list(folder.remarks())
    mine = tmp_path / "print" / "mine.yaml"
    mine.write_text(SMALL, "utf-8")
    assert "mine" in {t.id for t in folder.templates()}
    mine.write_text(SMALL.replace("kinds", "kindz"), "utf-8")
    os.utime(mine, ns=(1, 1))
    assert "mine" in {t.id for t in folder.templates()}
    (remark,) = folder.remarks()
    assert "mine.yaml:1:1" in remark.more_en
    assert "did you mean 'kinds'?" in folder.faults()[1].text()
    mine.unlink()
    assert "mine" not in {t.id for t in folder.templates()}
    assert not folder.faults()


def draft(*jobs: bytes) -> tuple[Template, str]:
    text = learn([sheet.document for job in jobs for sheet in sheets(job)], "learnt")
    return template(text), text


def test_a_chinese_draft_reads_a_slip_it_has_not_seen() -> None:
    found, text = draft(
        zh_slip(
            "热菜厨房单",
            time="2026-11-24 16:00:05",
            dishes=["毛肚                  2份", "  [微辣]"],
        ),
        zh_slip(
            "热菜厨房单",
            time="2026-11-24 16:10:00",
            number="43",
            table="B2",
            dishes=["虾滑                  1份"],
        ),
    )
    new = zh_slip(
        "热菜厨房单", number="99", table="C3", dishes=["鸭肠                  3份", "  [不辣]"]
    )
    slip = slip_of(new, found)
    assert (slip.kind, slip.number, slip.table) == (Kind.ORDER, "99", "C3"), text
    assert [(d.name, str(d.quantity), d.modifiers) for d in slip.dishes] == [
        ("鸭肠", "3", ("不辣",))
    ], text


def test_a_draft_takes_no_clock_for_a_table_and_the_slips_own_name_for_its_kind() -> None:
    head = (
        "明珠海鲜酒家",
        "凉菜间",
        "桌台：{}   开台：17:30",
        "单号：{}",
        "下单：2026-11-24 15:5{}",
    )
    jobs = [
        Job().lines(*(text.format(n) for text in head), "品名    数量", "木耳    1份").cut()
        for n in (1, 2, 3)
    ]
    found, text = draft(*jobs[:2])
    slip = slip_of(jobs[2], found)
    assert (slip.kind, slip.table, slip.number) == (Kind.ORDER, "3", "3"), text
    assert slip.at_ms == NOON - 7 * 60_000
    assert slip.dishes[0].name == "木耳"


def test_an_english_draft_reads_a_slip_it_has_not_seen() -> None:
    found, text = draft(
        en_slip("BAR DOCKET"), en_slip("BAR DOCKET", ["1 x Tea"], number="2", table="4")
    )
    slip = slip_of(en_slip("BAR DOCKET", ["3 x Cola", "   + ice"], number="77", table="9"), found)
    assert (slip.kind, [d.name for d in slip.dishes]) == (Kind.ORDER, ["Cola"]), text
    assert slip.dishes[0].modifiers == ("ice",), text


def test_a_draft_knows_labels_without_a_colon_and_other_tills_bullets() -> None:
    head = (
        "制作单",
        "桌号 {}",
        "#单号 A010{}     人数 4",
        "下单 2026-11-24 15:5{}",
        "菜品      数量",
    )
    rows = ("酸菜鱼        1份", "   ◆微辣", "打印 2026-11-24 16:20:09")
    jobs = [Job().lines(*(text.format(n) for text in head), *rows).cut() for n in (1, 2, 3)]
    found, text = draft(*jobs[:2])
    slip = slip_of(jobs[2], found)
    assert (slip.kind, slip.table, slip.number) == (Kind.ORDER, "3", "A0103"), text
    assert slip.at_ms == NOON - 7 * 60_000
    assert [(d.name, d.modifiers, d.note) for d in slip.dishes] == [("酸菜鱼", ("微辣",), "")], text


@pytest.mark.parametrize(
    ("title", "kind"), [("退菜单", Kind.VOID), ("加菜单", Kind.ADDON), ("催菜单", Kind.RUSH)]
)
def test_a_draft_reads_the_usual_slips_that_no_job_has_shown(title: str, kind: Kind) -> None:
    """Fault: learnt from orders alone, it left every void to people."""
    found, text = draft(zh_slip("制作单"), zh_slip("制作单", number="43", table="B2"))
    slip = slip_of(zh_slip(title, ["鸭肠                  1份"], number="43", table="B2"), found)
    assert (slip.kind, slip.number) == (kind, "43"), text
    assert slip_of(zh_slip("制作单 补打"), found).is_reprint


def test_a_draft_takes_what_is_indented_below_a_dish_for_how_it_is_done() -> None:
    def job(number: int, title: str, *rows: str) -> bytes:
        head = (title, f"Check #{number}    Table {number}", f"Server: Ana    5:1{number} PM", "")
        return Job("cp437").lines(*head, *rows).cut()

    found, text = draft(
        job(1, "DINE IN", "2 Burger", "     NO Onion", "1 Salad"),
        job(2, "TAKE OUT", "1 Ribeye", "     Med Rare"),
    )
    slip = slip_of(job(3, "TAKE OUT", "3 Tacos", "     Extra Lime", "1 Mac"), found)
    assert (slip.kind, slip.number, slip.table) == (Kind.ORDER, "3", "3"), text
    assert slip.at_ms is not None
    assert slip.fields["service"] == "takeaway"
    assert [(d.name, d.modifiers) for d in slip.dishes] == [("Tacos", ("Extra Lime",)), ("Mac", ())]


def test_a_thai_draft_reads_a_slip_it_has_not_seen() -> None:
    def job(number: int, dish: str) -> bytes:
        head = (
            "ครัวร้อน",
            f"โต๊ะ {number}",
            f"บิลที่ 007{number}",
            f"เวลา 15:5{number}",
            "รายการ   จำนวน",
        )
        return Job("cp874").lines(*head, f"{dish}        2", "  - ไม่เผ็ด", "ขอบคุณ").cut()

    def read(data: bytes) -> Document:
        return decode(data, charset="cp874")[0]

    text = learn([read(job(1, "ข้าวผัด")), read(job(2, "ผัดไทย"))], "learnt")
    slip = read_slip(read(job(3, "ต้มยำกุ้ง")), [template(text)], NOON, ZONE)
    assert slip is not None
    assert (slip.table, slip.number, slip.at_ms) == ("3", "0073", NOON - 7 * 60_000), text
    assert [(d.name, d.modifiers) for d in slip.dishes] == [("ต้มยำกุ้ง", ("ไม่เผ็ด",))], text


def test_a_name_that_goes_over_two_lines_is_its_dish() -> None:
    """Fault: a long dish, its quantity below on a narrow printer, was on no ticket at all."""
    job = Job().lines("厨房单", "单号：H2", "--------", "品名    数量    金额")
    job.lines("招牌特色秘制麻辣小龙虾", "        1份   128.00", "毛肚    2份")
    job.lines("雪花肥牛大份双拼锅", "        x3")

    slip = slip_of(job.cut(), *shipped())

    assert [(d.name, str(d.quantity), d.note) for d in slip.dishes] == [
        ("招牌特色秘制麻辣小龙虾", "1", ""),
        ("毛肚", "2", ""),
        ("雪花肥牛大份双拼锅", "3", ""),
    ]


def test_what_stands_right_above_the_first_dish_is_shown() -> None:
    """Fault: what nobody knew between the rule and the dishes was on no ticket; below it was."""
    job = Job().lines("厨房单", "单号：H2", "店名", "--------", "外卖", "特色秘制小龙")

    (dish,) = slip_of(job.lines("虾大份    1份").cut(), *shipped()).dishes

    assert (dish.name, dish.note) == ("虾大份", "特色秘制小龙")


def test_a_number_before_a_dish_is_no_part_of_its_name() -> None:
    """Fault: 1 米饭 of one printer and 2 米饭 of the other were two dishes, both cooked."""
    job = Job().lines("厨房单", "单号：H2", "--------", "2 毛肚  x2份", "3 米饭  1碗")

    slip = slip_of(job.lines("4 人套餐  1份", "5 7喜  1").cut(), *shipped())

    assert [d.name for d in slip.dishes] == ["毛肚", "米饭", "4 人套餐", "7喜"]
