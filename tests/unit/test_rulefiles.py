"""Rule directories: all files or none, read in a process of its own that cannot run away."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from kds.rulebook.compile import compile_book
from kds.rulebook.nodes import MAX_BYTES
from kds.rulefiles import Limits, read_apart, read_book, read_texts
from kds.rulefiles.texts import stamp

BOOK = "book: {id: one, name: One}\nstations: [{id: wok, name: Wok}]\n"
MENU = "menu: [{id: a, class: dish, match: {name: x}, cook: wok}]\n"
POT = BOOK.replace("One", "锅底").replace("Wok", "炒锅")


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    (tmp_path / "book.yaml").write_text(BOOK, "utf-8")
    (tmp_path / "menu.yml").write_text(MENU, "utf-8")
    return tmp_path


def told(directory: Path, lang: str = "en") -> list[str]:
    return [fault.text(lang) for fault in read_book(directory).diagnostics]


def test_a_sound_directory_becomes_the_book(rules: Path) -> None:
    reading = read_book(rules)
    assert reading.diagnostics == ()
    assert reading.book is not None
    assert reading.book.data.id == "one"


def test_a_fault_leaves_no_book_and_is_told(rules: Path) -> None:
    (rules / "menu.yml").write_text(MENU.replace("wok", "wokk"), "utf-8")
    assert read_book(rules).book is None
    assert told(rules) == ["menu.yml:1:53: unknown station 'wokk' (did you mean 'wok'?)"]


def test_the_child_makes_the_same_book_as_this_process(rules: Path) -> None:
    texts, _ = read_texts(rules)
    reading, compilation = read_apart(texts), compile_book(texts)
    assert (reading.book, reading.faults) == (compilation.book, compilation.diagnostics)


def test_a_directory_without_rules_says_so(tmp_path: Path) -> None:
    for directory in (tmp_path, tmp_path / "nowhere"):
        assert told(directory) == [f"{directory}:0:0: no rule files (*.yaml) here"]


# --- encodings ---------------------------------------------------------------------------------


def test_gbk_is_named_and_its_other_faults_show(rules: Path) -> None:
    """Notepad's "ANSI" on a Chinese Windows; without its name nobody finds the right menu."""
    (rules / "book.yaml").write_bytes(b"# fine\n" + POT.replace("zone", "x").encode("gbk"))
    (rules / "menu.yml").write_text(MENU.replace("wok", "wokk"), "utf-8")
    assert read_book(rules).book is None
    assert told(rules, "zh") == [
        "book.yaml:2:1: 文件是 GBK/GB18030 编码（记事本里叫“ANSI”），请另存为 UTF-8",
        "menu.yml:1:53: 未知的工位“wokk”（是不是“wok”？）",
    ]


@pytest.mark.parametrize("codec", ["utf-16", "utf-16-le", "utf-16-be"])
def test_utf_16_is_named(rules: Path, codec: str) -> None:
    (rules / "book.yaml").write_bytes(POT.encode(codec))
    assert read_book(rules).book is None
    assert told(rules) == [
        "book.yaml:1:1: the file is UTF-16 ('Unicode' in Notepad), save it as UTF-8"
    ]


def test_what_is_no_text_at_all_names_its_line(rules: Path) -> None:
    (rules / "menu.yml").write_bytes(b"# fine\n# \xff\xfe\xfa\n")
    assert told(rules)[0] == "menu.yml:2:1: the file is not UTF-8 text"


def test_a_byte_order_mark_is_only_remarked_on(rules: Path) -> None:
    (rules / "book.yaml").write_text(BOOK, "utf-8-sig")
    assert read_book(rules).book is not None
    (remark,) = told(rules)
    assert remark.startswith("book.yaml:1:1: the file begins with a byte order mark")


# --- limits ------------------------------------------------------------------------------------


def test_a_huge_file_is_not_read_to_its_end(rules: Path) -> None:
    (rules / "huge.yaml").write_bytes("# 锅底\n".encode() * MAX_BYTES)
    assert told(rules) == ["huge.yaml:1:1: the file is larger than 128 KB and was not read"]


def test_a_huge_book_is_not_read(rules: Path) -> None:
    for number in range(6):
        (rules / f"more{number}.yaml").write_bytes(b"# comment\n" * 10_000)
    assert told(rules) == [
        "more5.yaml:1:1: the rule files together are larger than 512 KB and were not read"
    ]
    texts = {f"{number}.yaml": "# comment\n" * 10_000 for number in range(6)}
    assert [fault.text() for fault in compile_book(texts).diagnostics] == [
        "0.yaml:1:1: the rule files together are larger than 512 KB and were not read"
    ]


@pytest.fixture(scope="module")
def much() -> dict[str, str]:
    """A book just below the limit of size, far beyond what a kitchen has."""
    entries = "".join(
        f"  - {{id: m{i}, class: d, match: {{name: d{i}}}, cook: wok}}\n" for i in range(2000)
    )
    return {f"{number}.yaml": f"menu:\n{entries}" for number in range(4)}


def test_reading_that_takes_too_long_is_stopped(much: dict[str, str]) -> None:
    (found,) = read_apart(much, limits=Limits(rules_s=1)).diagnostics
    assert found.text() == (
        "0.yaml:1:1: reading the rules took more than 1 s and was stopped: "
        "write fewer or simpler ones"
    )


def test_reading_that_takes_too_much_memory_is_stopped(much: dict[str, str]) -> None:
    (found,) = read_apart(much, limits=Limits(20, memory_mb=24)).diagnostics
    assert found.text() == (
        "0.yaml:1:1: reading the rules took more than 24 MB and was stopped: "
        "write fewer or simpler ones"
    )


# --- the folder --------------------------------------------------------------------------------


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


def test_every_save_shows_in_the_stamp_also_beside_a_link_to_nothing(rules: Path) -> None:
    """A watcher that one odd file blinds would leave an admin waiting for ever."""
    (rules / "gone.yaml").symlink_to(rules / "nothing")
    before = stamp(rules)
    (rules / "book.yaml").write_text(BOOK + "# more\n", "utf-8")
    after = stamp(rules)
    (rules / "menu.yml").unlink()
    assert len({before, after, stamp(rules), stamp(rules / "nowhere")}) == 4
    assert stamp(rules) == stamp(rules)


def test_a_pipe_is_passed_over_since_reading_it_would_never_end(rules: Path) -> None:
    os.mkfifo(rules / "pipe.yaml")
    assert told(rules) == []
