"""A compiled book as sentences that a manager can read aloud, and as a tree of its stations."""

from __future__ import annotations

from collections.abc import Iterator

from kds.admin.announce_sentences import announce_sentence
from kds.admin.fold_sentences import fold_sentences
from kds.admin.intake_sentences import check_sentence, pay_sentence
from kds.admin.overtime_sentences import overtime_sentence
from kds.admin.pace_sentences import pace_sentence
from kds.admin.precedence_sentences import (
    band_sentence,
    pan_phrase,
    slow_sentence,
    sold_out_sentence,
)
from kds.admin.print_sentences import print_sentences
from kds.admin.sets_sentences import set_details
from kds.admin.whens import bracketed, phrase
from kds.admin.wordings import (
    CHANNELS,
    CLOCKS,
    GATES,
    POT_STATES,
    QUEUES,
    SERVICES,
    duration,
    listed,
)
from kds.kitchen.ids import StationId
from kds.kitchen.orders import Step
from kds.kitchen.wording import Wording
from kds.rulebook.book import Book
from kds.rulebook.compiled import Limits, Match, MenuClass, Pattern, PrepPlus, WaitRule
from kds.rulebook.matching import written

_LIMITS = (
    ("attention_s", Wording("{} 提醒", "attention after {}")),
    ("late_s", Wording("{} 算迟", "late after {}")),
    ("critical_s", Wording("{} 严重超时", "critical after {}")),
)
_TEXTS = (
    ("items", Wording("编号是 {}", "with the id {}")),
    ("names", Wording("叫 {}", "called {}")),
    ("name_has", Wording("名称含 {}", "with {} in the name")),
    ("name_ends", Wording("名称以 {} 结尾", "with a name that ends in {}")),
    ("categories", Wording("分类是 {}", "of the category {}")),
    ("category_has", Wording("分类含 {}", "with {} in the category")),
    ("category_ends", Wording("分类以 {} 结尾", "of a category that ends in {}")),
    ("tags", Wording("标签有 {}", "tagged {}")),
    ("modifier_has", Wording("做法含 {}", "with {} among the modifiers")),
)
_SHOWN = 12
"""So many alternatives are read out; the file has the rest."""


