"""Whatever a hand or an editor does to a book, the reader answers with a book or with places."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from kds.cases.reading import read_cases
from kds.rulebook.compile import compile_book
from kds.rulebook.diagnostics import Diagnostic, has_errors
from kds.rulefiles.texts import decoded

RULES = Path(__file__).resolve().parents[2] / "rules"
SIGNS = st.sampled_from(
    [
        *"：，、；“”｛｝［］－＃{}[],:\"'|>&*!%@`?-#\t\n 　\u00a0\u0085\u2028\ufeff\x00\x07",
        "- ",
        ": ",
        "６",
        "[[",
        "12:30",
    ]
)
NAMES = st.sampled_from(["hotpot/menu.yaml", "hotpot/rules.yaml", "fast_food/counter.cases.yaml"])


@cache
def shipped(name: str) -> str:
    return (RULES / name).read_text("utf-8")


@cache
def others() -> dict[str, str]:
    return {"book.yaml": shipped("hotpot/book.yaml")}


@st.composite
def mistyped(draw: st.DrawFn) -> tuple[str, str]:
    """Draw a dozen lines of a shipped book, in which a hand has slipped a few times."""
    name = draw(NAMES)
    lines = shipped(name).splitlines(keepends=True)
    first = draw(st.integers(0, max(0, len(lines) - 12)))
    text = "".join(lines[:4] + lines[first : first + 12])
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(text)))
        gone = draw(st.integers(0, 3))
        text = text[:at] + draw(SIGNS) + text[at + gone :]
    return name.partition("/")[2], text


def judge(found: tuple[Diagnostic, ...], files: dict[str, str]) -> None:
    for fault in found:
        assert fault.file in files
        assert 1 <= fault.line <= files[fault.file].count("\n") + files[fault.file].count("\r") + 3
        assert fault.col >= 1
        assert fault.text("zh")
        assert fault.text("en")


@settings(max_examples=150)
@given(mistyped())
def test_a_mistyped_file_gives_a_book_or_faults_with_places(file: tuple[str, str]) -> None:
    files = others() | dict([file])
    compilation = compile_book(files)
    judge(compilation.diagnostics, files)
    assert (compilation.book is None) == has_errors(compilation.diagnostics)
    judge(read_cases(files).diagnostics, files)


@settings(max_examples=100)
@given(
    st.binary(max_size=60),
    st.sampled_from([b"", b"\xff\xfe", b"\xef\xbb\xbf", "锅底: ".encode("gbk")]),
)
def test_any_bytes_are_text_or_a_fault(data: bytes, start: bytes) -> None:
    text, told = decoded("f.yaml", start + data)
    assert text is not None or told
    if text is not None:
        compile_book({"f.yaml": text})
        read_cases({"f.cases.yaml": text})
