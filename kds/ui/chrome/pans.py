"""The pans of a station in its panel: which tables each is for, and its buttons."""

from __future__ import annotations

from collections.abc import Iterator

from kds.board.values import Batch, BatchPart, Board
from kds.kitchen.messages import ModifierKind
from kds.ui.chrome.panel import PanelButton, PanelRow
from kds.ui.icons import Icon
from kds.ui.text import clean
from kds.ui.ticket.reading import Reading, figure

PAN_START, PAN_BUMP = "pan_start", "pan_bump"


def pan_rows(board: Board, reading: Reading) -> Iterator[PanelRow]:
    """Yield a row for each pan, under a heading; nothing without pans."""
    if board.batches:
        yield PanelRow("", reading.words("pan.title"), heading=True)
        yield from (_row(batch, reading) for batch in board.batches)
        yield PanelRow("", reading.words("btn.all_day"), heading=True)


def _row(batch: Batch, reading: Reading) -> PanelRow:
    words = reading.words
    name = clean(dict(batch.names).get(reading.lang) or batch.name)
    tastes = [clean(m.name) for m in batch.modifiers if m.kind is not ModifierKind.NOTE]
    since = min(part.since for part in batch.parts)
    begun = batch.begun_at
    when = (
        words("pan.oldest", reading.time(since), batch.most)
        if begun is None
        else words("pan.begun", reading.time(begun))
    )
    count = figure(batch.portions)
    done = PanelButton(PAN_BUMP, count, is_on=True, icon=Icon.TICK)
    start = PanelButton(PAN_START, words("btn.start"))
    texts = (" · ".join(_table(part, reading) for part in batch.parts), when)
    return PanelRow(
        batch.id,
        name,
        lead=count,
        texts=((" ".join(tastes), *texts) if tastes else texts),
        buttons=(start, done) if begun is None else (done,),
    )


def _table(part: BatchPart, reading: Reading) -> str:
    """Return a table and how many it gets; who asked again is marked."""
    count = "" if part.portions == 1 else f"×{figure(part.portions)}"
    rush = " " + reading.words("flag.rush", "").strip() if part.rush else ""
    return f"{clean(part.table)}{count}{rush}"
