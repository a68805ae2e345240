"""The checks of `dev.py test`, as data, and the loop that runs them all and sums up."""

import os
import shlex
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from progress import Progress, say

ARCHITECTURE = "tests/test_architecture.py"
# The suites of real processes wait more than they work: one worker more than there are processors.
WORKERS = min(6, (os.cpu_count() or 1) + 1)


@dataclass(frozen=True)
class Check:
    """One check: its name and the command, which a person can repeat from the tree's root."""

    title: str
    command: tuple[str, ...]


def checks(*, with_long: bool) -> list[Check]:
    """List the checks, quickest first."""
    pytest = (".venv/bin/python", "-m", "pytest")
    also_long = ("-m", "long or not long", "--hypothesis-profile", "long") if with_long else ()
    beside = ("-n", str(WORKERS), "--dist", "loadfile")
    return [
        Check("ruff: rules", (".venv/bin/ruff", "check")),
        Check("ruff: format", (".venv/bin/ruff", "format", "--check")),
        Check("mypy --strict", (".venv/bin/mypy",)),
        Check("architecture", (*pytest, "-q", ARCHITECTURE)),
        Check("tests", (*pytest, *beside, "--ignore", ARCHITECTURE, *also_long, "tests")),
    ]


def run_all(todo: Sequence[Check], progress: Progress, run: Callable[[Sequence[str]], int]) -> int:
    """Run every check, also after one has failed; answers 0 only when all passed."""
    failed = []
    for check in todo:
        with progress.step(check.title):
            status = run(check.command)
            if status != 0:
                failed.append(check)
                say(f"      FAILED: {check.title} (status {status})")
    if not failed:
        say(f"\nAll {len(todo)} checks passed.")
        return 0
    say(f"\n{len(failed)} of {len(todo)} checks failed. To repeat, from the root of the tree:\n")
    for check in failed:
        say(f"    {shlex.join(check.command)}")
    return 1
