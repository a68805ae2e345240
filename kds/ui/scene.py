"""What the wall shows now and what of it has changed, without Qt.

The widget tells the scene what happens and asks it what to repaint. Whatever the board says,
only tiles whose ticket, place or marks differ are repainted; a tick repaints only clocks that
read otherwise.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from kds.board.values import Board
from kds.kitchen.ids import Instant, LineKey, VisitId
from kds.ui.canvas import Ruler
from kds.ui.focus import neighbour, successor
from kds.ui.geometry import Box
from kds.ui.placement import Placement, place, turn
from kds.ui.sheets import Sheets
from kds.ui.slips import Part, PlaceStyle, Size, Slip
from kds.ui.style.times import JUST_MOVED
from kds.ui.ticket.face import Face
from kds.ui.ticket.live import Live
from kds.ui.ticket.part import Target, lives_of, targets_of
from kds.ui.ticket.reading import Reading
from kds.ui.ticket.sheet import Sheet

EMPTY = Board("", "", (), (), (), None)
_NO_LINES: frozenset[LineKey] = frozenset()


@dataclass(frozen=True, slots=True)
class View:
    """How a wall is to be drawn: its letters, its words, its division."""

    ruler: Ruler
    reading: Reading
    style: PlaceStyle


@dataclass(slots=True, eq=False)
class Tile:
    """A part in its place, with its number, its focus, and what goes on by itself on it."""

    part: Part
    sheet: Sheet
    key: str
    focused: bool
    marked: LineKey | None
    lives: list[Live] = field(default_factory=list)

    def is_like(self, other: Tile) -> bool:
        """The two look alike."""
        is_same = self.sheet is other.sheet and self.part == other.part
        marks = (self.key, self.focused, self.marked)
        return is_same and marks == (other.key, other.focused, other.marked)


class Scene:
    """The wall's state. `clock`: milliseconds that only ever grow, to know what moved just now.

    Attributes:
        placement: where every ticket stands.
        tiles: the parts of the page that is looked at.
        focus: the ticket that keys are meant for.
        has_missed: keys were meant for a ticket that is not there; until something is selected.
    """

    def __init__(self, view: View, clock: Callable[[], int]) -> None:
        self._clock = clock
        self._board, self._unsent, self._now = EMPTY, _NO_LINES, Instant(0)
        self._size: Size = (1, 1)
        self._damage: list[Box] = []
        self._came: dict[VisitId, int] = {}
        self._states: dict[int, object] = {}
        self.placement: Placement = place(None, [], self._size, view.style)
        self.tiles: dict[tuple[VisitId, int], Tile] = {}
        self.focus: VisitId | None = None
        self.marked: LineKey | None = None
        self.has_missed = False
        self._worked_on: VisitId | None = None
        self._view = view
        self._sheets = self._new_sheets()
        self._sheets_in_order: list[Sheet] = []

    @property
    def view(self) -> View:
        """How the wall is drawn."""
        return self._view

    @property
    def now(self) -> Instant:
        """The kitchen time of the last tick."""
        return self._now

    @property
    def is_empty(self) -> bool:
        """There is nothing to cook."""
        return not self._sheets_in_order

    def set_view(self, view: View, size: Size) -> None:
        """Draw everything anew: another language, size of text or arrangement."""
        self._view, self._size = view, size
        self._sheets = self._new_sheets()
        self._sheets_in_order = []
        self._lay_out(settle=True)
        self.repaint()

    @property
    def is_behind(self) -> bool:
        """Some tickets are still read as they were before `read_by`."""
        return self._sheets.is_behind

    def read_by(self, view: View) -> None:
        """Let tickets say things otherwise, in the same letters: some of them with each `show`."""
        self._view = view
        self._sheets.read_by(view.reading)

    def resize(self, size: Size) -> None:
        """Lay out for another size of the wall; what no ticket is wider for keeps its sheets."""
        if size == self._size:
            return
        if self._view.style.ticket_width(size[0]) != self._sheets.width:
            self.set_view(self._view, size)
            return
        self._size = size
        self._lay_out(settle=True)
        self.repaint()

    def _new_sheets(self) -> Sheets:
        view = self._view
        return Sheets(view.reading, view.style.ticket_width(self._size[0]), view.ruler)

    def show(
        self,
        board: Board,
        now: Instant,
        unsent: frozenset[LineKey] = _NO_LINES,
        at_once: int | None = None,
    ) -> None:
        """Show a board as it is at `now`; `at_once`: tickets read anew since `read_by`, at most."""
        self._board, self._unsent, self._now = board, unsent, now
        self._lay_out(at_once=at_once)
        self.tick(now)

    def tick(self, now: Instant) -> None:
        """Let time pass: only what reads otherwise is repainted."""
        self._now = now
        outgrown = {t.part.id for t in self.tiles.values() if not t.sheet.still_fits(now)}
        if outgrown:
            for visit in outgrown:
                self._sheets.refit(visit, now)
            self._lay_out()
        for tile in self.tiles.values():
            for live in tile.lives:
                state = live.state(now)
                if self._states.get(id(live)) != state:
                    self._states[id(live)] = state
                    self._damage.append(live.box)

    @property
    def has_gaps(self) -> bool:
        """Tickets have left places on this page that nothing has taken since."""
        return bool(self.placement.left)

    def settle(self) -> None:
        """Close the gaps."""
        self._lay_out(settle=True)

    def settle_around_focus(self) -> bool:
        """Close the gaps if the ticket that keys are meant for stays where it is."""
        style, focus = self._view.style, self.focus
        after = place(self.placement, self._slips(), self._size, style, settle=True)
        if focus is not None and after.boxes(focus) != self.placement.boxes(focus):
            return False
        self.settle()
        return True

    def turn(self, step: int) -> bool:
        """Look at another page; answers whether there was one."""
        wanted = self.placement.page + step
        if not 0 <= wanted < len(self.placement.pages):
            return False
        self.placement = turn(self.placement, self._slips(), wanted)
        if self.focus not in self.placement.ids:
            self.focus = None
        self._take_tiles()
        self.tick(self._now)
        self.repaint()
        return True

    def select(self, visit: VisitId | None, marked: LineKey | None = None) -> None:
        """Move the focus."""
        self.focus, self.marked, self.has_missed = visit, marked, False
        self._worked_on = None
        self._take_tiles()

    def work_on(self, visit: VisitId) -> None:
        """A hand at this wall finishes the ticket: when it leaves, the focus may go on."""
        self._worked_on = visit

    def miss(self) -> None:
        """Keys are meant for a ticket that is not there, and so for none."""
        self.select(None)
        self.has_missed = True

    def move(self, dx: int, dy: int) -> None:
        """Move the focus to the next ticket in a direction, never to another page."""
        self.select(neighbour(self.placement.parts, self.focus, dx, dy))

    def numbered(self, number: int) -> VisitId | None:
        """Return the ticket that has this number: 1 to 9, and 0 for the tenth."""
        keyed = self.placement.keyed
        place_of = (number - 1) % 10
        return keyed[place_of] if place_of < len(keyed) else None

    def target_at(self, x: float, y: float) -> tuple[VisitId, Target] | None:
        """Return what a finger at this place means."""
        part = self.placement.part_at(x, y)
        tile = None if part is None else self.tiles.get((part.id, part.index))
        if tile is None:
            return None
        targets = targets_of(tile.sheet, tile.part, self._view.ruler.measures)
        found = next((target for target in targets if target.box.holds(x, y)), None)
        return None if found is None else (tile.part.id, found)

    def came_just_now(self, visit: VisitId) -> bool:
        """The ticket has been where it is for so short that a touch may have meant another."""
        return self._clock() - self._came.get(visit, -JUST_MOVED) < JUST_MOVED

    def faces(self) -> list[Face]:
        """Return what every ticket says, on whatever page."""
        return [sheet.face for sheet in self._sheets_in_order]

    def sheet_of(self, visit: VisitId) -> Sheet | None:
        """Return the sheet of a ticket, on whatever page."""
        return next((s for s in self._sheets_in_order if s.face.visit == visit), None)

    def next_page(self) -> list[Tile]:
        """Return the tiles that turning on would show, so that they can be drawn beforehand."""
        following = self.placement.page + 1
        if following >= len(self.placement.pages):
            return []
        sheets = {sheet.face.visit: sheet for sheet in self._sheets_in_order}
        return [self._tile(part, sheets[part.id], "") for part in self.placement.pages[following]]

    def repaint(self) -> None:
        """Ask for everything to be painted."""
        self._damage = [Box(0, 0, *self._size)]

    def take_damage(self) -> list[Box]:
        """Return what has to be repainted since the last time this was asked."""
        damage, self._damage = self._damage, []
        return damage

    def _slips(self) -> list[Slip]:
        return [sheet.slip for sheet in self._sheets_in_order]

    def _lay_out(self, *, settle: bool = False, at_once: int | None = 0) -> None:
        was_empty, before = self.is_empty, self.placement.parts
        self._sheets_in_order = self._sheets.update(self._board, self._unsent, self._now, at_once)
        self.placement = place(
            self.placement, self._slips(), self._size, self._view.style, settle=settle
        )
        if self.focus is not None and self.focus not in self.placement.ids:
            self._lose_focus(before)
        self._take_tiles()
        if was_empty != self.is_empty:
            self.repaint()

    def _lose_focus(self, before: Sequence[Part]) -> None:
        """Let the focus go on, unless it was somebody elsewhere who took its ticket away: then
        the key that comes was meant for that one and must not hit the next.
        """
        gone, self.marked = self.focus, None
        if gone is not None and gone == self._worked_on:
            self.focus = successor(before, self.placement.ids, gone)
        else:
            self.focus, self.has_missed = None, True

    def _take_tiles(self) -> None:
        """Make the tiles of the page that is looked at, and note where they differ."""
        old, sheets = self.tiles, {s.face.visit: s for s in self._sheets_in_order}
        numbers = enumerate(self.placement.keyed, 1)
        keys = {visit: str(number % 10) for number, visit in numbers if visit is not None}
        self.tiles = {}
        for part in self.placement.parts:
            tile = self._tile(part, sheets[part.id], keys.get(part.id, ""))
            before = old.get((part.id, part.index))
            if before is not None and before.is_like(tile):
                tile = before
            else:
                self._begin(tile, before)
            self.tiles[part.id, part.index] = tile
        for place_of, tile in old.items():
            if self.tiles.get(place_of) is not tile:
                self._damage.append(self._reach(tile))
        self._forget_states()

    def _tile(self, part: Part, sheet: Sheet, key: str) -> Tile:
        focused = part.id == self.focus
        return Tile(part, sheet, key, focused, self.marked if focused else None)

    def _begin(self, tile: Tile, before: Tile | None) -> None:
        """Note a tile that is new, or not what it was."""
        tile.lives = lives_of(tile.sheet, tile.part, self._view.ruler.measures)
        self._damage.append(self._reach(tile))
        for live in tile.lives:
            self._states[id(live)] = live.state(self._now)
        if before is None or before.part.box[:3] != tile.part.box[:3]:
            self._came[tile.part.id] = self._clock()

    def _reach(self, tile: Tile) -> Box:
        """Return how far the paint of a tile goes: the ring stands in the gap around it."""
        return tile.part.box.inset(-self._view.style.gap) if tile.focused else tile.part.box

    def _forget_states(self) -> None:
        alive = {id(live) for tile in self.tiles.values() for live in tile.lives}
        self._states = {key: state for key, state in self._states.items() if key in alive}
        shown = set(self.placement.ids)
        self._came = {visit: at for visit, at in self._came.items() if visit in shown}
