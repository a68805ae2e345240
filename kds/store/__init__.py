"""The durable memory of a kitchen: event log, snapshots, answers, outboxes, personal data.

`Store` is the door; SQLite by default, PostgreSQL by URL. One thread writes, any may read.
"""

from kds.store.days import BusinessDay
from kds.store.errors import (
    SequenceConflict,
    StoreCorrupt,
    StoreError,
    StoreTooNew,
    StoreUnavailable,
)
from kds.store.outbox import Outbox
from kds.store.purge import Retention
from kds.store.store import Store
from kds.store.values import (
    Answer,
    Batch,
    Book,
    Entry,
    Intake,
    Keyed,
    OrderRef,
    Outgoing,
    Personal,
    VisitRow,
    Waiting,
)

__all__ = [
    "Answer",
    "Batch",
    "Book",
    "BusinessDay",
    "Entry",
    "Intake",
    "Keyed",
    "OrderRef",
    "Outbox",
    "Outgoing",
    "Personal",
    "Retention",
    "SequenceConflict",
    "Store",
    "StoreCorrupt",
    "StoreError",
    "StoreTooNew",
    "StoreUnavailable",
    "VisitRow",
    "Waiting",
]
