"""`kds rules new`: a folder to start from, with the schemas that editors complete by."""

from __future__ import annotations

import json
from pathlib import Path

from kds.cases.jsonschema import CASES_FILE, cases_schema
from kds.commandline import CommandError
from kds.rulebook.jsonschema import SCHEMA_FILE, rules_schema
from kds.rulebook.sources import CASES_SUFFIX
from kds.rulefiles import shipped_book


def begin(directory: Path, name: str, lang: str) -> tuple[Path, ...]:
    """Fill a new or empty `directory` with the shipped book `name`; return the files made.

    Raises `CommandError` rather than write over anything.
    """
    try:
        directory.mkdir(parents=True, exist_ok=True)
        if any(directory.iterdir()):
            raise CommandError(f"{directory} is not empty; nothing was written")
        made = []
        for file, schema in ((SCHEMA_FILE, rules_schema(lang)), (CASES_FILE, cases_schema(lang))):
            made.append(directory / file)
            text = json.dumps(schema, ensure_ascii=False, indent=2)
            made[-1].write_text(text + "\n", "utf-8")
        for source in sorted(shipped_book(name).glob("*.yaml")):
            target = directory / source.name
            target.write_text(_with_schema(source), "utf-8")
            made.append(target)
    except OSError as error:
        raise CommandError(f"{directory}: {error.strerror or error}") from error
    return tuple(made)


def _with_schema(source: Path) -> str:
    """Return a shipped file with the line by which editors find its schema."""
    schema = CASES_FILE if source.name.endswith(CASES_SUFFIX) else SCHEMA_FILE
    return f"# yaml-language-server: $schema={schema}\n{source.read_text('utf-8')}"
