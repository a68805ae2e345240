"""Settings and fixtures that every suite shares."""

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

ROOT = Path(__file__).resolve().parent.parent

# Before the first application object: the suite must not open windows on a developer's desk.
os.environ["QT_QPA_PLATFORM"] = "offscreen"

# The quick profile draws the same examples each time, so that a red run is red for everybody;
# `dev.py test --long` draws many new ones. A busy machine is no fault of the code: no deadline.
settings.register_profile("quick", derandomize=True, deadline=None, max_examples=100)
settings.register_profile(
    "long", deadline=None, max_examples=2000, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("quick")


@pytest.fixture(scope="session")
def samples_dir() -> Path:
    """The folder of real payloads and menus that lies beside this tree, where there is one."""
    samples = ROOT.parent / "shared" / "samples"
    if not samples.is_dir():
        pytest.skip("no ../shared/samples beside this tree")
    return samples
