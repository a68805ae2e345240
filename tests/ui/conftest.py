"""What the tests of the wall share. Nothing here needs a screen."""

from zoneinfo import ZoneInfo

import pytest

from kds.ui.options import Subject
from kds.ui.style.measures import Screen
from tests.ui import boards


class Clock:
    """A clock that stands until it is moved."""

    ms = 10_000

    def __call__(self) -> int:
        """Return the milliseconds."""
        return self.ms


@pytest.fixture
def clock() -> Clock:
    """The clock that fingers and keys are timed by."""
    return Clock()


@pytest.fixture
def subject() -> Subject:
    """The cutting station of a hot-pot restaurant."""
    return Subject("cut", boards.STATIONS, ZoneInfo("Asia/Shanghai"))


@pytest.fixture
def screen() -> Screen:
    """A 23.8 inch screen."""
    return Screen(1920, 1080, 527, 296)
