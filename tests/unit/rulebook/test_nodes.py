"""The YAML front end: any text gives nodes or faults with a place, never an exception."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kds.rulebook import nodes
from kds.rulebook.compile import compile_book
from kds.rulebook.nodes import Mapping, Scalar, parse
from tests.unit.rulebook.house import shipped

SMALL = shipped("fast_food")["book.yaml"]
PIECES = st.sampled_from(
    [
        *"\n\t :-,[]{}#&*!|>'\"%@`?~",
        "book",
        "menu:",
        "- id: a",
        "  ",
        "锅底：",
        "é",
        "\x00",
        "\ufeff",
    ]
)


def told(text: str) -> list[str]:
    return [fault.text() for fault in parse("f.yaml", text)[1]]


@given(st.text())
@example("%YAML 9.9\n--- x")
@example("a: !!binary x")
@example("\ud800")
@example("? - a\n: b")
@example("- " * 5000)
def test_any_text_is_read_or_refused(text: str) -> None:
    assert compile_book({"f.yaml": text}).book is None


@given(st.lists(PIECES).map("".join))
def test_any_heap_of_yaml_marks_is_read_or_refused(text: str) -> None:
    compile_book({"f.yaml": text})


@given(st.integers(0, len(SMALL)), st.integers(0, len(SMALL)), PIECES)
def test_a_sound_book_cut_or_patched_anywhere_never_breaks_the_reader(
    begin: int, end: int, piece: str
) -> None:
    compile_book({"book.yaml": SMALL[: min(begin, end)] + piece + SMALL[max(begin, end) :]})


def test_scalars_stay_the_text_that_was_written() -> None:
    root, faults = parse("f.yaml", "a: 12:30\nb: no\nc: 007\nd: '~'\ne: ~\nf: 0x1F")
    assert faults == ()
    assert isinstance(root, Mapping)
    texts = {
        name: key.value.text for name, key in root.keys.items() if isinstance(key.value, Scalar)
    }
    assert texts == {"a": "12:30", "b": "no", "c": "007", "d": "~", "e": None, "f": "0x1F"}


def test_nodes_and_keys_know_their_place() -> None:
    root, _ = parse("f.yaml", "a:\n  - b: c\n")
    assert isinstance(root, Mapping)
    assert str(root.keys["a"].place) == "f.yaml:1"
    assert (root.keys["a"].value.place.line, root.keys["a"].value.place.col) == (2, 3)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("a: 1\nb: 2\na: 3", "f.yaml:3:1: duplicate key 'a', first on line 1"),
        ("a: &x 1", "f.yaml:1:4: anchors (&name) are not supported"),
        ("a: *x", "f.yaml:1:4: aliases (*name) are not supported"),
        ("a: !x 1", "f.yaml:1:4: tags are not supported: !x"),
        ("a: 1\n--- \nb: 1", "f.yaml:2:1: a second document ('---') in one file"),
        ("? [a]\n: 1", "f.yaml:1:3: a key must be a plain text"),
        ("a: 'b", "f.yaml:1:6: not valid YAML: found unexpected end of stream"),
        ("a: b\n c: \x07", "f.yaml:2:5: character U+0007 is not allowed (save the file as UTF-8)"),
        ("[" * 40, "f.yaml:1:33: nested deeper than 32 levels"),
        ("x" * 131_073, "f.yaml:1:1: the file is larger than 128 KB and was not read"),
    ],
)
def test_what_rule_files_may_not_contain(text: str, fault: str) -> None:
    assert told(text) == [fault]


def test_nesting_up_to_the_limit_is_read() -> None:
    depth = nodes.MAX_DEPTH
    assert told("[" * depth + "]" * depth) == []


def test_an_error_without_a_mark_still_names_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(text: str) -> object:
        raise ValueError("no idea")

    monkeypatch.setattr(nodes, "_events", broken)
    assert told("a: b") == ["f.yaml:1:1: unreadable: no idea"]
