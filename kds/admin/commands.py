"""`kds rules …`: one subcommand for each thing that an admin does with a rule book."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from kds.admin.output import FAULTS, SOUND, say
from kds.commandline import Commands


def add_rules(commands: Commands) -> None:
    """Add `rules` and its subcommands to the command line."""
    rules = commands.add_parser("rules", help="check, test, explain and publish a rule book")
    parts = rules.add_subparsers(metavar="WHAT", required=True)
    check = parts.add_parser("check", help="every fault of every file: file:line:col: message")
    _add_folder(check)
    check.set_defaults(run=_check)


def _add_folder(command: argparse.ArgumentParser) -> None:
    command.add_argument("directory", type=folder, metavar="DIR", help="the rule book's folder")
    add_output_flags(command)


def add_output_flags(command: argparse.ArgumentParser) -> None:
    """Add what every command of this room takes."""
    command.add_argument("--json", action="store_true", help="one JSON document, nothing else")
    command.add_argument(
        "--lang", choices=("zh", "en"), default=_language(), help="(as this machine's LANG)"
    )


def folder(text: str) -> Path:
    """Read the name of a folder that is there."""
    path = Path(text)
    if not path.is_dir():
        raise argparse.ArgumentTypeError(f"'{text}' is no folder")
    return path


def _language() -> str:
    spoken = next((os.environ[n] for n in ("LC_ALL", "LANG") if os.environ.get(n)), "")
    return "zh" if spoken.startswith("zh") else "en"


def _check(options: argparse.Namespace) -> int:
    from kds.admin.check import check

    report = check(options.directory)
    say(report.as_json(), report.as_text(options.lang), options)
    return FAULTS if report.diagnostics else SOUND
