"""Durations in milliseconds."""

NEW_SHOWN = 10_000
"""How long a ticket that has arrived carries the bar at its left edge."""
AGAIN = 200
"""A second touch of the same target within this is the same touch."""
LONG_PRESS = 500
SWIPE = 400
PALM = 60
"""Three contacts within this, close together, are a palm or a cloth."""
JUST_MOVED = 400
"""What moved this shortly before a touch is not bumped."""
HANDS_OFF, CLOSE_UP = 2_000, 5_000
"""After how long without a hand tickets close up, and how often they do at most."""
KEY_BOUNCE = 150
KEY_STUCK = 2_000
"""A key that is down for longer is stuck."""
KEY_FASTEST = 1000 / 12
"""A key that comes more often than twelve times a second is stuck."""
KEYS_WATCH, KEYS_LOST = 200, 1_000
"""How often it is looked whether keys come here, and after how long it is said that they do not."""
RING_HIDDEN = 600_000
"""Touch hides the focus ring only if no key was pressed for so long."""
UNDO_SHOWN = 5_000
LINK_SLOW, LINK_LOST = 3_000, 10_000
AHEAD = 600_000
"""How far the look-ahead looks."""
TICK = 1_000
SPARE = 300
"""So long after the last change the next page is drawn beforehand."""
WATCH = 100
"""How often fingers that are down are looked at, for a long press."""
