"""The commands that talk to a running bridge: `kds rules publish|history|rollback`, `kds why`."""

from __future__ import annotations

import argparse
import getpass
from pathlib import Path
from typing import Any

from kds.admin.flags import add_bridge, add_folder, add_output, bridge_of, folder
from kds.admin.output import FAULTS, SOUND, say
from kds.commandline import CommandError, Commands


def add_live(parts: Commands) -> None:
    """Add the commands about rules that go live."""
    publish = parts.add_parser("publish", help="put rules in force on a running bridge")
    publish.add_argument(
        "directory", nargs="?", type=folder, metavar="DIR", help="(what waits in its own folder)"
    )
    publish.add_argument("--preview", action="store_true", help="only say what it would do")
    publish.set_defaults(run=_publish)
    history = parts.add_parser("history", help="the rule books that have decided")
    history.set_defaults(run=_history)
    rollback = parts.add_parser("rollback", help="put an earlier rule book back in force")
    rollback.add_argument("--to", default="", metavar="HASH", help="its begin (the one before)")
    rollback.set_defaults(run=_rollback)
    _add_rehearse(parts)
    for command in (publish, history, rollback):
        add_bridge(command, required=True)
        add_output(command)


def _add_rehearse(parts: Commands) -> None:
    rehearse = parts.add_parser("rehearse", help="a recorded day under edited rules")
    add_folder(rehearse)
    add_bridge(rehearse)
    add = rehearse.add_argument
    add("--day", metavar="DATE", help="a business day of the bridge's log (today's)")
    add("--events", type=Path, metavar="LOG", help="a saved log instead, as of GET /v1/events")
    add("--active", type=folder, metavar="DIR", help="the rules beside (those in force)")
    rehearse.set_defaults(run=_rehearse)


def _rehearse(options: argparse.Namespace) -> int:
    from kds.admin.day import Rehearsal

    if not (options.bridge or (options.events and options.active)):
        raise CommandError("say --bridge URL, or --events LOG with --active DIR")
    bridge = bridge_of(options) if options.bridge else None
    rehearsal = Rehearsal(options.directory, options.active, options.events, options.day, bridge)
    report = rehearsal.report(options.lang)
    say(report.document, "\n".join(report.lines), options)
    return SOUND


def add_why(commands: Commands) -> None:
    """Add `why` to the command line."""
    why = commands.add_parser("why", help="what happened at a table, when, and by which rule")
    why.add_argument("--table", required=True, metavar="TABLE")
    why.add_argument("--at", metavar="TIME", help="such as 18:30 or 2026-11-21T18:30 (now)")
    add_bridge(why, required=True)
    add_output(why)
    why.set_defaults(run=_why)


def _publish(options: argparse.Namespace) -> int:
    files = None if options.directory is None else _texts(options)
    asked: dict[str, Any] = {} if files is None else {"files": files}
    bridge = bridge_of(options)
    found = bridge.post("v1/rules/check", asked)
    if found["result"] != "refused" and not options.preview:
        found = bridge.post("v1/rules", asked | {"person": _person()})
    say(found, "\n".join(_told(found, options)), options)
    return FAULTS if found["result"] == "refused" else SOUND


def _texts(options: argparse.Namespace) -> dict[str, str]:
    from kds.rulebook.diagnostics import has_errors
    from kds.rulefiles import read_texts

    texts, faults = read_texts(options.directory)
    if has_errors(faults) or not texts:
        told = [found.text(options.lang) for found in faults] or ["no rule files (*.yaml) here"]
        raise CommandError("\n".join(told))
    return texts


def _told(found: dict[str, Any], options: argparse.Namespace) -> list[str]:
    """Return what was found, or done, line by line."""
    is_zh = options.lang == "zh"
    lines = [problem["messages"][options.lang] for problem in found["diagnostics"]]
    result = found["result"]
    changes = found["changes"]
    if changes is not None:
        lines.append(changes["texts"][options.lang])
        lines += [
            f"  {moved['table']} {moved['name']}: "
            f"{' + '.join(moved['from'])} → {' + '.join(moved['to'])}"
            for moved in changes["moved"]
        ]
    words = {
        "refused": ("有问题，没有启用", "not published: the rules have faults"),
        "same": ("已经在用", "in force already"),
        "waits": ("可以启用；没有 --preview 时启用", "would wait; publish without --preview"),
        "live": ("会直接启用", "would go live by itself")
        if getattr(options, "preview", False)
        else ("已启用", "in force now"),
    }
    lines.append(words[result][0 if is_zh else 1])
    return lines


def _person() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # an account without a name
        return ""


def _history(options: argparse.Namespace) -> int:
    books = bridge_of(options).get("v1", "rules", "history")
    lines = [
        f"{'*' if book['in_force'] else ' '} {book['hash'][:12]}  {book['at']}  "
        f"{book['name'][options.lang]}{'' if book['has_text'] else _no_text(options.lang)}"
        for book in books
    ]
    say(books, "\n".join(lines), options)
    return SOUND


def _no_text(lang: str) -> str:
    return "（没有原文）" if lang == "zh" else " (without its texts)"


def _rollback(options: argparse.Namespace) -> int:
    found = bridge_of(options).post("v1/rules/rollback", {"to": options.to, "person": _person()})
    say(found, "\n".join(_told(found, options)), options)
    return SOUND


def _why(options: argparse.Namespace) -> int:
    from kds.admin.why import tell

    story = tell(bridge_of(options), options.table, options.at, options.lang)
    say(story.document, "\n".join(story.lines), options)
    return SOUND