class Teller:
    """Tells one book in one language."""

    def __init__(self, book: Book, lang: str) -> None:
        self._book = book
        self._lang = lang
        self._stations: dict[str, str] = {
            station.id: station.name[lang] for station in book.stations
        }

    def sentences(self) -> Iterator[str]:
        """Yield the book line by line: the store, its stations, the menu, the rules."""
        yield self._store()
        yield ""
        yield self._say("工位：", "Stations: ") + ", ".join(
            f"{station.name[self._lang]} ({station.id}){self._capacity(station.capacity)}"
            for station in self._book.stations
        )
        yield from fold_sentences(self._book.data.stations, self._stations, self._lang)
        yield self._say("其他菜：", "Any other dish: ") + self._limits(self._book.data.defaults)
        yield ""
        yield self._say(
            "菜单（从上到下，第一条符合的生效）：",
            "Menu (the first entry that takes a dish decides):",
        )
        for number, entry in enumerate(self._book.data.menu, 1):
            yield f"{number:>3}. {self.entry(entry)}"
        yield "     " + self._say(
            "没有一条符合的菜显示在所有工位，直到有人接手。",
            "A dish that no entry takes shows at every station until one takes it.",
        )
        rules = list(self._rules())
        if rules:
            yield ""
            yield self._say("规则：", "Rules:")
            for rule in rules:
                yield f"  - {rule}"

    def _rules(self) -> Iterator[str]:
        """Yield every rule as a few sentences."""
        for wait in self._book.data.waits:
            yield self.rule(wait)
        for pace in self._book.paces:
            yield pace_sentence(pace, self._lang)
        for overtime in self._book.data.overtimes:
            yield overtime_sentence(overtime, self._stations, self._lang)
        for announce in self._book.data.announces:
            yield announce_sentence(announce, self._stations, self._lang)
        for band in self._book.data.bands:
            yield band_sentence(band, self._stations, self._lang)
        if self._book.data.slow.where:
            yield slow_sentence(self._book.data.slow, self._lang)
        data = self._book.data
        yield from print_sentences(data.printers, data.prints, self._stations, self._lang)
        for check in self._book.data.checks:
            yield check_sentence(check, self._lang)
        for pay_first in self._book.data.pay_firsts:
            yield pay_sentence(pay_first, self._lang)
        if self._book.data.sold_out.where:
            yield sold_out_sentence(self._book.data.sold_out, self._stations, self._lang)

    def _store(self) -> str:
        data = self._book.data
        hours, minutes = divmod(data.ending.day_ends_min, 60)
        name, ends = data.name[self._lang], f"{hours:02}:{minutes:02}"
        after = data.ending.after_paid_s
        if self._lang == "zh":
            served = "上齐" if data.serve_step else "做好"
            over = "" if after is None else f"；付清并{served} {duration(after, 'zh')}后算离店"
            return f"{name}：营业日到 {ends}（{data.zone}）为止{over}。"
        served = "served" if data.serve_step else "ready"
        over = (
            "" if after is None else f"; {duration(after, 'en')} after all is paid and {served}, "
        )
        return (
            f"{name}: the business day ends at {ends} ({data.zone})"
            f"{over and f'{over}the table is over'}."
        )

    def entry(self, entry: MenuClass) -> str:
        """Return a menu entry as a sentence."""
        said = self._say("；或 ", "; or ").join(self.match(match) for match in entry.match)
        if entry.excepts:
            excepted = self._say("；和 ", "; nor ").join(self.match(m) for m in entry.excepts)
            said += self._say(f"（不包括 {excepted}）", f" (but not {excepted})")
        if not entry.when.asks_nothing:
            said += self._say("，", ", if ") + phrase(entry.when, self._lang)
        way = self.way(entry.steps)
        queue = QUEUES[entry.queue][self._lang]
        pan = pan_phrase(entry.pan, self._lang)
        said_more = (*set_details(entry, self._lang), queue, self._prep(entry), pan)
        details = [text for text in (*said_more, self._limits(entry.limits)) if text]
        tail = self._say("，", ", ").join(details)
        if self._lang == "zh":
            return f"{said} 的菜 → {way}，{tail}。〔{entry.menu_class}，{entry.id}，{entry.where}〕"
        return f"Dishes {said} → {way}; {tail}. [{entry.menu_class}, {entry.id}, {entry.where}]"

    def match(self, match: Match) -> str:
        """Return conditions as a phrase."""
        said = [
            words[self._lang].format(self._quoted(getattr(match, name)))
            for name, words in _TEXTS
            if getattr(match, name)
        ]
        if match.services:
            said.append(listed([SERVICES[s][self._lang] for s in match.services], self._lang))
        if match.channels:
            said.append(listed([CHANNELS[c][self._lang] for c in match.channels], self._lang))
        if match.parts is not None:
            with_parts = self._say("带子菜的套餐", "sold with parts")
            said.append(with_parts if match.parts else self._say("没有子菜", "sold without parts"))
        return self._say("且", " and ").join(said)

    def way(self, steps: tuple[Step, ...]) -> str:
        """Return the way of a dish: its stations in order."""
        if not steps:
            return self._say("不制作（子菜各自制作）", "not cooked itself")
        stages: dict[tuple[int, ...], list[str]] = {}
        for step in steps:
            stages.setdefault(step.after, []).append(self.station(step.station))
        return self._say("，然后 ", ", then ").join(" + ".join(s) for s in stages.values())

    def station(self, station: StationId) -> str:
        """Return a station's name; what no station was given shows everywhere."""
        return self._stations.get(station, self._say("所有工位", "every station"))

    def rule(self, rule: WaitRule) -> str:
        """Return a wait rule as a few sentences."""
        name, place = rule.name[self._lang], f"〔{rule.id}，{rule.where}〕"
        awaited = listed([self._class(name) for name in rule.waits_for], self._lang)
        state = POT_STATES[rule.until][self._lang]
        holds = [f"{self._class(h.menu_class)} {GATES[h.gate][self._lang]}" for h in rule.holds]
        waits, within = duration(rule.timeout_s, self._lang), rule.pause_within_s
        if self._lang == "zh":
            return (
                f"{name}{bracketed(rule, self._lang)}：{awaited} {state}之前，{'；'.join(holds)}。"
                f"最多等 {waits}，到时自动放行。{self._personal(rule)}"
                f"{duration(within, 'zh')}内有 {rule.pause_after} 桌超时，规则自动暂停，"
                f"每分钟放行 {rule.tables_per_minute} 桌。{place}"
            )
        return (
            f"{name}{bracketed(rule, self._lang)}: until {awaited} is {state}, {'; '.join(holds)}. "
            f"They wait {waits} at most, then they go. {self._personal(rule)}"
            f"After {rule.pause_after} tables within {duration(within, 'en')} had to be let go so, "
            f"the rule pauses itself and frees {rule.tables_per_minute} tables a minute. "
            f"[{rule.id}, {rule.where}]"
        )

    def _personal(self, rule: WaitRule) -> str:
        if not rule.personal:
            return ""
        entries, share = listed([*rule.personal], self._lang), rule.personal_share_percent
        return self._say(
            f"一人一份的（{entries}）按座位等，公用的菜等到 {share}% 的客人有了为止。",
            f"Where everybody has one's own ({entries}), a dish waits for its seat's, "
            f"and one for all until {share} % of the guests have theirs. ",
        )

    def _class(self, menu_class: str) -> str:
        return self._say(f"“{menu_class}”类", f"the '{menu_class}' class")

    def _prep(self, entry: MenuClass) -> str:
        if entry.prep_s is None:
            return ""
        needs = duration(entry.prep_s, self._lang)
        said = [self._say(f"制作 {needs}", f"takes {needs}"), *map(self._plus, entry.prep_plus)]
        return self._say("，", ", ").join(said)

    def _plus(self, plus: PrepPlus) -> str:
        time, what = duration(abs(plus.add_s), self._lang), self._quoted(plus.modifier_has)
        if plus.add_s < 0:
            return self._say(f"{what} 少 {time}", f"{time} less with {what}")
        return self._say(f"{what} 多 {time}", f"{time} more with {what}")

    def _capacity(self, portions: int | None) -> str:
        if portions is None:
            return ""
        return self._say(f" 一次 {portions} 份", f" with {portions} portions at a time")

    def _limits(self, limits: Limits) -> str:
        said = [
            words[self._lang].format(duration(value, self._lang))
            for name, words in _LIMITS
            if (value := getattr(limits, name)) is not None
        ]
        if not said:
            return self._say("不计时", "no time limit")
        clock = CLOCKS[limits.clock][self._lang]
        if self._lang == "zh":
            return f"从{clock}算 {'、'.join(said)}"
        return f"{', '.join(said)}, counted from {clock}"

    def _quoted(self, values: tuple[str | Pattern, ...]) -> str:
        texts = [written(value) if isinstance(value, Pattern) else value for value in values]
        more = len(texts) - _SHOWN
        quoted = [f"“{text}”" if self._lang == "zh" else f"'{text}'" for text in texts[:_SHOWN]]
        if more > 0:
            quoted.append(self._say(f"另外 {more} 种", f"{more} more"))
        return listed(quoted, self._lang)

    def _say(self, zh: str, en: str) -> str:
        return zh if self._lang == "zh" else en

    # --- as a tree -----------------------------------------------------------------------------

    def tree(self) -> Iterator[str]:
        """Yield the stations, and under each the menu entries whose dishes it cooks."""
        yield f"{self._book.data.name[self._lang]} ({self._book.data.id})"
        for station, name in self._stations.items():
            yield f"├─ {name} ({station})"
            for entry in self._book.data.menu:
                if any(step.station == station for step in entry.steps):
                    yield from self._branch(entry)
        shells = [entry for entry in self._book.data.menu if not entry.steps]
        if shells:
            yield f"├─ {self._say('不制作', 'not cooked')}"
            for entry in shells:
                yield from self._branch(entry)
        yield f"└─ {self._say('规则', 'rules')}"
        for rule in self._rules():
            yield f"   └─ {rule}"

    def _branch(self, entry: MenuClass) -> Iterator[str]:
        yield f"│  ├─ {entry.id} ({entry.menu_class}, {entry.where})"
        for match in entry.match:
            yield f"│  │  ├─ {self.match(match)}"
        for match in entry.excepts:
            yield f"│  │  ├─ {self._say('不包括 ', 'not ')}{self.match(match)}"
