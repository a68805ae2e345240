"""What a book says, shown: as sentences, as a tree, dish by dish, and what no entry takes."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from kds.admin.menus import Dish, read_menu
from kds.admin.routes import routes, unmatched_yaml
from kds.cli import main
from kds.commandline import CommandError
from kds.rulebook.book import Book
from kds.rulebook.compile import compile_book
from kds.rulefiles import shipped_book

HOTPOT = shipped_book("hotpot")
SHIPPED = ("hotpot", "full_service", "fast_food")


def printed(capsys: pytest.CaptureFixture[str], *arguments: object) -> str:
    assert main(["rules", *map(str, arguments)]) == 0
    return capsys.readouterr().out


def texts(directory: Path) -> dict[str, str]:
    return {path.name: path.read_text("utf-8") for path in directory.glob("*.yaml")}


@pytest.fixture(scope="module")
def hotpot() -> Book:
    book = compile_book(texts(HOTPOT)).book
    assert book is not None
    return book


def test_broth_first_can_be_read_aloud(capsys: pytest.CaptureFixture[str]) -> None:
    told = printed(capsys, "show", HOTPOT, "--lang", "zh").splitlines()
    assert told[0] == "火锅店：营业日到 04:00（Asia/Shanghai）为止；付清并上齐 10 分钟后算离店。"
    assert next(line for line in told if "broth-first" in line) == (
        "  - 锅底先下（堂食；除非 区域是 “吧台”或“bar…”）："
        "“broth”类 做好之前，“plate”类 照常切配，但先不走菜；"
        "“delicate”类 先不开做。最多等 6 分钟，到时自动放行。"
        "一人一份的（personal-pot）按座位等，公用的菜等到 60% 的客人有了为止。"
        "10 分钟内有 3 桌超时，规则自动暂停，每分钟放行 6 桌。〔broth-first，rules.yaml:4〕"
    )


def test_broth_first_reads_as_english(capsys: pytest.CaptureFixture[str]) -> None:
    told = printed(capsys, "show", HOTPOT, "--lang", "en").splitlines()
    assert next(line for line in told if "broth-first" in line).startswith(
        "  - Broth first (dine-in; unless the zone is '吧台' or 'bar…'): "
        "until the 'broth' class is ready, the 'plate' class is made "
        "ready but not carried out; the 'delicate' class is not started. They wait 6 min at most, "
    )


@pytest.mark.parametrize("name", SHIPPED)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_entry_and_rule_is_told(
    capsys: pytest.CaptureFixture[str], name: str, lang: str
) -> None:
    book = compile_book(texts(shipped_book(name))).book
    assert book is not None
    for flag in ([], ["--tree"]):
        told = printed(capsys, "show", shipped_book(name), "--lang", lang, *flag)
        places = [e.where for e in book.data.menu] + [r.where for r in book.data.waits]
        places += [rule.where for rule in (*book.data.overtimes, *book.paces)]
        assert all(place in told for place in places)
        for station in book.stations:
            assert f"{station.name[lang]} ({station.id})" in told


# --- dish by dish ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("a.csv", "name,category\n毛肚,涮品\n鸳鸯锅,锅底\n"),
        ("b.csv", "菜名;分类\n毛肚;涮品\n鸳鸯锅;锅底\n"),
        (
            "c.json",
            '[{"name": "毛肚", "category": "涮品"}, {"name": "鸳鸯锅", "category": "锅底"}]',
        ),
        (
            "d.json",
            """{"menu": [{"category": "涮品", "foods": [{"name": "毛肚"}]}, {"name": "锅底",
            "items": [{"dishName": "鸳鸯锅", "sideDishData": [{"name": "x"}]}]}]}""",
        ),
    ],
)
def test_a_menu_is_read_in_every_form_that_tills_export(
    tmp_path: Path, file: str, text: str
) -> None:
    for codec in ("utf-8", "utf-8-sig", "gbk"):
        (tmp_path / file).write_bytes(text.encode(codec))
        assert read_menu(tmp_path / file) == (Dish("毛肚", "涮品"), Dish("鸳鸯锅", "锅底"))


def test_tags_of_a_menu_are_seen_by_its_rules(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    entry = "  - {id: new, class: dish, match: {tag: [新品, new]}, cook: wok}\n"
    book = texts(HOTPOT)
    book["menu.yaml"] = book["menu.yaml"].replace("menu:\n", "menu:\n" + entry, 1)
    (tmp_path / "book").mkdir()
    for name, text in book.items():
        (tmp_path / "book" / name).write_text(text, "utf-8")
    dishes = [
        '{"name": "毛肚", "category": "涮品", "tags": ["新品"]}',
        '{"name": "黄喉", "category": "涮品", "标签": "热卖，New"}',
        '{"name": "肥牛", "category": "涮品", "tags": null}',
    ]
    (tmp_path / "menu.json").write_text(f"[{', '.join(dishes)}]", "utf-8")
    told = printed(capsys, "show", tmp_path / "book", "--menu", tmp_path / "menu.json", "--json")
    assert [dish["rule"] == "new" for dish in json.loads(told)] == [True, True, False]
    asked = ("explain", tmp_path / "book", "--name", "毛肚", "--lang")
    assert "✓ menu.yaml:" in printed(capsys, *asked, "en", "--tag", "NEW")
    assert "matches: tag = new" in printed(capsys, *asked, "en", "--tag", "NEW")
    assert "不符：tag = –（要 new, 新品）" in printed(capsys, *asked, "zh")
    assert "标签有 “新品”或“new”" in printed(capsys, "show", tmp_path / "book", "--lang", "zh")
    assert "tagged '新品' or 'new'" in printed(capsys, "show", tmp_path / "book", "--lang", "en")


@pytest.mark.parametrize("text", ["", "price\n3\n", "[1, 2]", "{broken", '{"name": ""}'])
def test_a_menu_without_dishes_says_what_is_missing(tmp_path: Path, text: str) -> None:
    (tmp_path / "menu").write_text(text, "utf-8")
    with pytest.raises(CommandError, match="menu (holds no dish|is not JSON)"):
        read_menu(tmp_path / "menu")


def test_each_dish_says_where_it_went_and_why(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    menu = tmp_path / "menu.csv"
    menu.write_text("name,category\n鸳鸯锅,锅底\n加汤,锅底\n神秘菜,\n", "utf-8")
    assert printed(capsys, "show", HOTPOT, "--menu", menu, "--lang", "zh").splitlines() == [
        "鸳鸯锅 [锅底] → 锅底 (broth, menu.yaml:95 pot: 符合：category_ends = 锅底 ∋ 锅底)",
        "加汤 [锅底] → 锅底 (topup, menu.yaml:10 top-up: 符合：name_has = 加汤 ∋ 加汤)",
        "神秘菜 → 所有工位 (没有一条菜单符合)",
    ]
    found = json.loads(printed(capsys, "show", HOTPOT, "--menu", menu, "--json"))
    assert [dish["matched"] for dish in found] == [True, True, False]
    assert (found[0]["stations"], found[0]["class"]) == (["broth"], "broth")


def test_on_a_real_menu_exactly_the_pots_are_pots(hotpot: Book, samples_dir: Path) -> None:
    menu = read_menu(samples_dir / "menus/hotpot_eleme_shop_168019429_menu.json")
    pots = {r.dish.name for r in routes(hotpot, menu) if r.trace.routing.menu_class == "broth"}
    assert pots == {dish.name for dish in menu if dish.name.endswith(("锅底", "套餐"))}


# --- what no entry takes -----------------------------------------------------------------------

LOST = (
    Dish("烤榴莲", "新品"),
    Dish('五香"瓜子\\', "新品"),
    Dish("神秘菜"),
    Dish("白板", "涮品"),
    Dish("怪菜", "涮品 2"),
)


def test_what_is_pasted_makes_a_sound_book_that_takes_every_dish(hotpot: Book) -> None:
    pasted = unmatched_yaml(hotpot, routes(hotpot, LOST), "zh")
    again = compile_book({**texts(HOTPOT), "zz.yaml": pasted})
    assert again.book is not None, [fault.text() for fault in again.diagnostics]
    assert again.diagnostics == ()
    assert all(route.is_matched for route in routes(again.book, LOST))


def test_nothing_to_paste_ends_with_0(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    menu = tmp_path / "menu.csv"
    menu.write_text("name\n鸳鸯锅\n", "utf-8")
    assert printed(capsys, "unmatched", HOTPOT, "--menu", menu, "--lang", "zh") == (
        "# 每道菜都有去处。\n"
    )
    menu.write_text("name\n神秘菜\n", "utf-8")
    assert main(["rules", "unmatched", str(HOTPOT), "--menu", str(menu)]) == 1


# --- explain -----------------------------------------------------------------------------------


def test_explain_tries_every_entry_until_one_takes_the_dish(
    capsys: pytest.CaptureFixture[str],
) -> None:
    told = printed(capsys, "explain", HOTPOT, "--name", "火锅底料", "--lang", "en").splitlines()
    assert told[0] == "火锅底料 → Drinks (goods, packet)"
    assert told[1] == "  · menu.yaml:5 set-shell: does not match: parts = no"
    taken = told.index("  ✓ menu.yaml:40 packet: matches: name_has = 火锅底料 ∋ 底料")
    assert told[taken + 1].startswith("  · rules.yaml:4 broth-first: not held")


def test_explain_says_what_overtime_and_checks_make_of_a_dish(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """An admin who looks for why a dish is held or marked finds every rule that looked at it."""
    line = {"line_id": "1", "name": "毛肚", "category": "涮品", "quantity": 66}
    order = {"source": "till", "order_id": "1", "service": "takeaway", "lines": [line]}
    file = tmp_path / "order.json"
    file.write_text(json.dumps(order), "utf-8")
    (found,) = json.loads(printed(capsys, "explain", HOTPOT, "--order", file, "--json"))
    said = {rule["rule"]: (rule["applies"], rule["why"]) for rule in found["rules"]}
    assert said["first-dish"] == (False, "does not apply: the service is takeaway")
    assert said["twice"] == (False, "does not apply: the service is takeaway")
    assert said["too-many"] == (True, "66, over 20: the pass is asked")
    file.write_text(json.dumps({**order, "service": "dine_in"}), "utf-8")
    (found,) = json.loads(printed(capsys, "explain", HOTPOT, "--order", file, "--json"))
    said = {rule["rule"]: (rule["applies"], rule["why"]) for rule in found["rules"]}
    assert said["first-dish"] == (
        True,
        "counts: a table without its first dish, told after 10 min",
    )
    assert said["twice"] == (False, "looks at earlier orders of the table")


def test_explain_says_in_which_band_a_dish_stands_and_from_when_on(
    capsys: pytest.CaptureFixture[str],
) -> None:
    fast_food = HOTPOT.parent / "fast_food"
    told = printed(capsys, "explain", fast_food, "--name", "Cheeseburger", "--lang", "en")
    for said in (
        " rider-here: only once the rider is here",
        " rushed: only once it is rushed",
        " waited: only after a wait of 12 min",
        " group-buy: does not apply: the channel is another channel",
    ):
        assert re.search(rf"· bands\.yaml:\d+{said}", told)


def test_explain_says_what_each_line_of_an_order_waits_for(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines: list[dict[str, Any]] = [
        {"line_id": "1", "name": "清汤锅底", "quantity": 1},
        {"line_id": "2", "name": "毛肚", "category": "涮品", "quantity": 1},
    ]
    file = tmp_path / "order.json"
    order = {"source": "till", "order_id": "1", "lines": lines}
    file.write_text(json.dumps(order), "utf-8")
    found = json.loads(printed(capsys, "explain", HOTPOT, "--order", file, "--json"))
    assert [line["rules"][0]["why"] for line in found] == [
        "others wait for it",
        "waits for broth (run)",
    ]
    file.write_text(json.dumps({**order, "service": "delivery"}), "utf-8")
    found = json.loads(printed(capsys, "explain", HOTPOT, "--order", file, "--json"))
    assert found[1]["rules"][0]["why"] == "not held: the service is delivery"
    file.write_text(json.dumps({**order, "zone": "Bar"}), "utf-8")
    found = json.loads(printed(capsys, "explain", HOTPOT, "--order", file, "--json"))
    assert found[1]["rules"][0]["why"] == "not held: the zone is bar"


def test_explain_asks_for_one_dish_at_a_table_of_a_part_of_the_room(
    capsys: pytest.CaptureFixture[str],
) -> None:
    dish = ("--name", "毛肚", "--category", "涮品", "--table", "A1", "--zone", "吧台")
    told = printed(capsys, "explain", HOTPOT, *dish, "--lang", "zh").splitlines()
    assert "  · rules.yaml:4 broth-first: 不等：区域是 吧台" in told


def test_explain_of_nothing_says_what_it_can_be_asked(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rules", "explain", str(HOTPOT)]) == 1
    assert "--name DISH" in capsys.readouterr().err


# --- new and schema ----------------------------------------------------------------------------


@pytest.mark.parametrize("name", SHIPPED)
def test_a_new_folder_is_a_sound_book_with_a_schema_for_editors(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    folder = tmp_path / "rules"
    made = printed(capsys, "new", folder, "--from", name, "--json")
    assert len(json.loads(made)["made"]) >= 3
    assert printed(capsys, "check", folder).startswith(("sound", "没有问题"))
    first = (folder / "menu.yaml").read_text("utf-8").splitlines()[0]
    assert first == "# yaml-language-server: $schema=rules.schema.json"
    assert json.loads((folder / "rules.schema.json").read_text("utf-8"))["properties"]["menu"]
    firsts = {p.read_text("utf-8").splitlines()[0] for p in folder.glob("*.cases.yaml")}
    assert firsts == {"# yaml-language-server: $schema=cases.schema.json"}
    assert json.loads((folder / "cases.schema.json").read_text("utf-8"))["properties"]["cases"]
    assert printed(capsys, "test", folder, "--lang", "en").endswith("cases hold\n")


def test_a_folder_with_something_in_it_is_left_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "mine.txt").write_text("x", "utf-8")
    assert main(["rules", "new", str(tmp_path)]) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]
    assert "nothing was written" in capsys.readouterr().err


def test_the_dishes_of_a_set_are_shown_with_their_ways(
    hotpot: Book, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    menu = tmp_path / "menu.csv"
    menu.write_text("name\n欢聚双人餐\n", "utf-8")
    told = printed(capsys, "show", HOTPOT, "--menu", menu, "--lang", "zh").splitlines()
    assert told[0].startswith("欢聚双人餐 → 不制作（子菜各自制作） (set, menu.yaml:")
    assert " set-for-two: " in told[0]
    assert told[1:5] == [
        "  + 鸳鸯锅 ×1 → 锅底 (broth, pot)",
        "  + 毛肚 ×1 → 切配 (plate, plate)",
        "  + 肥牛 ×2 → 切配 (plate, plate)",
        "  + 酸梅汤 ×2 → 水吧 (drink, drink)",
    ]
    (found,) = routes(hotpot, [Dish("欢聚双人餐")])
    assert [made["stations"] for made in found.as_json()["makes"]] == [
        ["broth"],
        ["cut"],
        ["cut"],
        ["drink"],
    ]


def test_printing_can_be_read_aloud(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "book.yaml").write_text(
        "book: {id: b, name: B}\n"
        "stations:\n"
        "  - {id: wok, name: {zh: 热菜, en: Wok}, fold: {into: grill, between: 14:00-17:00}}\n"
        "  - {id: grill, name: {zh: 煎烤, en: Grill}}\n"
        "menu: [{id: a, class: a, match: {name: a}, cook: wok + grill}]\n"
        "printers:\n"
        "  - {id: p, name: Kitchen, address: 10.0.0.1, fallback: q}\n"
        "  - {id: q, name: Pass, address: 10.0.0.2:9101, paper: 58 mm}\n"
        "rules:\n"
        "  - {id: slips, mechanism: print, name: Slips, on: [routed, void], slip: station,\n"
        "     printer: p, station: wok, when: {service: takeaway}}\n",
        "utf-8",
    )
    told = printed(capsys, "show", tmp_path, "--lang", "en")
    assert "From 14:00-17:00 Grill works for Wok; what a person changes holds until " in told
    assert "Printer Kitchen (p): 10.0.0.1:9100, 80 mm; while it cannot print, Pass does." in told
    assert (
        "Slips (takeaway): when dishes can be made or dishes are void, a slip for each station "
        "(only dishes made at Wok) is printed at Kitchen. [slips, book.yaml:10]"
    ) in told
    told = printed(capsys, "show", tmp_path, "--lang", "zh")
    assert "14:00-17:00 热菜并到煎烤，手动改过的到下一个时刻为止。" in told
    assert (
        "菜退了，在Kitchen打每个工位一张分单（只打在热菜做的菜）。〔slips，book.yaml:10〕" in told
    )


def test_a_side_is_explained_with_its_dish(capsys: pytest.CaptureFixture[str]) -> None:
    asked = ("--name", "Cheeseburger", "--modifier", "fries", "--lang", "en")
    told = printed(capsys, "explain", shipped_book("fast_food"), *asked)
    assert "  + fries ×1, a modifier → Fryer (side, fried-by-name)\n" in told


NARROW = """
book: {id: b, name: B}
stations: [{id: wok, name: {zh: 炒锅, en: Wok}}]
menu: [{id: hot, class: dish, match: {name_has: [tea, "*burger"]}, cook: wok}]
rules:
  - id: long
    name: {zh: 久等, en: Long}
    mechanism: overtime
    of: line
    class: dish
    entry: hot
    station: wok
    steps: [{after: 9 min}]
