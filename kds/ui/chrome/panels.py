"""What the side panels say: all-day, recall, why, troubles, and a whole ticket."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from itertools import chain

from kds.board.ages import seconds
from kds.board.values import AllDay, Board, Ticket, TicketLine
from kds.board.why import explain_line, explain_ticket, minutes
from kds.kitchen.ids import Instant, VisitId
from kds.kitchen.messages import ModifierKind
from kds.ui.chrome.acts import asked_acts, line_acts, ticket_acts, twin_acts
from kds.ui.chrome.health import Health, Trouble, TroubleKind
from kds.ui.chrome.panel import PanelButton, PanelFace, PanelRow
from kds.ui.chrome.pans import pan_rows
from kds.ui.chrome.strip import age_text, sentence
from kds.ui.chrome.to_run import run_rows
from kds.ui.icons import Icon
from kds.ui.style.measures import PanelWidth
from kds.ui.text import clean
from kds.ui.ticket.reading import Reading, figure
from kds.ui.words import Words

LOOK, RECALL, REMAKE, UNDO, RESUME = "look", "recall", "remake", "undo", "resume"
HEALTH = "health"
ALL_DAY = "all_day"
WHY = "why"
_KEYS = 9
_RULE = re.compile(r"(.*?)\s?[（(]([^（()）]*)[)）]")


@dataclass(frozen=True, slots=True)
class Bumped:
    """Something that was bumped lately; `id`: by which the one who asks knows it.

    `undo_s`: seconds left to undo it; `odd_s`: how many it took, where that is hard to believe.
    `is_out`: it has left the kitchen, so it can only be made once more.
    """

    id: str
    table: str
    what: str
    at: Instant
    undo_s: int = 0
    odd_s: int | None = None
    is_out: bool = False


@dataclass(frozen=True, slots=True)
class BumpedDish:
    """A dish of something that was bumped; `row`: by which the one who asks knows it."""

    row: str
    name: str
    quantity: str
    is_out: bool = False


def all_day_panel(board: Board, reading: Reading) -> PanelFace:
    """Return how many of each dish are still to be cooked.

    First what can be done here for several at once: pans at a station, tables to run at the pass.
    """
    first = (*run_rows(board, reading), *pan_rows(board, reading))
    total = sum(int(row.count) if row.count % 1 == 0 else 1 for row in board.all_day)
    return PanelFace(
        title=reading.words("btn.all_day"),
        icon=Icon.SUM,
        count=str(total),
        rows=(*first, *_all_day_rows(board, reading)),
        width=PanelWidth.USUAL if first else PanelWidth.NARROW,
        about=ALL_DAY,
    )


def _all_day_rows(board: Board, reading: Reading) -> Iterable[PanelRow]:
    """Yield a row for each dish, with how many can still be sold where somebody counts them."""
    lines = (line for ticket in board.tickets for line in ticket.lines if line.left is not None)
    left = {line.name: line.left for line in lines}
    for row in board.all_day:
        yield _all_day_row(row, reading, left.get(row.name))


def _all_day_row(row: AllDay, reading: Reading, left: Decimal | None) -> PanelRow:
    name = clean(dict(row.names).get(reading.lang) or row.name)
    splits = []
    for split in row.splits:
        words = [clean(m.name) for m in split.modifiers if m.kind is not ModifierKind.NOTE]
        if words:
            splits.append(f"{figure(split.count)} {' '.join(words)}")
    texts = [" · ".join(splits)] if splits else []
    if row.held:
        texts.append(reading.words("allday.held", figure(row.held)))
    if left is not None:
        texts.append(reading.words("allday.left", figure(left)))
    unit = clean(row.unit) if row.count % 1 else ""
    return PanelRow("", name, lead=figure(row.count) + unit, texts=tuple(texts))


def recall_panel(bumped: Iterable[Bumped], acts: int, reading: Reading) -> PanelFace:
    """Return what was bumped lately, the newest first; `acts`: how much it was in all."""
    rows = tuple(_bumped_row(one, number, reading) for number, one in enumerate(bumped, 1))
    nothing = PanelRow("", reading.words("recall.none"))
    return PanelFace(
        title=reading.words("recall.title", acts),
        icon=Icon.LIST,
        rows=rows or (nothing,),
        about=RECALL,
    )


def _bumped_row(bumped: Bumped, number: int, reading: Reading) -> PanelRow:
    words = reading.words
    if bumped.undo_s:
        undo = PanelButton(UNDO, words("recall.undo_in", bumped.undo_s), True, Icon.BACK)
        buttons: tuple[PanelButton, ...] = (undo,)
    else:
        back = REMAKE if bumped.is_out else RECALL
        buttons = (
            PanelButton(LOOK, words("recall.look")),
            PanelButton(back, words(f"recall.{back}")),
        )
    title = " ".join(filter(None, (clean(bumped.table), clean(bumped.what))))
    key = str(number) if number <= _KEYS else ""
    texts = (_done_text(bumped, reading),)
    return PanelRow(bumped.id, title, lead=key, texts=texts, buttons=buttons)


def _done_text(bumped: Bumped, reading: Reading) -> str:
    words = reading.words
    texts = [words("recall.done_at", reading.time(bumped.at))]
    if bumped.is_out:
        texts.append(words("recall.out"))
    if bumped.odd_s is not None:
        texts.append(words("recall.odd", bumped.odd_s))
    return " · ".join(texts)


def look_panel(
    bumped: Bumped, device: str, dishes: Iterable[BumpedDish], reading: Reading, whole: str
) -> PanelFace:
    """Return all dishes that were bumped together, each to be recalled or made once more.

    `whole`: the row that stands for all of them.
    """
    words = reading.words
    rows = [_look_row(dish, reading) for dish in dishes]
    if len(rows) > 1 and not bumped.is_out:
        button = PanelButton(RECALL, words("recall.all"), icon=Icon.BACK)
        rows.append(PanelRow(whole, "", buttons=(button,)))
    text = _done_text(bumped, reading)
    subtitle = f"{text} · {clean(device)}" if device else text
    return PanelFace(
        title=clean(bumped.table),
        subtitle=subtitle,
        rows=tuple(rows),
        width=PanelWidth.WIDE,
        about=f"{LOOK} {bumped.id}",
    )


def _look_row(dish: BumpedDish, reading: Reading) -> PanelRow:
    words = reading.words
    remake = PanelButton(REMAKE, words("recall.remake"))
    back = PanelButton(RECALL, words("recall.recall"))
    buttons = (remake,) if dish.is_out else (back, remake)
    return PanelRow(dish.row, clean(dish.name), lead=dish.quantity, buttons=buttons)


def why_panel(ticket: Ticket, line: TicketLine | None, reading: Reading, now: Instant) -> PanelFace:
    """Return why a dish, or a whole ticket, looks as it does, and its clocks."""
    table = clean(ticket.table or ticket.number)
    if line is None:
        texts = [(explain_ticket(ticket, now, reading.lang), Icon.CLOCK)]
        texts += [
            (f"{reading.dish_name(li)} {explain_line(li, now, reading.lang)}", Icon.LIST)
            for li in ticket.lines
            if "set" not in li.flags and li.key != ticket.worst
        ]
        times = _times(ticket, None, reading, now)
        acts = chain(
            twin_acts(ticket, reading),
            asked_acts(ticket.lines, reading),
            ticket_acts(ticket, reading),
        )
        return _why_face(table, "", "", texts, times, reading, acts)
    texts = [(explain_line(line, now, reading.lang), Icon.PADLOCK if line.hold else Icon.CLOCK)]
    subtitle = " · ".join((table, reading.words(f"service.{ticket.service}")))
    quantity = figure(line.counts.live or line.quantity)
    times = _times(ticket, line, reading, now)
    name = reading.dish_name(line)
    acts = chain(asked_acts((line,), reading), line_acts(line, reading))
    return _why_face(name, quantity, subtitle, texts, times, reading, acts)


def _why_face(
    title: str,
    lead: str,
    subtitle: str,
    texts: Iterable[tuple[str, Icon]],
    times: Iterable[PanelRow],
    reading: Reading,
    acts: Iterable[PanelRow] = (),
) -> PanelFace:
    words = reading.words
    rows = [PanelRow("", words("why.title"), heading=True)]
    rows += [_sentence(text, icon) for text, icon in texts]
    rows.extend(acts)
    rows.append(PanelRow("", words("why.times"), heading=True))
    rows.extend(times)
    return PanelFace(
        title=title,
        lead=lead,
        subtitle=subtitle,
        rows=tuple(rows),
        width=PanelWidth.WIDE,
        about=f"{WHY} {title}",
    )


def _sentence(text: str, icon: Icon) -> PanelRow:
    """Return a row with a sentence; the rule that it ends in, in brackets, is small print."""
    found = _RULE.fullmatch(text)
    if found is None:
        return PanelRow("", text, icon=icon)
    return PanelRow("", found[1], icon=icon, texts=(found[2],))


def _times(
    ticket: Ticket, line: TicketLine | None, reading: Reading, now: Instant
) -> Iterable[PanelRow]:
    words = reading.words
    fired = ticket.fired_at if line is None else line.fired_at
    yield _time(words("why.guest_wait"), minutes(seconds(ticket.waiting_since, now)))
    sent = ticket.received_at if line is None else line.received_at
    yield _time(words("why.sent"), reading.time(sent))
    yield _time(words("why.fired"), "—" if fired is None else reading.time(fired))
    if line is not None:
        at = line.started_at
        cooked = "—" if at is None else minutes(seconds(at, now))
        yield _time(words("why.cooking"), cooked)


def _time(name: str, value: str) -> PanelRow:
    return PanelRow("", name, right=value)


def health_panel(health: Health, words: Words) -> PanelFace:
    """Return everything that is wrong, the worst first, and how recent each source is."""
    rows = [_trouble_row(trouble, words) for trouble in health.worst_first]
    for source in health.sources:
        right = words("source.age", age_text(source.age_s, words))
        rows.append(PanelRow("", clean(source.name), icon=Icon.TILL, right=right))
    title = words("strip.troubles") if health.troubles else words("strip.well")
    return PanelFace(title=title, icon=Icon.SIGNAL, rows=tuple(rows), about=HEALTH)


def _trouble_row(trouble: Trouble, words: Words) -> PanelRow:
    name, text = sentence(trouble, words)
    texts = (text,) if text else ()
    resume = PanelButton(RESUME, words("act.resume"))
    buttons = (resume,) if trouble.kind is TroubleKind.PAUSED and trouble.about else ()
    return PanelRow(
        trouble.about, name, icon=trouble.icon, texts=texts, inks=trouble.inks, buttons=buttons
    )


def ticket_panel(visit: VisitId, title: str, names: Iterable[tuple[str, str]]) -> PanelFace:
    """Return all dishes of a ticket that had no room on the wall."""
    rows = tuple(PanelRow(visit, name, lead=quantity) for quantity, name in names)
    return PanelFace(title=title, icon=Icon.LIST, rows=rows)
