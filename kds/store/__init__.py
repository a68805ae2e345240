"""The durable memory of a kitchen and of a display; importing it loads nothing else.

The doors: `kds.store.store.Store` for the bridge — event log, snapshots, answers, outboxes and
personal data, in SQLite by default or PostgreSQL by URL — and `kds.store.display.DisplayStore`
for a display. `kds.store.values` names what goes in and comes out, `kds.store.errors` what can go
wrong.
"""
