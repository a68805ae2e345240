"""What the subcommands of `kds` share: their error, and the flags that several of them take."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TypeAlias

Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"


class CommandError(Exception):
    """The command could not be carried out; the message is for the person who typed it."""


def size(text: str) -> tuple[int, int]:
    """Read WxH in pixels; raises `ArgumentTypeError` for what is no size of a screen."""
    width, _, height = text.lower().partition("x")
    if not (width.isascii() and width.isdigit() and height.isascii() and height.isdigit()):
        raise argparse.ArgumentTypeError(f"'{text}' is not WxH, such as 1920x1080")
    pixels = int(width), int(height)
    if not all(240 <= side <= 16_384 for side in pixels):
        raise argparse.ArgumentTypeError(f"'{text}' is no size of a screen")
    return pixels


def token(file: Path | None) -> str:
    """Return the first secret of a token file, "" without a file; raises `CommandError`."""
    if file is None:
        return ""
    try:
        lines = file.read_text("utf-8-sig").split()  # Windows writes a mark before the token
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"--token-file {file} can not be read: {error}") from error
    if not lines:
        raise CommandError(f"--token-file {file} is empty")
    return str(lines[0])
