"""The JSON Schema of case files, for editors that complete and underline while an admin types."""

from __future__ import annotations

from typing import Any

from kds.cases.schema import CasesSpec
from kds.kitchen.wording import Wording
from kds.rulebook.jsonschema import schema_of

CASES_FILE = "cases.schema.json"


def cases_schema(lang: str) -> dict[str, Any]:
    """Return the schema of one case file."""
    return schema_of(CasesSpec, Wording("规则示例", "Cases of kitchen rules"), _WORDS, lang)


_WORDS = {
    "cases": Wording("示例，逐个从空厨房开始", "Cases; each begins with an empty kitchen"),
    "case": Wording("这个示例说明什么", "What this case shows"),
    "CaseSpec.at": Wording("几点开始，如 18:00", "The time of day it begins, such as 18:00"),
    "steps": Wording("一步一步，每步只做一件事", "Steps in order, each one thing"),
    "order": Wording("下单；同一个 id 再写一次就是改单", "An order; the same id again changes it"),
    "wait": Wording("过多久，如 2 min", "Time passes, such as 2 min"),
    "meanwhile": Wording("这段时间里各画面一直要显示什么", "What views must show all that time"),
    "do": Wording("有人做了什么：bump 划菜，fire 起菜 …", "What somebody does: bump, fire …"),
    "on": Wording("对哪张单（默认最后一张）", "On which order (the last one)"),
    "line": Wording("对哪道菜；2/毛肚 指单号 2 的", "On which dish; 2/tripe: in order 2"),
    "view": Wording("在哪个画面上做的", "At which view it is done"),
    "StepSpec.portions": Wording("几份（默认全部）", "How many portions (all)"),
    "table": Wording("桌号", "The table"),
    "into": Wording("并到哪张单，或由哪个工位代做", "Into which order, or by which station"),
    "station": Wording("哪个工位", "Which station"),
    "rule": Wording("哪条规则", "Which rule"),
    "reason": Wording("原因", "Why"),
    "StepSpec.name": Wording("哪种菜（沽清）", "Which dish (sold out)"),
    "left": Wording("还剩几份", "How many are left"),
    "result": Wording("结果：applied、no_op 或 refused", "What comes of it"),
    "expect": Wording("这时每道菜应该怎样", "How dishes must now be"),
    "shows": Wording(
        "画面上应有的菜，按顺序；nothing 没有，something 有", "Dishes on a view; nothing, something"
    ),
    "prints": Wording(
        "到现在在这台打印机打了什么，如 2 毛肚", "What was printed at that printer: 2 tripe"
    ),
    "says": Wording("到现在播报了什么（中文或英文）", "What was said there, in either language"),
    "overtime": Wording(
        "这张单的桌子现在被哪些超时规则标出；none 没有",
        "Overtime rules that mark the order's table now; or none",
    ),
    "priority": Wording(
        "这张单现在归哪个优先级；none 没有", "The band of priority its ticket stands in; or none"
    ),
    "slow": Wording(
        "各画面整体慢几分，如 9 min；none 没有", "How far views are behind: 9 min; or none"
    ),
    "worst": Wording(
        "各画面编号的几桌，最急的在前", "The tables that are numbered, the worst first"
    ),
    "batches": Wording(
        "各画面建议的同锅，如“炒饭 x3: 1, 2 x2”", "Pans of views, such as `rice x3: 1, 2 x2`"
    ),
    "stock": Wording(
        "某道菜还能卖几份；-2 表示少 2 份", "How many of a dish are left; -2: two are short"
    ),
    "asks": Wording(
        "各画面上的提示卡（中文或英文）", "Cards that stand at views, in either language"
    ),
    "lost": Wording("几份沽清、拿不到", "Portions that are sold out"),
    "batch": Wording(
        "对哪道菜的同锅（view 画面上第一锅）", "On the first pan of this dish at the view"
    ),
    "paused": Wording("自动暂停的规则；none 没有", "Rules that are paused; or none"),
    "LineExpectation.at": Wording(
        "在哪些工位；everywhere 所有，nothing 不做", "Its stations; everywhere, or nothing"
    ),
    "class": Wording("菜的类别", "Its class"),
    "entry": Wording("由哪条菜单决定", "The menu entry that took it"),
    "hold": Wording("在等什么：start 开做，run 走菜，none 不等", "What it waits with"),
    "next": Wording("工位忙不过来，标为下一批", "Its station has its hands full before it: next"),
    "asked": Wording("是否在等出菜口确认", "Whether it waits for an answer of the pass"),
    "until": Wording("等到几点，如 18:43；none 不定时", "The time of day it opens; or none"),
    "held_by": Wording("因为哪条规则在等", "The rule that holds it"),
    "band": Wording("出菜口看到的颜色等级", "Its urgency as the pass shows it"),
    "late": Wording("已超过的最严重时限；no 没有", "The worst limit passed; or no"),
    "marked": Wording("被哪些核对规则标出；none 没有", "Checks that find it odd; or none"),
    "held": Wording("几份在等", "Portions that wait"),
    "queued": Wording("几份待做", "Portions to be begun"),
    "cooking": Wording("几份在做", "Portions being cooked"),
    "ready": Wording("几份做好", "Portions ready"),
    "served": Wording("几份上桌", "Portions served"),
    "void": Wording("几份退了", "Portions void"),
    "OrderSpec.id": Wording("单号（默认 1）", "The order's number (1)"),
    "source": Wording("哪台收银", "Which till"),
    "session": Wording("同一桌客人（默认同桌号）", "Which guests (those of the table)"),
    "service": Wording("用餐方式", "How the guest gets the food"),
    "channel": Wording("从哪里下的单", "Where the order was placed"),
    "zone": Wording("区域", "Which part of the room"),
    "member": Wording("会员等级", "The tier of the member"),
    "payment": Wording("付款", "How far it is paid"),
    "guests": Wording("几位客人", "How many guests"),
    "due": Wording("几点要（预订），如 19:00", "The time of day at which it is due"),
    "number": Wording("取餐号", "The number that is called"),
    "note": Wording("备注", "A note"),
    "cancelled": Wording("整单取消", "The whole order is void"),
    "closed": Wording("客人离店", "The guests have left"),
    "partial": Wording("只写改动的行", "Only the lines that change"),
    "lines": Wording("菜：写“毛肚 [涮品] x2”或一组键值", "Dishes: `tripe [plates] x2`, or keys"),
    "LineSpec.name": Wording("菜名", "The dish"),
    "LineSpec.id": Wording("行号（默认菜名）", "The line's id (its name)"),
    "category": Wording("分类", "Its category"),
    "quantity": Wording("几份", "How many"),
    "item": Wording("POS 里的编号", "The till's id of the dish"),
    "unit": Wording("单位", "Its unit"),
    "course": Wording("第几道", "Its course"),
    "seat": Wording("座位", "Its seat"),
    "state": Wording("ordered 下单，held 等叫，void 退", "ordered, held or void"),
    "parent": Wording("属于哪个套餐（那一行的 id）", "The set it is part of, by its id"),
    "voucher": Wording(
        "团购券码；同一张券只做一次", "Its voucher; what one pays for is cooked once"
    ),
    "tags": Wording("标签", "Its tags"),
    "modifiers": Wording("做法和加料", "Changes to the dish"),
    "ModifierSpec.name": Wording("做法", "The change"),
    "kind": Wording("add、remove、choice、allergy 或 note", "add, remove, choice, allergy, note"),
}
