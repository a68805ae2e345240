"""What the tests of the wall share. Nothing here needs a screen."""

import os

# Before the first application object: the suite must not open windows on a developer's desk.
os.environ["QT_QPA_PLATFORM"] = "offscreen"
