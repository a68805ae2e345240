"""`kds rules test` from the outside."""

from __future__ import annotations

import json
import queue
import threading
from pathlib import Path

import pytest

from kds.admin import testing
from kds.cli import main
from kds.rulefiles import Limits, read_apart, shipped_book

BOOK = """\
book: {id: one, name: 一店}
stations: [{id: wok, name: 炒锅}]
menu: [{id: a, class: dish, match: {name: 炒饭}, cook: wok}]
"""
CASES = """\
cases:
  - case: {zh: 炒饭去炒锅, en: Rice goes to the wok}
    steps:
      - order: {lines: [炒饭]}
      - expect: {炒饭: {at: wok}}
"""


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    (tmp_path / "book.yaml").write_text(BOOK, "utf-8")
    (tmp_path / "rice.cases.yaml").write_text(CASES, "utf-8")
    return tmp_path


def test_cases_that_hold_end_with_0(rules: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rules", "test", str(rules), "--lang", "en"]) == 0
    assert capsys.readouterr().out == (
        "ok   Rice goes to the wok (rice.cases.yaml:2)\nall 1 cases hold\n"
    )


def test_expected_stands_beside_found(rules: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (rules / "rice.cases.yaml").write_text(CASES.replace("at: wok", "at: fry"), "utf-8")
    assert main(["rules", "test", str(rules), "--lang", "zh"]) == 1
    assert capsys.readouterr().out == (
        "不符 炒饭去炒锅 (rice.cases.yaml:2)\n"
        "     rice.cases.yaml:5:27: 炒饭 at：应为 fry，实际 wok\n"
        "1 个示例，1 个不符\n"
    )
    assert main(["rules", "test", str(rules), "--json"]) == 1
    (case,) = json.loads(capsys.readouterr().out)["cases"]
    (mismatch,) = case["mismatches"]
    assert (mismatch["expected"], mismatch["found"], mismatch["line"]) == ("fry", "wok", 5)


def test_check_tells_the_faults_of_case_files_too(
    rules: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (rules / "rice.cases.yaml").write_text(CASES.replace("wok}", "wok, hodl: run}"), "utf-8")
    assert main(["rules", "check", str(rules), "--lang", "en"]) == 1
    assert "rice.cases.yaml:5:32: unknown key 'hodl' (did you mean 'hold'?)" in (
        capsys.readouterr().out
    )


def test_rules_with_errors_are_not_played(rules: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (rules / "book.yaml").write_text(BOOK.replace("cook: wok", "cook: fry"), "utf-8")
    assert main(["rules", "test", str(rules), "--lang", "en"]) == 1
    assert capsys.readouterr().out.endswith("no case was played\n")


def test_cases_that_take_too_long_are_stopped(rules: Path) -> None:
    much = (
        "      - order: {lines: [炒饭]}\n      - wait: 100 h\n        meanwhile: {wok: something}\n"
        * 50
    )
    files = {"book.yaml": BOOK, "a.cases.yaml": CASES[: CASES.index("      - order")] + much}
    reading = read_apart(files, play=True, limits=Limits(rules_s=20, cases_s=1))
    assert reading.book is not None
    assert not reading.holds
    (fault,) = reading.case_faults
    assert fault.text() == (
        "a.cases.yaml:1:1: playing the cases took more than 1 s and was stopped: "
        "write fewer or simpler ones"
    )


class _EnoughError(Exception):
    """Ends a watch from inside."""


def test_watch_plays_again_after_a_save(rules: Path) -> None:
    told: queue.Queue[bool] = queue.Queue()

    def tell(tested: testing.Tested) -> None:
        told.put(tested.is_well)
        if told.qsize() > 8:
            raise _EnoughError

    def run() -> None:
        with pytest.raises(_EnoughError):
            testing.watch(rules, tell)

    watcher = threading.Thread(target=run)
    watcher.start()
    assert told.get(timeout=30) is True
    (rules / "rice.cases.yaml").write_text(CASES.replace("at: wok", "at: fry"), "utf-8")
    assert told.get(timeout=30) is False
    for _ in range(9):
        told.put(True)
    (rules / "rice.cases.yaml").write_text(CASES, "utf-8")
    watcher.join(30)
    assert not watcher.is_alive()


SPEECH = """\
cases:
  - case: a pot is called, and what it frees
    steps:
      - order: {lines: ["麻辣锅底 [锅底]", "毛肚 [涮品]"]}
      - wait: 20 s
      - says: {broth: WORDS, cut: nothing}
"""


@pytest.mark.parametrize(
    ("words", "status"),
    [("八号桌 锅底 先下", 0), ("'Table 8, pot base first'", 0), ("nothing", 1), ("[九号桌]", 1)],
)
def test_what_screens_say_can_be_expected_in_either_language(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], words: str, status: int
) -> None:
    assert main(["rules", "new", str(tmp_path / "book"), "--from", "hotpot"]) == 0
    for path in (tmp_path / "book").glob("*.cases.yaml"):
        path.unlink()
    (tmp_path / "book" / "a.cases.yaml").write_text(SPEECH.replace("WORDS", words), "utf-8")
    assert main(["rules", "test", str(tmp_path / "book"), "--lang", "zh"]) == status
    told = capsys.readouterr().out
    assert ("broth 播报：应为" in told) == bool(status)
    assert "实际 八号桌 锅底 先下" in told or not status


@pytest.mark.parametrize("name", ["hotpot", "full_service", "fast_food"])
def test_the_shipped_cases_hold_for_whoever_runs_them(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["rules", "test", str(shipped_book(name)), "--lang", "zh"]) == 0
    assert "全部符合" in capsys.readouterr().out
