"""`dev.py demo`: prepares, tells how long that takes, and becomes the demo itself."""

from __future__ import annotations

import subprocess
import sys

import commands
import pytest
from environment import ROOT
from progress import about

ON_A_READY_MACHINE = """
import environment, machine, os, sys
machine.needs = lambda extras: []
environment.Environment.ensure = lambda self: None
os.execve = lambda program, words, _: sys.exit(" ".join(words))
import commands
commands.main(sys.argv[1:])
"""


def test_flags_are_handed_on_and_only_the_demo_writes_to_stdout() -> None:
    """With --json the one document must be all that stands on standard output."""
    words = ("demo", "--orders", "3", "--json")
    done = subprocess.run(
        [sys.executable, "-c", ON_A_READY_MACHINE, *words],
        cwd=ROOT / "packaging",
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout == ""
    assert "[1/3] Debian packages" in done.stderr
    assert "[3/3]" in done.stderr
    assert done.stderr.splitlines()[-1].endswith("/.venv/bin/kds demo --orders 3 --json")


def test_other_commands_know_their_flags(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        commands.main(["test", "--orders", "3"])
    assert "unrecognized arguments: --orders 3" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (1, "about 5 seconds"),
        (12, "about 10 seconds"),
        (55, "about a minute"),
        (140, "about 2 minutes"),
    ],
)
def test_time_left_is_said_as_roughly_as_it_is_known(seconds: float, text: str) -> None:
    assert about(seconds) == text
