"""`pos-bridge capture list | show | learn | check`: for whoever writes a print template."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from kds.kitchen.ids import Instant
from kds.kitchen.wording import Wording
from pos_bridge.asking import Asking
from pos_bridge.capture import kept
from pos_bridge.capture.paper.charsets import is_known
from pos_bridge.capture.paper.document import Document, Picture, told
from pos_bridge.capture.paper.png import pictures_of, png
from pos_bridge.capture.paper.preview import preview
from pos_bridge.capture.paper.setup import Setup
from pos_bridge.capture.paper.splitting import End, Sheet, Splitter
from pos_bridge.capture.slips.choosing import read_sheet
from pos_bridge.capture.slips.learning import learn
from pos_bridge.capture.slips.slip import Dish, Slip
from pos_bridge.capture.slips.templates import Template, read_template
from pos_bridge.settings import StartError, plain

_SHIPPED = Path(__file__).parent / "shipped"


@dataclass(frozen=True, slots=True)
class _Job:
    """A job's bytes, and the printer's setup before them. `port`: where it was printed to."""

    name: str
    data: bytes
    setup: Setup
    port: int | None = None


def run(options: argparse.Namespace) -> int:
    """Run one of the commands; answers the exit status. Raises StartError."""
    commands = {"list": _list, "show": _show, "learn": _learn, "check": _check}
    return commands[options.action](options)


def _list(options: argparse.Namespace) -> int:
    for job in kept.latest(_bridge(options), options.most):
        print(f"{job['id']}  {job['at']}  {job['verdict']:<11}  {job['source']}  {job['printer']}")
    return 0


def _show(options: argparse.Namespace) -> int:
    templates, page = list(_templates(options)), 0
    for job in _jobs(options):
        for number, found in enumerate(_sheets(job, options), 1):
            sheet, told = _read(found, templates, job.port, options)
            print(f"--- {job.name} · {number} · {sheet.end.value} · {sheet.document.charset}")
            print("\n".join(_shown(sheet.document)))
            if sheet.document.unprinted.strip():
                unprinted = Wording("没有打出来", "not printed")[options.lang]
                print(f"({unprinted}: {sheet.document.unprinted.strip()})")
            print(told)
            if options.picture is not None and pictures_of(sheet.document):
                page += 1
                _save_pictures(sheet, options.picture, page)
    if options.picture is not None and not page:
        raise StartError("These jobs draw nothing.")
    return 0


def _save_pictures(sheet: Sheet, path: Path, page: int) -> None:
    """Write what the sheet draws as PNG, from the second one on with its number behind the name."""
    try:
        path.with_stem(f"{path.stem}-{page}" if page > 1 else path.stem).write_bytes(
            png(pictures_of(sheet.document))
        )
    except OSError as error:
        raise StartError(f"{path} cannot be written: {plain(error)}.") from error


def _learn(options: argparse.Namespace) -> int:
    sheets = [sheet for job in _jobs(options) for sheet in _sheets(job, options)]
    sheets = [sheet for sheet in sheets if sheet.document.has_text]
    if not sheets:
        raise StartError("These jobs hold no text to learn from.")
    text = learn([sheet.document for sheet in sheets], "my-till", options.lang)
    print(text, end="")
    template, faults = read_template("my-till.yaml", text)
    for found in faults:
        print(f"# {found.text(options.lang)}")
    for sheet in sheets if template is not None else ():
        _, told = _read(sheet, [template] if template is not None else [], None, options)
        print("\n".join(f"# {line}" for line in told.splitlines()))
    return 0


def _check(options: argparse.Namespace) -> int:
    faults = [f for path in _files(options) for f in read_template(path.name, _text(path))[1]]
    for found in faults:
        print(found.text(options.lang))
    return 1 if faults else 0


# --- what a template makes of it -----------------------------------------------------------------


def _shown(document: Document) -> Iterator[str]:
    """Yield what stands on the paper, pictures drawn as well as a terminal can."""
    for part in document.parts:
        yield from preview(part) if isinstance(part, Picture) else (told(part),)


def _read(
    sheet: Sheet, templates: Sequence[Template], port: int | None, options: argparse.Namespace
) -> tuple[Sheet, str]:
    """Return the sheet in the letters it was read in, and what was read."""
    now = Instant(round(datetime.now(UTC).timestamp() * 1000))
    sheet, slip = read_sheet(sheet, templates, port, now, UTC)
    nobody = Wording("没有模板认得这张小票", "no template knows this slip")
    return sheet, f"=> {nobody[options.lang]}" if slip is None else "\n".join(_told(slip))


def _told(slip: Slip) -> Iterator[str]:
    marks = ["reprint"] * slip.is_reprint + ["full"] * (slip.is_full is True)
    fields = [f"{name} {value}" for name, value in slip.fields.items()]
    number = [f"number {slip.number}"] if slip.number else []
    yield f"=> {slip.template}: {', '.join([slip.kind.value, *marks, *number, *fields])}"
    for dish in slip.dishes:
        yield from _dish(dish, "   ")
    yield from (f"   note: {note}" for note in slip.notes)


def _dish(dish: Dish, indent: str) -> Iterator[str]:
    mark = f"{dish.mark.value}: " if dish.mark else ""
    yield f"{indent}{mark}{dish.quantity} {dish.unit}× {dish.name}".replace(" ×", "×")
    yield from (f"{indent}   {text}" for text in dish.modifiers)
    yield from (f"{indent}   note: {text}" for text in dish.note.splitlines())
    for part in dish.parts:
        yield from _dish(part, f"{indent}   ")


# --- jobs and templates --------------------------------------------------------------------------


def _jobs(options: argparse.Namespace) -> Iterator[_Job]:
    if options.encoding and not is_known(options.encoding.lower()):
        raise StartError(f"--encoding: '{options.encoding}' cannot be read here.")
    for name in options.jobs:
        path = Path(name)
        try:
            yield _Job(path.name, path.read_bytes(), Setup())
        except FileNotFoundError:
            found = kept.job(_bridge(options), name)
            yield _Job(name, found.data, Setup.from_text(found.setup), found.port)
        except OSError as error:
            raise StartError(f"{name} cannot be read: {plain(error)}.") from error


def _bridge(options: argparse.Namespace) -> Asking:
    return Asking(options.bridge, options.token_file)


def _sheets(job: _Job, options: argparse.Namespace) -> list[Sheet]:
    splitter = Splitter(options.encoding.lower(), job.setup)
    found = [*splitter.feed(job.data), *splitter.finish(End.CLOSED)]
    return [each for each in found if isinstance(each, Sheet)]


def _files(options: argparse.Namespace) -> list[Path]:
    folder = _SHIPPED if options.data is None else options.data / "pos" / "print"
    return sorted(path for path in folder.glob("*.y*ml") if path.is_file())


def _templates(options: argparse.Namespace) -> Iterator[Template]:
    for path in _files(options):
        template, faults = read_template(path.name, _text(path))
        for found in faults:
            print(found.text(options.lang), file=sys.stderr)
        if template is not None:
            yield template


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise StartError(f"{path} cannot be read: {error}") from error