bands: [{id: first, name: {zh: 先, en: First}, class: dish, station: wok, when: {member: gold}}]
"""


def test_what_must_hold_together_is_not_read_as_one_or_the_other(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.yaml").write_text(NARROW, "utf-8")
    told = {lang: printed(capsys, "show", tmp_path, "--lang", lang) for lang in ("zh", "en")}
    assert "一道菜没上（只算“dish”类且菜单项 hot 且在炒锅做的菜）" in told["zh"]
    assert (
        "a dish that is not out (only dishes of the 'dish' class and of the menu entry 'hot' "
        "and made at Wok)" in told["en"]
    )
    assert "先：“dish”类且在炒锅做的、会员是 “gold”，排在其他菜之前" in told["zh"]
    assert (
        "First: dishes of the 'dish' class and made at Wok, for which the member is 'gold' stand"
        in told["en"]
    )


def test_a_word_that_may_be_a_part_of_another_is_shown_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.yaml").write_text(NARROW, "utf-8")
    assert "with 'tea' or '…burger' in the name" in printed(
        capsys, "show", tmp_path, "--lang", "en"
    )


def test_explain_says_what_was_wanted_in_the_words_of_the_trade(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What was found alone reads as if it should have matched."""
    (tmp_path / "a.yaml").write_text(NARROW, "utf-8")
    asked = ("explain", tmp_path, "--name", "soup", "--lang")
    zh, en = (printed(capsys, *asked, lang) for lang in ("zh", "en"))
    assert "hot: 不符：name_has = soup（要 burger, tea）" in zh
    assert "hot: does not match: name_has = soup (wanted: burger, tea)" in en
    assert "first: 不适用：会员是 未写明" in zh
    assert "first: does not apply: the member is not stated" in en


def test_exceptions_stand_after_a_comma_and_views_are_all_meant(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """No English has "and unless"; asked at "the pass or Wok" it would be at one of them."""
    unless = "{payment: paid, not: {table: A*}}"
    book = NARROW.replace("{member: gold}", unless) + "sold_out: {tell: [expo, wok]}\n"
    (tmp_path / "a.yaml").write_text(book, "utf-8")
    zh, en = (printed(capsys, "show", tmp_path, "--lang", lang) for lang in ("zh", "en"))
    assert "付款是 已付，除非 桌号是 “a…”，排在其他菜之前" in zh
    assert "for which the payment is paid, unless the table is 'a…' stand before" in en
    assert "（出菜口和炒锅）" in zh
    assert "at the pass and Wok" in en
