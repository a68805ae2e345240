"""The JSON Schema of rule files, for editors that complete and underline while an admin types.

It is wider than the language in what only reading can tell (`6 min` against `6 mim` in part), and
says in both languages what each key is for.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import TypeAdapter

from kds.kitchen.wording import Wording
from kds.rulebook.intake_words import INTAKE_WORDS
from kds.rulebook.pace_words import PACE_WORDS
from kds.rulebook.schema import ONE_OR_MANY, Spec
from kds.rulebook.telling import FileSpec

SCHEMA_FILE = "rules.schema.json"


def rules_schema(lang: str) -> dict[str, Any]:
    """Return the schema of one rule file; any of its sections may stand in any file."""
    return schema_of(FileSpec, Wording("厨房规则", "Kitchen rules"), WORDS, lang)


def schema_of(
    model: type[Spec], title: Wording, words: Mapping[str, Wording], lang: str
) -> dict[str, Any]:
    """Return the schema of files that `model` reads. `words`: what its keys are for."""
    schema = TypeAdapter(model).json_schema(by_alias=True)
    definitions = schema.pop("$defs", {})
    for name, definition in ((model.__name__, schema), *definitions.items()):
        _describe(name, definition, words, lang)
    whole = {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": title[lang],
        **schema,
        "definitions": definitions,
    }
    renamed: dict[str, Any] = _renamed(whole)
    return renamed


def _describe(
    name: str, definition: dict[str, Any], words: Mapping[str, Wording], lang: str
) -> None:
    """Give a model and its keys their words, and its lists their short form."""
    definition.pop("title", None)
    definition.pop("description", None)
    for key, shape in definition.get("properties", {}).items():
        for noise in ("title", "default", "description"):
            shape.pop(noise, None)
        said = words.get(f"{name}.{key}") or words.get(key)
        if said is not None:
            shape["description"] = said[lang]


def _renamed(value: Any) -> Any:
    """Return the schema in the words of draft 7, which editors know best; short lists spelled out.

    Where one value may stand for a list, the editor is told so.
    """
    if isinstance(value, list):
        return [_renamed(item) for item in value]
    if not isinstance(value, dict):
        return value
    shape = {
        key: inner.replace("#/$defs/", "#/definitions/")
        if key == "$ref" and isinstance(inner, str)
        else _renamed(inner)
        for key, inner in value.items()
    }
    if shape.pop(ONE_OR_MANY, False):
        items = shape.pop("items")
        shape["anyOf"] = [items, {"type": shape.pop("type"), "items": items}]
    return shape


WORDS = {
    **PACE_WORDS,
    "FileSpec.book": Wording(
        "门店：名称、时区、营业日。所有文件里只能写一次", "The store; once in all files"
    ),
    "FileSpec.limits": Wording(
        "没有另写时限的菜用这里的", "Of dishes that state no limits of their own"
    ),
    "FileSpec.stations": Wording(
        "工位；每个工位有自己的屏幕", "Stations; each has a screen of its own"
    ),
    "FileSpec.menu": Wording(
        "菜单，从上到下，第一条符合的生效", "The menu; the first entry that takes a dish decides"
    ),
    "FileSpec.bands": Wording(
        "谁排前面：从上到下，一道菜归第一条符合的",
        "Who comes first; the first band that fits a dish takes it",
    ),
    "FileSpec.slow_view": Wording(
        "一个画面整体慢：不再全标红，只给最迟的几单编号",
        "When a view is late as a whole: the worst are numbered, the rest not painted red",
    ),
    "BandSpec.queue": Wording(
        "排在没有写明的菜之前（first）、一起（normal）或之后（last）",
        "Before the dishes in no band (first), among them (normal), after them (last)",
    ),
    "BandSpec.class": Wording("只算这些类别的菜", "Only dishes of these classes"),
    "BandSpec.entry": Wording("只算这些菜单项的菜", "Only dishes of these menu entries"),
    "BandSpec.station": Wording("只算去这些工位的菜", "Only dishes of these stations"),
    "rush": Wording("是否催过", "Whether it is rushed"),
    "rider_here": Wording("骑手是否已到", "Whether the rider stands at the door"),
    "waits": Wording("等了多久起", "From so long a wait on"),
    "SlowViewSpec.share": Wording(
        "超过几分之几的单迟了，如 1/3、33 %；100 % 表示从不",
        "More than this share of its tickets is late, such as 1/3 or 33 %; 100 %: never",
    ),
    "rank": Wording("给最迟的几单编号", "So many of the worst are numbered"),
    "stays": Wording(
        "迟的单少下来多久后才不算整体慢，如 2 分钟；0 秒立刻",
        "So long too few must be late before it is over, such as 2 min; 0 s: at once",
    ),
    "batch": Wording(
        "合并同菜：几张单的同一道菜一锅出", "The same dish of several tickets in one pan"
    ),
    "BatchSpec.most": Wording("一锅最多几份", "So many portions in a pan at most"),
    "BatchSpec.within": Wording("下单相差多久以内才合", "Only orders within so long of each other"),
    "FileSpec.sold_out": Wording(
        "沽清、超卖：谁拿不到，怎么办", "Who goes without when a dish is sold out, and what then"
    ),
    "oversell": Wording(
        "谁拿不到：youngest_first 后下单的，oldest_first 先下单的，ask_pass 出菜口决定",
        "Who goes without: youngest_first, oldest_first, or ask_pass: the pass decides",
    ),
    "then": Wording(
        "怎么办：ask 问出菜口，flag 只标出，hold 先不做，void 退菜并要确认",
        "What then: ask the pass, flag alone, hold, or void to be acknowledged",
    ),
    "rush_last": Wording("催过的最后才轮到", "What is rushed loses after all others"),
    "SoldOutSpec.tell": Wording(
        "在哪些画面问、播报：工位、expo、all", "Where it is asked and heard: stations, expo, all"
    ),
    "FileSpec.rules": Wording("规则，例如锅底先下", "Rules, such as broth first"),
    "id": Wording(
        "标识，全书唯一；为什么这样安排时会显示它",
        "Its own name, once in the book; shown in every 'why'",
    ),
    "name": Wording(
        "屏幕上的名称；一种语言写文字，两种写 {zh: …, en: …}",
        "As screens show it: a text, or {zh: …, en: …}",
    ),
    "zone": Wording("门店时区，如 Asia/Shanghai", "The store's time zone, such as Asia/Shanghai"),
    "day_ends": Wording("营业日在几点结束，如 04:00", "When the business day ends, such as 04:00"),
    "serve_step": Wording(
        "出菜口是否再划一次（上桌）", "Whether dishes are struck again when they leave the pass"
    ),
    "end_after_paid": Wording(
        "付清并上齐后多久算离店；never 表示不自动",
        "So long after all is paid and out the table is over; or never",
    ),
    "attention": Wording(
        "多久后提醒；never 表示不提醒", "From when on a dish deserves attention; or never"
    ),
    "late": Wording("多久后算迟；never 表示不算", "From when on it is late; or never"),
    "critical": Wording(
        "多久后严重超时；never 表示不算", "From when on it is critically late; or never"
    ),
    "clock": Wording(
        "从什么时候算：fired 起菜，received 下单，placed 客人点单",
        "From when it counts: fired, received by the kitchen, placed by the guest",
    ),
    "class": Wording(
        "菜的类别（broth、plate、cold …），规则按它找菜",
        "What kind of dish it is (broth, plate, cold …); rules go by it",
    ),
    "match": Wording(
        "哪些菜：一组条件要全部符合；写几组时符合一组即可",
        "Which dishes: all conditions of one group; of several groups any",
    ),
    "except": Wording("但不包括", "But not these"),
    "cook": Wording(
        "在哪里做：wok，prep -> wok（先后），grill + fry（同时），nothing（不做）",
        "Where: wok, prep -> wok (in turn), grill + fry (at once), nothing",
    ),
    "prep": Wording("正常要做多久", "How long it takes when all is well"),
    "queue": Wording(
        "在自己工位里排队：first 最前，last 最后",
        "Its place in its own station's queue: first, normal, last",
    ),
    "item": Wording("POS 里的编号", "Ids of the till"),
    "MatchSpec.name": Wording("名称完全一样（任何语言）", "Whole names, in any language"),
    "name_has": Wording(
        "名称里含有；英文按整词，* 表示不限", "Parts of names; words whole, * for any word"
    ),
    "name_ends": Wording(
        "名称以此结尾（括号不算）：锅底 是锅，锅底料 不是", "Ends of names, brackets aside"
    ),
    "category": Wording("分类完全一样", "Whole categories"),
    "category_has": Wording("分类里含有", "Parts of categories"),
    "category_ends": Wording("分类以此结尾", "Ends of categories"),
    "tag": Wording("收银给菜打的标签", "Tags that the till gives a dish"),
    "modifier_has": Wording("做法、加料里含有", "Parts of modifiers"),
    "service": Wording("用餐方式：堂食、打包、外卖 …", "How the guest gets the food"),
    "channel": Wording("从哪里下的单", "Where the order was placed"),
    "payment": Wording("付款：unpaid、partial、paid、refunded", "How far the bill is paid"),
    "member": Wording(
        "会员等级；A* 以此开头，* 有会员，none 不是会员", "Tiers; gold* a beginning, * any, none"
    ),
    "table": Wording("桌号；A* 以此开头", "Tables; A* all that begin so"),
    "WhenSpec.zone": Wording("POS 里的区域；A* 以此开头", "The till's zones; A* all that begin so"),
    "guests": Wording("人数：4、2-4、6+", "How many guests: 4, 2-4, 6+"),
    "course": Wording("第几道；none 没有写", "Courses; none: not stated"),
    "seat": Wording("座位；none 没有写", "Seats; none: not stated"),
    "between": Wording(
        "下单时刻，可过午夜：21:30-04:00", "When it was ordered, over midnight too: 21:30-04:00"
    ),
    "all": Wording("全部要符合", "All of these hold"),
    "any": Wording("符合一个即可", "Any of these holds"),
    "not": Wording("都不能符合", "None of these holds"),
    "parts": Wording(
        "是否带子菜（套餐）：yes 或 no", "Whether other lines are part of it: yes or no"
    ),
    "mechanism": Wording(
        "规则的种类：wait_for 等候，hold 等叫，courses 分道上，finish_together 一起出，"
        "due_time 预订，overtime 等太久，announce 播报，print 打印，check 核对，pay_first 先付后做",
        "The kind of rule: wait_for, hold, courses, finish_together, due_time, overtime, "
        "announce, print, check, pay_first",
    ),
    "when": Wording("规则在什么情况下生效", "Where the rule applies"),
    "of": Wording(
        "等什么：line 一道菜，first_dish 第一道菜，gap 断菜，visit 全部上齐",
        "What is waited for: a dish (line), first_dish, the next one (gap), or all (visit)",
    ),
    "OvertimeSpec.class": Wording("只算这些类别的菜", "Only dishes of these classes"),
    "OvertimeSpec.entry": Wording("只算这些菜单项的菜", "Only dishes of these menu entries"),
    "OvertimeSpec.station": Wording("只算去这些工位的菜", "Only dishes of these stations"),
    "on": Wording("播报什么", "What is announced"),
    "views": Wording(
        "在哪些画面：工位、expo、all；不写则全部", "At which views: stations, expo, all; or at any"
    ),
    "how": Wording(
        "sentence 说一句话，cue 只响提示音，silent 不响", "A sentence, a cue alone, or silent"
    ),
    "lang": Wording("用什么语言：zh、en；不写则随屏幕", "zh or en; or as the screen is"),
    "merge": Wording("多久之内的合并成一句", "What comes within this time is one sentence"),
    "expires": Wording("多久后不再播报", "After so long it is not heard any more"),
    "budget": Wording("每分钟最多几次，如 6 次/分钟", "How often at most, such as 6 per min"),
    "quiet": Wording(
        "这些时段不提醒，过后再提：14:00-17:00",
        "Parts of the day in which nobody is told before their end: 14:00-17:00",
    ),
    "steps": Wording("一步步升级；每步只来一次，除非重复", "Step by step; each comes once"),
    "EscalationSpec.after": Wording("等了多久", "After so long"),
    "tell": Wording(
        "在哪些画面播报：工位、expo、all；不写则只在屏幕上标出",
        "Where it is heard: stations, expo, all; without, it is only marked on the screens",
    ),
    "say": Wording(
        "说什么；可用 {table} {number} {dish} {count} {minutes} {station}",
        "What is said; with {table}, {number}, {dish}, {count}, {minutes}, {station}",
    ),
    "repeat": Wording("每隔多久再说一次", "Said again every so often"),
    "most": Wording("一共最多几次（不写为 3）", "How often in all (3, if not stated)"),
    "fold": Wording(
        "哪些时段并到别的工位：{into: grill, between: 14:00-17:00}",
        "When another station works for it: {into: grill, between: 14:00-17:00}",
    ),
    "FoldSpec.into": Wording("并到哪个工位", "The station that works for it then"),
    "FoldSpec.between": Wording(
        "门店的时段，可过午夜：21:30-04:00", "Parts of the store's day, over midnight too"
    ),
    "FileSpec.printers": Wording("小票打印机", "Receipt printers"),
    "address": Wording("打印机地址，如 192.168.1.50:9100", "Where it is: 192.168.1.50:9100"),
    "fallback": Wording(
        "打不了时改到哪台打印机", "The printer that takes over while it cannot print"
    ),
    "paper": Wording("纸宽：58 mm 或 80 mm", "How wide its paper is: 58 mm or 80 mm"),
    "mode": Wording(
        "picture 按图片打（什么字都行），text 用打印机自己的字",
        "picture: in our own font, any script; text: in the printer's own",
    ),
    "PrintSpec.on": Wording(
        "什么时候打：routed 可以做了，ready 做好了，void 退了",
        "When: dishes can be made (routed), are ready, are void",
    ),
    "slip": Wording(
        "station 分单（每个工位一张），pass 总单，label 标签（每份一张）",
        "A slip for each station, one of all for the pass, or a label for each portion",
    ),
    "printer": Wording("在哪台打印机打", "At which printer"),
    "PrintSpec.station": Wording("只打这些工位的菜", "Only dishes of these stations"),
    "PrintSpec.class": Wording("只打这些类别的菜", "Only dishes of these classes"),
    "PrintSpec.lang": Wording(
        "小票上的说明用什么语言", "The language of what stands beside the dishes"
    ),
    "spells_out": Wording(
        "POS 作为一行送来的套餐，由哪些菜组成：毛肚 [涮品] x2",
        "The dishes of a set that the till sends as one line: tripe [plates] x2",
    ),
    "PartSpec.name": Wording("菜名", "What the dish is called"),
    "PartSpec.count": Wording("一份套餐里有几份", "How many in one set"),
    "PartSpec.item": Wording("POS 里的编号", "Its id at the till"),
    "PartSpec.category": Wording("分类", "Its category"),
    "route_modifier": Wording(
        "作为别的菜的做法、配菜时，是否也单独送到工位",
        "Whether it is cooked as a line also where it comes as another dish's modifier",
    ),
    "preplated": Wording(
        "是否预制：在工位备好，直接出", "Whether it stands ready at its station, to be handed out"
    ),
    **INTAKE_WORDS,
    "waits_for": Wording("等哪一类菜", "Classes of dishes that others wait for"),
    "until": Wording("等到 ready 做好，或 served 上桌", "Until they are ready, or served"),
    "holds": Wording("哪些菜等，等在哪一步", "Which dishes wait, and where"),
    "gate": Wording(
        "start 不开做；run 照做，不走菜", "start: not begun; run: made ready, not carried out"
    ),
    "reason": Wording("屏幕上显示的原因", "Why, as screens show it"),
    "timeout": Wording("最多等多久，到时自动放行", "How long at most; then they go"),
    "personal": Wording(
        "一人一份的菜单条目（一人一锅）", "Menu entries of which everybody gets one"
    ),
    "entries": Wording("菜单条目的 id", "Ids of menu entries"),
    "share": Wording(
        "多少客人有了就放行，如 60 %", "How many guests must have theirs, such as 60 %"
    ),
    "pause": Wording("规则何时自动暂停", "When the rule pauses itself"),
    "after": Wording("几桌超时后暂停", "After so many tables timed out"),
    "within": Wording("在多长时间内", "Within this time"),
    "tables_per_minute": Wording("暂停后每分钟放行几桌", "How many tables a minute are freed then"),
    "message": Wording(
        "暂停时的一句话；可用 {name} {minutes} {count}",
        "What is said then; with {name}, {minutes}, {count}",
    ),
}
"""What each key is for; by model where a key means two things."""
