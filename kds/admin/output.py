"""How the commands of this room answer: text for people or one JSON document, and a status."""

from __future__ import annotations

import argparse
import json

SOUND, FAULTS, USAGE = 0, 1, 2
"""Exit statuses: nothing to remark; something to; the command was called wrongly."""


def say(document: object, text: str, options: argparse.Namespace) -> None:
    """Print `document` if JSON was asked for, else `text`."""
    shown = json.dumps(document, ensure_ascii=False, indent=2) if options.json else text
    # Names of files may hold bytes that are no text.
    print(shown.encode("utf-8", "backslashreplace").decode(), flush=True)
