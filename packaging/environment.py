"""The `.venv`: made from the lock file, remade whenever it may be wrong, else left alone.

A stamp is written into it as the very last act. No stamp means that somebody was interrupted,
so the folder is thrown away; a stamp of another lock file or another Python means the same.
"""

import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from progress import SetupError, say

ROOT = Path(__file__).resolve().parent.parent
VERSION = f"{sys.version_info[0]}.{sys.version_info[1]}"

Stamp = dict[str, str]


def call(command: Sequence[str]) -> int:
    """Run a program in the tree, apart from what the caller's shell is set up for."""
    # Flushed first, or the program's lines would overtake ours in a pipe.
    sys.stdout.flush()
    return subprocess.run(command, cwd=ROOT, env=clean_surroundings(), check=False).returncode


def become(command: Sequence[str]) -> NoReturn:
    """Go on as another program, here in the caller's folder: signals and status are its own."""
    sys.stdout.flush()
    os.execve(command[0], list(command), clean_surroundings())


def clean_surroundings() -> dict[str, str]:
    """Answer the process environment without what would lead Python or pip out of `.venv`."""
    astray = {"PYTHONHOME", "PYTHONPATH", "PIP_TARGET", "PIP_PREFIX", "VIRTUAL_ENV"}
    kept = {name: value for name, value in os.environ.items() if name not in astray}
    return {**kept, "PIP_USER": "0"}


@dataclass(frozen=True)
class Environment:
    """The virtual environment of one tree; `run` starts a program and answers its status."""

    root: Path = ROOT
    run: Callable[[Sequence[str]], int] = call

    @property
    def folder(self) -> Path:
        """Where it lies."""
        return self.root / ".venv"

    @property
    def python(self) -> Path:
        """Its interpreter; a dangling link once the machine's own Python has gone."""
        return self.folder / "bin" / "python"

    @property
    def lock(self) -> Path:
        """Every package with its hashes."""
        return self.root / "packaging" / "requirements.lock"

    @property
    def stamp(self) -> Path:
        """What the finished folder was made from."""
        return self.folder / "stamp.json"

    @property
    def is_ready(self) -> bool:
        """It is what the lock file says, and finished."""
        return self.read_stamp() == self.wanted_stamp() and self.python.exists()

    def ensure(self) -> None:
        """Make it match lock file, Python and project; quick when it already does."""
        with only_one_at_a_time(self.lock):
            wanted, found = self.wanted_stamp(), self.read_stamp()
            if found == wanted and self.python.exists():
                say("      as the lock file says")
                return
            if found.get("packages") != wanted["packages"] or not self.python.exists():
                self.remove(was_finished=bool(found))
                self.make()
            self.install_project()
            self.write_stamp(wanted)

    def wanted_stamp(self) -> Stamp:
        """Describe what this tree and this Python call for."""
        return {
            # Scripts hold the path of the tree, so a moved clone is made anew.
            "packages": f"{VERSION} {digest(self.lock)} {self.root}",
            "project": digest(self.root / "pyproject.toml"),
        }

    def read_stamp(self) -> Stamp:
        """Read the stamp; an empty one where there is none that can be read."""
        try:
            stamp: Stamp = json.loads(self.stamp.read_text("utf-8"))
        except (OSError, ValueError):
            return {}
        return stamp

    def write_stamp(self, stamp: Stamp) -> None:
        """Write the stamp in one step: half a stamp must not look like one."""
        draft = self.stamp.with_suffix(".new")
        draft.write_text(json.dumps(stamp, indent=2), "utf-8")
        draft.replace(self.stamp)

    def remove(self, *, was_finished: bool) -> None:
        """Throw away what is there, the stamp first: cut short, this must not look finished."""
        if not self.folder.exists() and not self.folder.is_symlink():
            return
        why = "is for another lock file or Python" if was_finished else "was never finished"
        say(f"      the .venv that is here {why}: making it anew")
        if self.folder.is_symlink() or self.folder.is_file():
            self.folder.unlink()
            return
        self.stamp.unlink(missing_ok=True)
        shutil.rmtree(self.folder)

    def make(self) -> None:
        """Make the folder and install exactly the lock file: nothing is resolved or compiled."""
        say(f"      for Python {VERSION}; takes a minute or two, and no time when run again")
        self.must([base_python(), "-m", "venv", str(self.folder)])
        strictly = ["--require-hashes", "--no-deps", "--only-binary", ":all:"]
        install = self.pip("install", *strictly, "-r", str(self.lock))
        if self.run(install) != 0:
            say("      that failed; once more, in case it was the network")
            self.must(install)

    def install_project(self) -> None:
        """Put the tree itself and its commands into the folder, without any download."""
        self.must(
            self.pip("install", "--no-build-isolation", "--no-deps", "--editable", str(self.root))
        )

    def pip(self, *arguments: str) -> list[str]:
        """Answer a pip call, chatty only where somebody watches."""
        quiet = [] if sys.stdout.isatty() else ["--quiet"]
        return [str(self.python), "-m", "pip", "--disable-pip-version-check", *quiet, *arguments]

    def must(self, command: Sequence[str]) -> None:
        """Run a program; raises SetupError that names it when it fails."""
        status = self.run(command)
        if status != 0:
            failed = " ".join(command)
            raise SetupError(f"This failed with status {status} (see above):\n\n    {failed}")


def digest(path: Path) -> str:
    """Answer the SHA-256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def base_python() -> str:
    """Answer the interpreter below any virtual environment, for it may be the one we remove."""
    if sys.prefix == sys.base_prefix:
        return sys.executable
    return str(Path(sys.base_prefix) / "bin" / f"python{VERSION}")


@contextmanager
def only_one_at_a_time(file: Path) -> Iterator[None]:
    """Keep two runs in one tree from making `.venv` together."""
    with file.open("rb") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("      another run is at work on .venv: waiting for it")
            fcntl.flock(held, fcntl.LOCK_EX)
        yield
