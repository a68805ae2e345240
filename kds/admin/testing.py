"""`kds rules test`: the cases of a book, expected beside found; again whenever a file is saved."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from kds.admin.ears import Ears
from kds.cases.reading import read_cases
from kds.cases.results import CaseResult
from kds.cases.running import run_case, views_heard
from kds.kitchen.wording import Wording
from kds.rulebook.diagnostics import has_errors
from kds.rulefiles import Reading, read_book
from kds.rulefiles.texts import stamp

_LOOK_EVERY_S = 0.3


@dataclass(frozen=True, slots=True)
class Tested:
    """How the cases of a folder went."""

    reading: Reading

    @property
    def is_well(self) -> bool:
        """The book may run, and every case holds."""
        return self.reading.holds

    def as_text(self, lang: str) -> str:
        """Return a line per case, what differs under it, and one line for the whole."""
        lines = [found.text(lang) for found in self.reading.diagnostics]
        for result in self.reading.results:
            lines.append(f"{_MARKS[bool(result.mismatches)][lang]} {_title(result, lang)}")
            lines += [f"     {mismatch.text(lang)}" for mismatch in result.mismatches]
        return "\n".join((*lines, self._summary()[lang]))

    def as_json(self) -> dict[str, Any]:
        """Return the whole for programs."""
        return {
            "sound": self.reading.book is not None,
            "passed": self.is_well,
            "diagnostics": [found.as_json() for found in self.reading.diagnostics],
            "cases": [result.as_json() for result in self.reading.results],
        }

    def _summary(self) -> Wording:
        results = self.reading.results
        failed = sum(1 for result in results if result.mismatches)
        if self.reading.book is None:
            return Wording("规则有错误，没有运行示例", "the rules have errors; no case was played")
        if has_errors(self.reading.case_faults):
            return Wording("示例文件有错误", "the case files have errors")
        if not results:
            return Wording("没有示例（*.cases.yaml）", "there are no cases (*.cases.yaml)")
        if failed:
            return Wording(
                f"{len(results)} 个示例，{failed} 个不符",
                f"{len(results)} cases, {failed} do not hold",
            )
        return Wording(f"{len(results)} 个示例全部符合", f"all {len(results)} cases hold")


_MARKS = {False: Wording("符合", "ok  "), True: Wording("不符", "FAIL")}


def _title(result: CaseResult, lang: str) -> str:
    return f"{result.name[lang]} ({result.place})"


def play_all(directory: Path) -> Tested:
    """Play all cases of a folder.

    The child process that plays them has no ears; cases with speech are played once more here.
    """
    reading = read_book(directory, play=True)
    book = reading.book
    if book is None or len(reading.results) == 0:
        return Tested(reading)
    cases = read_cases(reading.texts).cases
    results = tuple(
        run_case(case, book, Ears) if views_heard(case.spec) else result
        for case, result in zip(cases, reading.results, strict=True)
    )
    return Tested(replace(reading, results=results))


def watch(directory: Path, tell: Callable[[Tested], None]) -> None:
    """Play the cases now and after each change, until interrupted."""
    seen = None
    while True:
        now = stamp(directory)
        if now != seen:
            seen = now
            tell(play_all(directory))
        time.sleep(_LOOK_EVERY_S)
