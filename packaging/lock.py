"""Writes the lock file: every package that `dev.py test` installs, each with its hashes.

One file serves CPython 3.11 to 3.13 on every processor, by environment markers. It holds no
index address: each machine installs from the registry or mirror that its own pip knows.
"""

import os
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

import environment
from progress import SetupError, say

# `display` joins when the first window does: PySide6 alone is 250 MB to download.
EXTRAS = ("bridge",)


def renew(*, upgrade: bool) -> None:
    """Write the lock file from pyproject.toml, keeping the versions that still fit."""
    with tempfile.TemporaryDirectory() as scratch:
        say("Installing uv into a scratch folder")
        venv.create(scratch, with_pip=True)
        python = Path(scratch) / "bin" / "python"
        call([str(python), "-m", "pip", "install", "--quiet", "uv"])
        call([str(python), "-m", "uv", *compile_arguments(upgrade=upgrade)], index_of(python))
    say(f"Wrote {environment.LOCK.relative_to(environment.ROOT)}; `dev.py test` installs it.")


def compile_arguments(*, upgrade: bool) -> list[str]:
    """Answer what uv is told."""
    extras = [word for extra in EXTRAS for word in ("--extra", extra)]
    oldest = ["--python-version", "3.11"]
    # uv would write its own command line, or an address, on top; the lock must name neither.
    plain = ["--no-header", "--no-emit-index-url", "--no-emit-find-links", "--quiet"]
    return [
        *("pip", "compile", "pyproject.toml", *extras, "--group", "dev"),
        *("--universal", "--generate-hashes", *oldest, *plain),
        *("--output-file", str(environment.LOCK.relative_to(environment.ROOT))),
        *(["--upgrade"] if upgrade else []),
    ]


def index_of(python: Path) -> dict[str, str]:
    """Hand pip's registry to uv, which does not read pip's settings."""
    asked = [str(python), "-m", "pip", "config", "get", "global.index-url"]
    answer = subprocess.run(asked, capture_output=True, text=True, check=False)
    index = os.environ.get("PIP_INDEX_URL") or answer.stdout.strip()
    return {"UV_DEFAULT_INDEX": index} if index else {}


def call(command: list[str], extra: dict[str, str] | None = None) -> None:
    """Run a program in the tree; raises SetupError when it fails."""
    surroundings = {**environment.clean_environment(), **(extra or {})}
    status = subprocess.run(command, cwd=environment.ROOT, env=surroundings, check=False)
    if status.returncode != 0:
        raise SetupError(f"This failed (see above):\n\n    {' '.join(command)}")


if __name__ == "__main__":
    sys.exit("Run it as: python3 packaging/dev.py lock")
