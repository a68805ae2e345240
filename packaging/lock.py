"""Writes the lock file: every package that `dev.py test` installs, each with its hashes.

One file serves CPython 3.11 to 3.13 on every processor, by environment markers. It holds no
index address: each machine installs from the registry or mirror that its own pip knows.
"""

import os
import subprocess
import tempfile
import venv
from pathlib import Path

from environment import ROOT, Environment, clean_surroundings
from progress import SetupError, say

# What is installed and tested here; the Debian packages of an extra (machine.py) come with it.
EXTRAS = ("bridge", "display")


def renew(*, upgrade: bool) -> None:
    """Write the lock file from pyproject.toml, keeping the versions that still fit."""
    target = Environment().lock.relative_to(ROOT)
    with tempfile.TemporaryDirectory() as scratch:
        say("Installing uv into a scratch folder")
        venv.create(scratch, with_pip=True)
        python = str(Path(scratch) / "bin" / "python")
        call([python, "-m", "pip", "install", "--quiet", "uv"])
        call([python, "-m", "uv", *compile_arguments(target, upgrade=upgrade)], index_of(python))
    say(f"Wrote {target}; `dev.py test` installs it.")


def compile_arguments(target: Path, *, upgrade: bool) -> list[str]:
    """Answer what uv is told."""
    extras = [word for extra in EXTRAS for word in ("--extra", extra)]
    # uv would write its own command line, or an address, on top; the lock must name neither.
    plain = ["--no-header", "--no-emit-index-url", "--no-emit-find-links", "--quiet"]
    newest = ["--upgrade"] if upgrade else []
    return [
        *("pip", "compile", "pyproject.toml", *extras, "--group", "dev"),
        *("--universal", "--python-version", "3.11", "--generate-hashes"),
        *("--output-file", str(target), *plain, *newest),
    ]


def index_of(python: str) -> dict[str, str]:
    """Hand pip's registry to uv, which does not read pip's settings."""
    asked = [python, "-m", "pip", "config", "get", "global.index-url"]
    answer = subprocess.run(asked, capture_output=True, text=True, check=False)
    index = os.environ.get("PIP_INDEX_URL") or answer.stdout.strip()
    return {"UV_DEFAULT_INDEX": index} if index else {}


def call(command: list[str], more: dict[str, str] | None = None) -> None:
    """Run a program in the tree; raises SetupError when it fails."""
    surroundings = {**clean_surroundings(), **(more or {})}
    if subprocess.run(command, cwd=ROOT, env=surroundings, check=False).returncode != 0:
        raise SetupError(f"This failed (see above):\n\n    {' '.join(command)}")
