"""Rule directories: all files or none, and the last good book stays in force."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from kds.rulebook.builtin import builtin_book
from kds.rulebook.nodes import MAX_BYTES
from kds.rulefiles import RuleFiles, read_book

BOOK = "book: {id: one, name: One}\nstations: [{id: wok, name: Wok}]\n"
MENU = "menu: [{id: a, class: dish, match: {name: x}, cook: wok}]\n"


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    (tmp_path / "book.yaml").write_text(BOOK, "utf-8")
    (tmp_path / "menu.yml").write_text(MENU, "utf-8")
    return tmp_path


def told(directory: Path) -> list[str]:
    return [fault.text() for fault in read_book(directory).diagnostics]


def test_a_sound_directory_becomes_the_book(rules: Path) -> None:
    files = RuleFiles(rules)
    assert files.book == builtin_book()
    assert files.load().book is files.book
    assert files.book.data.id == "one"
    assert files.diagnostics == ()


def test_a_fault_keeps_the_last_good_book_and_is_told(rules: Path) -> None:
    files = RuleFiles(rules)
    good = files.load().book
    (rules / "menu.yml").write_text(MENU.replace("wok", "wokk"), "utf-8")
    assert files.load().book is None
    assert files.book is good
    assert [fault.text() for fault in files.diagnostics] == [
        "menu.yml:1:53: unknown station 'wokk' (did you mean 'wok'?)"
    ]
    (rules / "menu.yml").write_text(MENU, "utf-8")
    assert files.load().book == good
    assert files.diagnostics == ()


def test_the_book_of_the_log_holds_until_a_sound_one_is_read(tmp_path: Path, rules: Path) -> None:
    logged = read_book(rules).book
    assert logged is not None
    files = RuleFiles(tmp_path / "nowhere", logged)
    files.load()
    assert files.book is logged


def test_a_directory_without_rules_says_so(tmp_path: Path) -> None:
    for directory in (tmp_path, tmp_path / "nowhere"):
        assert told(directory) == [f"{directory}:0:0: no rule files (*.yaml) here"]


def test_a_file_that_is_not_utf8_names_its_line(rules: Path) -> None:
    (rules / "gbk.yaml").write_bytes(b"# fine\n# " + "锅底".encode("gbk") + b"\n")
    assert told(rules) == ["gbk.yaml:2:1: the file is not UTF-8 text"]
    assert read_book(rules).book is None


def test_a_huge_file_is_not_read_to_its_end(rules: Path) -> None:
    (rules / "huge.yaml").write_bytes("# 锅底\n".encode() * MAX_BYTES)
    assert told(rules) == ["huge.yaml:1:1: file too large, at most 131072 bytes are read"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_a_file_that_may_not_be_read_is_told(rules: Path) -> None:
    (rules / "secret.yaml").touch(mode=0)
    assert told(rules) == ["secret.yaml:0:0: cannot be read: Permission denied"]


def test_a_file_that_vanishes_while_reading_is_told(rules: Path) -> None:
    (rules / "gone.yaml").symlink_to(rules / "nothing")
    assert told(rules) == ["gone.yaml:0:0: cannot be read: No such file or directory"]


def test_locks_and_folders_of_editors_are_passed_over(rules: Path) -> None:
    (rules / ".#book.yaml").write_text("[", "utf-8")
    (rules / "old.yaml").mkdir()
    assert told(rules) == []


def test_a_byte_order_mark_is_no_fault(rules: Path) -> None:
    (rules / "book.yaml").write_text(BOOK, "utf-8-sig")
    assert told(rules) == []
