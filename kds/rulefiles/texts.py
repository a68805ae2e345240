"""Files to texts: what can be read of a rule directory, and what to say of the rest."""

from __future__ import annotations

import codecs
import stat
from pathlib import Path

from kds.rulebook.diagnostics import Diagnostic, Place, Severity, fault
from kds.rulebook.nodes import MAX_BYTES
from kds.rulebook.sources import MAX_BOOK_BYTES, too_large

PATTERNS = ("*.yaml", "*.yml")
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def read_texts(directory: Path) -> tuple[dict[str, str], tuple[Diagnostic, ...]]:
    """Return the texts of all rule files by name, and what is wrong with files as such.

    A file in a wrong encoding that can be made out is among the texts all the same, so that its
    other faults show, too.
    """
    texts: dict[str, str] = {}
    faults: list[Diagnostic] = []
    try:
        paths = rule_files(directory)
    except OSError as error:
        return {}, (_unreadable(str(directory), error),)
    total = 0
    for path in paths:
        try:
            data = _start_of(path)
        except OSError as error:
            faults.append(_unreadable(path.name, error))
            continue
        total += len(data)
        if total > MAX_BOOK_BYTES:
            return {}, (too_large(Place(path.name, 1, 1)),)
        text, told = decoded(path.name, data)
        faults += told
        if text is not None:
            texts[path.name] = text
    return texts, tuple(faults)


def rule_files(directory: Path) -> list[Path]:
    """Return the rule files; editors leave hidden copies and locks beside a file they save."""
    paths = {path for pattern in PATTERNS for path in directory.glob(pattern)}
    return sorted(p for p in paths if not p.name.startswith(".") and _may_be_text(p))


def _may_be_text(path: Path) -> bool:
    """A file, or what may be one once it can be looked at; reading a pipe would never end."""
    try:
        return stat.S_ISREG(path.stat().st_mode)
    except OSError:
        return True


Stamp = tuple[tuple[str, int, int, int], ...]
"""Name, time, size and place of each rule file."""


def stamp(directory: Path) -> Stamp:
    """Return what tells a folder from itself before a save, however an editor saves.

    Looked at again and again rather than asking the system for news: that misses saves on network
    drives and in containers, and a few files cost next to nothing.
    """
    found = []
    try:
        paths = rule_files(directory)
    except OSError:
        return ()
    for path in paths:
        try:
            about = path.stat()
        except OSError:  # a link to nothing, or gone in the middle of a save
            found.append((path.name, 0, 0, 0))
        else:
            found.append((path.name, about.st_mtime_ns, about.st_size, about.st_ino))
    return tuple(found)


def _start_of(path: Path) -> bytes:
    """Return what a file holds, of a huge one only enough to be refused for its size."""
    with path.open("rb") as file:
        return file.read(MAX_BYTES + 1)


def decoded(file: str, data: bytes) -> tuple[str | None, tuple[Diagnostic, ...]]:
    """Return the text in `data`, None if it cannot be made out, and what its encoding deserves."""
    if data.startswith(_UTF_16) or b"\0" in data[:200]:
        return _in_utf_16(file, data)
    if len(data) > MAX_BYTES:
        return data.decode("utf-8", "replace"), ()
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        return _in_another(file, data, error)
    if text.startswith("\ufeff"):
        mark = fault(
            Place(file, 1, 1),
            "文件开头有 BOM 标记，已忽略；请另存为“UTF-8”（不带 BOM）",
            "the file begins with a byte order mark, which is passed over; "
            "save it as plain UTF-8, without BOM",
            severity=Severity.WARNING,
        )
        return text[1:], (mark,)
    return text, ()


def _in_utf_16(file: str, data: bytes) -> tuple[str | None, tuple[Diagnostic, ...]]:
    is_big = data.startswith(codecs.BOM_UTF16_BE) or data[:1] == b"\0"
    text = data.decode("utf-16-be" if is_big else "utf-16-le", "replace").removeprefix("\ufeff")
    told = fault(
        Place(file, 1, 1),
        "文件是 UTF-16 编码（记事本里叫“Unicode”），请另存为 UTF-8",
        "the file is UTF-16 ('Unicode' in Notepad), save it as UTF-8",
    )
    return text if _is_legible(text) else None, (told,)


def _in_another(
    file: str, data: bytes, error: UnicodeDecodeError
) -> tuple[str | None, tuple[Diagnostic, ...]]:
    line = data.count(b"\n", 0, error.start) + 1
    try:
        text = data.decode("gb18030")
    except UnicodeDecodeError:
        text = ""
    if any("\u4e00" <= char <= "\u9fff" for char in text) and _is_legible(text):
        told = fault(
            Place(file, line, 1),
            "文件是 GBK/GB18030 编码（记事本里叫“ANSI”），请另存为 UTF-8",
            "the file is GBK/GB18030 ('ANSI' in Notepad), save it as UTF-8",
        )
        return text, (told,)
    return None, (fault(Place(file, line, 1), "文件不是 UTF-8 编码", "the file is not UTF-8 text"),)


def _is_legible(text: str) -> bool:
    return "\0" not in text and "\ufffd" not in text


def _unreadable(file: str, error: OSError) -> Diagnostic:
    why = error.strerror or str(error)
    return fault(Place(file, 0, 0), f"无法读取：{why}", f"cannot be read: {why}")


def shipped_book(name: str) -> Path:
    """Return the directory of a book that comes with the program: hotpot, full_service, fast_food.

    Raises `FileNotFoundError` for another name, or when the books were not installed.
    """
    directory = Path(__file__).resolve().parents[2] / "rules" / name
    if not directory.is_dir():
        raise FileNotFoundError(f"no rule book named {name!r} comes with this program")
    return directory
