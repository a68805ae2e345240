"""Which visit a session means: a session may sit at several tables, and have been merged."""

from __future__ import annotations

from kds.kitchen.messages import OrderFields
from kds.kitchen.plans import follow
from kds.kitchen.state import Kitchen
from kds.kitchen.visits import Visit


def session_visit(kitchen: Kitchen, fields: OrderFields) -> Visit | None:
    """Return the open visit of this session, if it sits, or sat, at the table named.

    Of several, the one that sits there now; without a table, the one that was opened last.
    """
    ids = kitchen.sessions.get(fields.session, ()) if fields.session else ()
    found = [kitchen.visits[visit_id] for visit_id in reversed(ids)]
    if not fields.table:
        return found[0] if found else None
    found.sort(key=lambda visit: (visit.table != fields.table, bool(visit.table)))
    return next((visit for visit in found if _sat_at(kitchen, visit, fields.table)), None)


def _sat_at(kitchen: Kitchen, visit: Visit, table: str) -> bool:
    """The visit, or one that was merged into it, is or was at `table`, or nobody knows where."""
    if table in (visit.table, *visit.tables) or not visit.table:
        return True
    if not visit.sessions:
        return False
    ended = (kitchen.visits[visit_id] for visit_id in kitchen.closed)
    return any(
        table in (former.table, *former.tables) and follow(kitchen, former.id) is visit
        for former in ended
        if former.merged_into is not None
    )
