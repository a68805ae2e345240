"""The checks of `dev.py test`, as data, and the loop that runs them all and sums up."""

import shlex
from collections.abc import Sequence
from dataclasses import dataclass

import environment
from progress import Progress, say

ARCHITECTURE = "tests/test_architecture.py"


@dataclass(frozen=True)
class Step:
    """One check: its name and the command, which a person can repeat from the tree's root."""

    title: str
    command: tuple[str, ...]


def steps(*, with_long: bool) -> list[Step]:
    """List the checks in the order in which they fail fastest."""
    pytest = (".venv/bin/python", "-m", "pytest")
    everything = ("-m", "long or not long", "--hypothesis-profile", "long") if with_long else ()
    return [
        Step("ruff: rules", (".venv/bin/ruff", "check")),
        Step("ruff: format", (".venv/bin/ruff", "format", "--check")),
        Step("mypy --strict", (".venv/bin/mypy",)),
        Step("architecture", (*pytest, "-q", ARCHITECTURE)),
        Step("tests", (*pytest, "--ignore", ARCHITECTURE, *everything, "tests")),
    ]


def run(todo: Sequence[Step], progress: Progress) -> int:
    """Run every check, also after one has failed; answers 0 only when all passed."""
    failed = []
    for step in todo:
        with progress.step(step.title):
            status = environment.run(step.command, check=False)
        if status != 0:
            failed.append(step)
            say(f"      FAILED: {step.title}")
    if not failed:
        say(f"\nAll {len(todo)} checks passed.")
        return 0
    say(f"\n{len(failed)} of {len(todo)} checks failed. To repeat, from the root of the tree:")
    for step in failed:
        say(f"  {step.title}:  {shlex.join(step.command)}")
    return 1
