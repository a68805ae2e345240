"""What a view shows: kitchen × rule book × now -> tickets, bands, order, all-day, alerts.

Pure. `views.board` is the entrance, `values` what it gives, `ages` and `why` what a screen works
out of that while time passes. Nothing in a value grows old by itself: ages are anchors here.
"""
