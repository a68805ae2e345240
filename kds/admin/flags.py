"""The flags that several commands of this room take."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import TYPE_CHECKING

from kds.commandline import token

if TYPE_CHECKING:
    from kds.admin.bridge import Bridge


def add_folder(command: argparse.ArgumentParser) -> None:
    """Add the rule book's folder, and how to answer."""
    command.add_argument("directory", type=folder, metavar="DIR", help="the rule book's folder")
    add_output(command)


def add_output(command: argparse.ArgumentParser) -> None:
    """Add what every command of this room takes."""
    command.add_argument("--json", action="store_true", help="one JSON document, nothing else")
    command.add_argument(
        "--lang", choices=("zh", "en"), default=_language(), help="(as this machine's LANG)"
    )


def add_bridge(command: argparse.ArgumentParser, *, required: bool = False) -> None:
    """Add which bridge to ask, and by which secret."""
    command.add_argument("--bridge", required=required, metavar="http://HOST:PORT")
    command.add_argument("--token-file", type=Path, metavar="FILE", help="the bridge's secret text")


def bridge_of(options: argparse.Namespace) -> Bridge:
    """Return the bridge that the flags name."""
    from kds.admin.bridge import Bridge

    return Bridge(options.bridge, token(options.token_file))


def folder(text: str) -> Path:
    """Read the name of a folder that is there."""
    path = Path(text)
    if not path.is_dir():
        raise argparse.ArgumentTypeError(f"'{text}' is no folder")
    return path


def _language() -> str:
    spoken = next((os.environ[n] for n in ("LC_ALL", "LANG") if os.environ.get(n)), "")
    return "zh" if spoken.startswith("zh") else "en"
