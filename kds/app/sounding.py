"""Sounding: what the one loudspeaker of a display makes heard of its link and of its hands."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from kds.app.acts import Acts
from kds.board.scope import known_views
from kds.kitchen.commands import Command, CommandKind, Result
from kds.kitchen.ids import CommandId, Instant
from kds.kitchen.state import Kitchen
from kds.kitchen.wording import Wording
from kds.link import Link
from kds.rulebook.book import Book
from kds.rulebook.builtin import builtin_book
from kds.sound.announcing import Announcer
from kds.sound.cues import Cue
from kds.sound.items import Moment, Tick
from kds.sound.room import Room
from kds.sound.sound import NO_SOUND, Sound, SoundNote, ear_clock
from kds.sound.speaker import Speaker
from kds.ui.chrome.health import Trouble, TroubleKind
from kds.ui.intents import Intent, OpenStrip, SwitchLanguage
from kds.wire.notices import Answered, BookChanged, DisplayNotice, Following, Happened, Offline
from kds.wire.standing import Phase

AFTER_PAINTING_S = 0.03
"""An eye is answered within a frame; an ear does not notice this."""

ANSWER_WITHIN_MS = 3_000
"""What is refused later than this after the touch was asked by a hand that is long gone."""

NOTED_FOR_MS = 300_000
READ_FOR_MS = 20_000
_TAKES_BACK = frozenset({CommandKind.UNDO, CommandKind.RECALL})
_Heard = Answered | BookChanged | Following | Happened | Offline


@dataclass(frozen=True, slots=True)
class _Told:
    """A notice of the link, and how the session stood when it came."""

    notice: _Heard
    kitchen: Kitchen
    moment: Moment
    phase: Phase


class Loudspeaker:
    """Speaks for `views`, whether or not they are shown here. Event loop thread only.

    Nothing is heard of what happened before this program followed a bridge. `listen` once the
    walls are painted, `stop` at the end. `heed` is told of all that the link tells, `acted` of
    each command once it is safe, `touched` of each touch and key, `denied` of one that may not be.
    """

    def __init__(
        self,
        link: Link,
        views: Sequence[str],
        device: str,
        lang: str,
        sound: Sound,
        clock: Callable[[], Tick] = ear_clock,
    ) -> None:
        self._link = link
        self._sound = sound
        self._clock = clock
        room = Room()
        self._announcers = [Announcer(v, device=device, lang=lang, room=room) for v in views]
        self._first = self._announcers[0]  # speaks of what is no view's own
        self._speaker = Speaker(self._announcers, sound, self._look)
        self._waiting: list[_Told] = []
        self._timer: asyncio.TimerHandle | None = None
        self._since: Instant | None = None
        self._known: Kitchen | None = None
        self._asked: dict[CommandId, Tick] = {}
        self._noted: tuple[SoundNote, Tick] | None = None

    def listen(self, acts: Acts, answers: Callable[[Command], bool] = lambda _: True) -> None:
        """Begin to be heard: of the link and of `acts`, each time after those who were told so far.

        `answers`: it is the hand that gave this command which shall hear that it was taken.
        """
        show, show_act = self._link.on_news, acts.then

        def told(news: Sequence[DisplayNotice]) -> None:
            show(news)
            self.heed(news)

        def acted(command: Command) -> None:
            show_act(command)
            if answers(command):
                self.acted(command)

        self._link.on_news, acts.then = told, acted
        self.start()

    def start(self) -> None:
        """Begin to be heard, of what `heed` and `acted` are told by others."""
        self._sound.start()
        if self._link.session.phase is not Phase.FOLLOWING:
            self._first.link_lost(self._clock())
            self._speaker.nudge()

    async def stop(self) -> None:
        """Fall silent."""
        if self._timer is not None:
            self._timer.cancel()
        self._speaker.stop()
        await self._sound.stop()

    # --- hands ---

    def acted(self, command: Command) -> None:
        """Answer the hand that gave a command."""
        now = self._clock()
        self._asked = {c: at for c, at in self._asked.items() if now - at < ANSWER_WITHIN_MS}
        self._asked[command.id] = now
        cue = Cue.UNDONE if command.kind in _TAKES_BACK else Cue.BUMPED
        asyncio.get_running_loop().call_later(AFTER_PAINTING_S, self._sound.answer, cue)

    def denied(self) -> None:
        """A touch asked for what can not be done now."""
        self._first.refused(self._clock())
        self._speaker.nudge()

    def touched(self, intent: Intent, lang: str) -> None:
        """Somebody is here. `lang`: the language of the screen from now on."""
        self._first.touched()
        match intent:
            case SwitchLanguage():
                for announcer in self._announcers:
                    announcer.lang = lang
            case OpenStrip() if self._noted is not None:
                note, until = self._noted
                self._noted = note, min(until, Tick(self._clock() + READ_FOR_MS))

    def troubles(self, lang: str) -> tuple[Trouble, ...]:
        """Return why nothing is heard, until somebody has read it, or long enough could have."""
        note = self._sound.note or self._no_such_view()
        if note is None:
            self._noted = None
            return ()
        now = self._clock()
        if self._noted is None or self._noted[0] != note:
            self._noted = note, Tick(now + NOTED_FOR_MS)
        if now >= self._noted[1]:
            return ()
        return (Trouble(TroubleKind.VOICE, (note.what[lang],), (note.why[lang],)),)

    def _no_such_view(self) -> SoundNote | None:
        """Say which view this was told to speak for that is none."""
        book = self._link.session.book
        known = () if book is None else known_views(book)
        for announcer in self._announcers if known else ():
            if announcer.view not in known:
                en = f"no view {announcer.view} to speak for"
                why = Wording(f"没有 {announcer.view} 这个画面", en)
                return SoundNote(NO_SOUND, why, en)
        return None

    # --- the link ---

    def heed(self, notices: Sequence[DisplayNotice]) -> None:
        """Take in what the link tells; it is heard after it has been painted."""
        session = self._link.session
        for notice in notices:
            if isinstance(notice, _Heard):
                self._waiting.append(
                    _Told(notice, session.confirmed, self._moment(), session.phase)
                )
        if self._waiting and self._timer is None:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(AFTER_PAINTING_S, self._catch_up)

    def _catch_up(self) -> None:
        self._timer = None
        waiting, self._waiting = self._waiting, []
        for told in waiting:
            self._take(told)
        self._speaker.nudge()

    def _take(self, told: _Told) -> None:
        match told.notice:
            case Following():
                self._be_up_to_date(told)
                self._first.link_back(told.moment.ear)
            case BookChanged() if self._known is None and told.phase is Phase.FOLLOWING:
                self._be_up_to_date(told)
            case Happened():
                self._hear(told.notice, told.moment)
            case Offline():
                silent_ms = self._link.state.silent_ms or 0
                self._first.link_lost(Tick(self._clock() - silent_ms))
            case Answered(command=command, result=result):
                asked, now = self._asked.pop(command, None), told.moment.ear
                is_awaited = asked is not None and now - asked < ANSWER_WITHIN_MS
                if result is Result.REFUSED and is_awaited:
                    self._first.refused(now)

    def _be_up_to_date(self, told: _Told) -> None:
        book = self._link.session.book
        if book is None:
            return
        if self._since is None:
            self._since = told.moment.kitchen
        for announcer in self._announcers:
            announcer.up_to_date(self._known, told.kitchen, book, told.moment)
        self._known = told.kitchen

    def _hear(self, happened: Happened, moment: Moment) -> None:
        """Hear events, but those that a former run of this program may have made heard."""
        book = self._link.session.book
        if book is None or self._since is None:
            return
        for before, event, after in happened.steps():
            if event.at > self._since:
                for announcer in self._announcers:
                    announcer.hear(before, event, after, book, moment)
        self._known = happened.kitchens[-1]

    # --- now ---

    def _look(self) -> tuple[Kitchen, Book, Moment]:
        session = self._link.session
        return session.projection.kitchen, session.book or builtin_book(), self._moment()

    def _moment(self) -> Moment:
        return Moment(self._link.time() or self._link.session.confirmed.at, self._clock())
