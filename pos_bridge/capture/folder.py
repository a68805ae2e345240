"""The folder of print templates: read again when a file changes; a bad file never stops anything.

Event loop thread only; the reading itself is short, and files are small.
"""

from __future__ import annotations

import logging
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from kds.rulebook.diagnostics import Diagnostic, Place, fault, in_order
from kds.rulebook.nodes import MAX_BYTES
from kds.wire.messages import Remark
from pos_bridge.capture.slips.templates import Template, read_template

_logger = logging.getLogger(__name__)
_SHIPPED = Path(__file__).parent / "shipped"
_MOST_FILES = 100


@dataclass(frozen=True, slots=True)
class _Read:
    """One file as last read. `template`: the last one that was sound."""

    stamp: tuple[int, int]
    template: Template | None
    faults: tuple[Diagnostic, ...] = ()


class TemplateFolder:
    """The templates of `folder`, made from the shipped ones when it is not there.

    A file with faults leaves its last sound version in force.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._files: dict[str, _Read] = {}
        self._trouble: tuple[Diagnostic, ...] = ()
        self._begin()

    def _begin(self) -> None:
        try:
            if not self._folder.exists():
                shutil.copytree(_SHIPPED, self._folder)
        except OSError as error:
            _logger.warning("the print templates were not written: %s", error)

    def templates(self) -> Sequence[Template]:
        """Return what is in force, those first that name the texts of one till alone."""
        self.refresh()
        found = (read.template for _, read in sorted(self._files.items()))
        sound = [template for template in found if template is not None]
        return sorted(sound, key=lambda template: not template.spec.only)

    def faults(self) -> tuple[Diagnostic, ...]:
        """Return every fault of every file."""
        return in_order((*self._trouble, *(f for r in self._files.values() for f in r.faults)))

    def remarks(self) -> Iterator[Remark]:
        """Yield what displays and /health are to say of them."""
        faults = self.faults()
        if faults:
            zh, en = "打印模板有误", "A print template has a fault"
            yield Remark(
                "print-template", "attention", zh, en, faults[0].text("zh"), faults[0].text()
            )

    def refresh(self) -> None:
        """Read what has changed since."""
        try:
            paths = [p for p in sorted(self._folder.iterdir()) if p.suffix in (".yaml", ".yml")]
        except OSError as error:
            self._trouble = (_unreadable(self._folder.name, error),)
            return
        self._trouble = ()
        self._files = {path.name: self._current(path) for path in paths[:_MOST_FILES]}

    def _current(self, path: Path) -> _Read:
        former = self._files.get(path.name)
        try:
            status = path.stat()
            stamp = status.st_mtime_ns, status.st_size
            if former is not None and former.stamp == stamp:
                return former
            text = path.read_bytes()[: MAX_BYTES + 1].decode("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            last = None if former is None else former.template
            return _Read((0, 0), last, (_unreadable(path.name, error),))
        template, faults = read_template(path.name, text)
        for found in faults:
            _logger.warning("%s", found.text())
        last = None if former is None else former.template
        return _Read(stamp, template or last, faults)


def _unreadable(name: str, error: Exception) -> Diagnostic:
    why = getattr(error, "strerror", None) or "UTF-8"
    return fault(Place(name, 1, 1), f"无法读取（{why}）", f"cannot be read ({why})")
