"""Writing a rules folder: all files of a book, and what they replace is put aside, never lost."""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from kds.rulefiles.texts import rule_files

FILE_NAME = r"^[^./\\\x00-\x1f][^/\\\x00-\x1f]{0,120}\.ya?ml$"
_NAME = re.compile(FILE_NAME)
_KEPT = 30


def is_file_name(name: str) -> bool:
    """Say whether a rule file may be called so."""
    return _NAME.fullmatch(name) is not None


def write_folder(folder: Path, texts: Mapping[str, str], aside: Path, now_ms: int) -> None:
    """Make the rule files of `folder` exactly `texts`; former ones that differ go to `aside`.

    Each file is replaced in one step. Raises `OSError`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    former = {path.name: path for path in rule_files(folder)}
    changed = [p for name, p in former.items() if _differs(p, texts.get(name))]
    if changed:
        kept = aside / datetime.fromtimestamp(now_ms / 1000, UTC).strftime("%Y%m%dT%H%M%S.%fZ")
        kept.mkdir(parents=True, exist_ok=True)
        for path in changed:
            shutil.copy2(path, kept / path.name)
        _forget_oldest(aside)
    for name, text in texts.items():
        if name not in former or former[name] in changed:
            _write(folder / name, text)
    for name, path in former.items():
        if name not in texts:
            path.unlink()


def _differs(path: Path, text: str | None) -> bool:
    return text is None or path.read_bytes() != text.encode("utf-8", "surrogatepass")


def _write(path: Path, text: str) -> None:
    draft = path.with_name(f".{path.name}.new")
    draft.write_bytes(text.encode("utf-8", "surrogatepass"))
    draft.replace(path)


def _forget_oldest(aside: Path) -> None:
    for old in sorted(path for path in aside.iterdir() if path.is_dir())[:-_KEPT]:
        shutil.rmtree(old, ignore_errors=True)
