"""The announcer: what is heard at one view, when, and in which words. Pure: time comes in.

Events come in as they are applied, items come out one at a time, the most urgent first. Nothing
is heard twice, nothing that is no longer true, nothing that happened while the display was away.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from kds.kitchen.events import Event
from kds.kitchen.ids import RuleId
from kds.kitchen.state import Kitchen
from kds.rulebook.book import Book
from kds.rulebook.compiled import How
from kds.sound.hearing import heard
from kds.sound.items import Item, Moment, Tick
from kds.sound.notices import URGENCY, Kind, News, Notice, key_of, notice_of
from kds.sound.pacing import Budget
from kds.sound.phrases import sentence
from kds.sound.room import Room
from kds.sound.scene import Scene
from kds.sound.truth import still_true

FRESH_MS = 15_000
"""Older events are no news, however they come: the wall shows what they led to."""

LINK_ALARM_MS = 10_000
LINK_REPEAT_MS = 30_000
LINK_ALARMS = 3
VOID_REPEAT_MS = 30_000

_TOGETHER = {Kind.POT_READY: Kind.FIRE, Kind.FIRE: Kind.POT_READY}
"""What becomes one sentence when both wait for a table: its pot is up, and so its dishes start."""

_ONCE = frozenset({Kind.LATE, Kind.CRITICAL})
_MOST_PENDING = 60
_REPEATED = frozenset({Kind.VOID, Kind.VOID_UNBEGUN})


class Announcer:
    """Decides what is heard of one view. Not thread-safe; `lang` may change at any time.

    `room`: what is heard there of other views too, None: of this one alone.

    The caller tells it of every event, in order, and asks `due` whenever the sound is idle and
    something was told or `next_at` has come. Before the first `up_to_date` it hears no event.
    """

    def __init__(
        self, view: str, *, device: str = "", lang: str = "zh", room: Room | None = None
    ) -> None:
        self.view = view
        self.lang = lang
        self._device = device
        self._room = room or Room()
        self._heard_seq: int | None = None
        self._pending: dict[tuple[str, ...], Notice] = {}
        self._budgets: dict[tuple[RuleId, int], Budget] = {}
        self._is_link_lost = False
        self._is_link_alarmed = False

    # --- what happens --------------------------------------------------------------------

    def up_to_date(
        self, known: Kitchen | None, kitchen: Kitchen, book: Book, moment: Moment
    ) -> None:
        """From here on the display shows what happens; up to here it knew `known`.

        To be called after each start, snapshot and reconnection. What happened in between stays
        unheard, but for pots whose last limit passed meanwhile: those are told as late, once.
        After a start without any memory (`known` None) not even they are.
        """
        self._heard_seq = kitchen.seq
        if known is None:
            self._pending.clear()
            return
        now = Scene(kitchen, book, self.view)
        for news in _pots_gone_red(Scene(known, book, self.view), now, moment):
            self._take_in(news, book, moment.ear)

    def hear(
        self, before: Kitchen, event: Event, after: Kitchen, book: Book, moment: Moment
    ) -> None:
        """Take in an event that was just applied. Each log place is heard at most once."""
        if self._heard_seq is None or after.seq <= self._heard_seq:
            return
        self._heard_seq = after.seq
        if moment.kitchen - event.at > FRESH_MS:
            return
        was, now = Scene(before, book, self.view), Scene(after, book, self.view)
        for news in heard(was, event, now, self._device):
            self._take_in(news, book, moment.ear)

    def _take_in(self, news: News, book: Book, at: Tick) -> None:
        rule = book.announce_rule(news.kind, self.view)
        if rule is not None and rule.how is How.SILENT:
            return
        if news.kind in _ONCE:
            untold = self._room.untold(news.kind, (key for key, _ in news.plates))
            news = replace(news, plates=tuple(p for p in news.plates if p[0] in untold))
        if news.plates:
            self._put(notice_of(news.kind, at, news, rule=rule))

    def _put(self, notice: Notice) -> None:
        waiting = self._pending.get(notice.key)
        self._pending[notice.key] = notice if waiting is None else waiting.joined(notice)
        if len(self._pending) > _MOST_PENDING:
            least = min(self._pending.values(), key=lambda n: (URGENCY[n.kind], n.born))
            del self._pending[least.key]

    def refused(self, at: Tick) -> None:
        """A touch at this display was refused."""
        self._put(notice_of(Kind.REFUSED, at))

    def link_lost(self, since: Tick) -> None:
        """Nothing has come from the bridge since then. Heard from ten seconds on, three times.

        Short breaks make no sound at all, however many they are. To say it again adds nothing.
        """
        if self._is_link_lost:
            return
        self._is_link_lost = True
        for number in range(LINK_ALARMS):
            after_ms = LINK_ALARM_MS + number * LINK_REPEAT_MS
            self._put(notice_of(Kind.LINK_LOST, since, after_ms=after_ms, repeat=number))

    def link_back(self, at: Tick) -> None:
        """The bridge is heard again; that is worth a sound only if its loss was one."""
        self._is_link_lost = False
        self._calm_link()
        if self._is_link_alarmed:
            self._is_link_alarmed = False
            self._put(notice_of(Kind.LINK_BACK, at))

    def touched(self) -> None:
        """Somebody is at the display, and so knows: the alarm of the link is not repeated."""
        if self._is_link_alarmed:
            self._calm_link()

    def _calm_link(self) -> None:
        alarms = [k for k, notice in self._pending.items() if notice.kind is Kind.LINK_LOST]
        for key in alarms:
            del self._pending[key]

    # --- what is heard -------------------------------------------------------------------

    @property
    def next_at(self) -> Tick | None:
        """When to ask `due` again, None: not before something is told. The past means now."""
        first = min((notice.opens for notice in self._pending.values()), default=None)
        free_at = self._room.free_at
        return first if first is None or free_at is None else max(first, free_at)

    def urgency(self, at: Tick) -> int:
        """Return how urgent the most urgent is of what `due` may return now, 0 if there is none."""
        waiting = (n for n in self._pending.values() if n.opens <= at < n.expires)
        return max((URGENCY[notice.kind] for notice in waiting), default=0)

    def due(self, kitchen: Kitchen, book: Book, moment: Moment) -> tuple[Item, ...]:
        """Return what is to be heard now, the most urgent: one item or none.

        `kitchen`: as this display shows it, what its own hands did included. To be asked only
        while the sound is idle, so that nothing overlaps and nothing waits to become untrue.
        """
        now = moment.ear
        self._pending = {k: n for k, n in self._pending.items() if n.expires > now}
        if not self._room.is_free(now):
            return ()
        scene = Scene(kitchen, book, self.view)
        ready = [notice for notice in self._pending.values() if notice.opens <= now]
        for notice in sorted(ready, key=lambda n: (-URGENCY[n.kind], n.born)):
            item = self._heard(notice, scene, moment)
            if item is not None:
                return (item,)
        return ()

    def _heard(self, notice: Notice, scene: Scene, moment: Moment) -> Item | None:
        """Take a notice out and return what becomes of it, None if it is not worth a sound."""
        del self._pending[notice.key]
        manner, rule, at = notice.manner, notice.rule, moment.ear
        if not self._is_within_budget(notice, at):
            return None
        if self._is_quiet(notice, at) or not self._room.may_sound(at, is_urgent=manner.is_urgent):
            return None
        is_said = manner.is_said and self._room.may_speak(at, is_urgent=manner.is_urgent)
        if manner.is_said and not is_said and self._is_put_off(notice, at):
            return None
        news = [left for each in notice.news if (left := still_true(scene, each)) is not None]
        if notice.news and not news:
            return None
        text = ""
        lang = self.lang if rule is None or rule.lang is None else rule.lang
        if is_said:
            words = None if rule is None else rule.say
            news = news if words else self._with_companion(news, scene)
            text = sentence(scene, news, lang, moment.kitchen, words)
            if self._room.said_elsewhere(text, self.view, at):
                return None
        self._note(notice, news, text, scene.book, at)
        return _item(notice, news, text, lang)

    def _is_within_budget(self, notice: Notice, at: Tick) -> bool:
        """The rule of this notice, if any, lets one more of its kind be heard in this minute."""
        rule = notice.rule
        if rule is None or rule.per_minute is None:
            return True
        budget = self._budgets.setdefault((rule.id, rule.per_minute), Budget(rule.per_minute, 0))
        return budget.allows(at, is_urgent=True)

    def _is_put_off(self, notice: Notice, at: Tick) -> bool:
        """No sentence is left, and the cue alone has sounded too lately: wait for either."""
        pace = self._room.pace
        if not self._room.was_heard((notice.kind,), pace.mute_quiet_ms, at):
            return False
        self._pending[notice.key] = replace(notice, opens=Tick(at + pace.gap_ms))
        return True

    def _is_quiet(self, notice: Notice, at: Tick) -> bool:
        """The same has just been heard, or was while this waited: of another view, then."""
        key, quiet_ms = notice.key, notice.manner.quiet_ms
        if notice.repeat or not quiet_ms:
            return False
        return self._room.was_heard(key, max(quiet_ms, at - notice.born + 1), at)

    def _with_companion(self, news: list[News], scene: Scene) -> list[News]:
        """Join what belongs in one sentence: the pot of a table is up, and so its dishes start."""
        if news[0].kind not in _TOGETHER:
            return news
        key = key_of(_TOGETHER[news[0].kind], news[0].visit)
        together = [*news, *self._companions(key, scene)]
        return sorted(together, key=lambda each: -URGENCY[each.kind])

    def _companions(self, key: tuple[str, ...], scene: Scene) -> Iterator[News]:
        waiting = self._pending.get(key)
        if waiting is not None and waiting.rule is not None and waiting.rule.say is not None:
            return  # it has a sentence of its own
        companion = self._pending.pop(key, None)
        for each in () if companion is None else companion.news:
            left = still_true(scene, each)
            if left is not None:
                yield left

    def _note(self, notice: Notice, news: list[News], text: str, book: Book, at: Tick) -> None:
        """Remember that this was heard, and what is to be heard again."""
        self._room.note(notice, text, self.view, at)
        rule = notice.rule
        if rule is not None and rule.per_minute is not None:
            self._budgets[rule.id, rule.per_minute].spend(at)
        if notice.kind is Kind.LINK_LOST:
            self._is_link_alarmed = True
        if notice.kind in _REPEATED and not notice.repeat:
            again = [News(Kind.VOID_UNBEGUN, each.visit, each.plates) for each in news]
            kind = Kind.VOID_UNBEGUN
            said = book.announce_rule(kind, self.view)
            if said is None or said.how is not How.SILENT:
                later_ms = VOID_REPEAT_MS
                self._put(notice_of(kind, at, *again, after_ms=later_ms, repeat=1, rule=said))


def _item(notice: Notice, news: list[News], text: str, lang: str) -> Item:
    plates = tuple(plate for each in news for plate in each.plates)
    urgency = URGENCY[notice.kind]
    return Item(notice.manner.cue, urgency, notice.expires, notice.key, text, lang, plates)


def _pots_gone_red(known: Scene, now: Scene, moment: Moment) -> Iterator[News]:
    """Yield the pots that became much too late between two kitchens, unheard by this display."""
    classes = now.pot_classes if now.is_pass or now.is_station else frozenset()
    for visit in now.kitchen.visits.values() if classes else ():
        for line in now.kitchen.lines_of(visit):
            is_pot = line.routing.menu_class in classes
            count = now.workable(line, visit.id) if is_pot else 0
            if count and now.is_red(line, visit.id, moment.kitchen):
                old = known.kitchen.line(line.key)
                if old is None or not known.is_red(old, visit.id, known.kitchen.at):
                    yield News(Kind.CRITICAL, visit.id, ((line.key, count),))
