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
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from progress import SetupError, say

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
LOCK = ROOT / "packaging" / "requirements.lock"
PROJECT = ROOT / "pyproject.toml"
STAMP = VENV / "stamp.json"

Stamp = dict[str, str]


def ensure() -> None:
    """Make `.venv` match lock file, Python and project; quick when it already does."""
    with only_one_at_a_time():
        wanted = wanted_stamp()
        found = read_stamp(STAMP)
        if found == wanted and PYTHON.exists():
            say("      as the lock file says")
            return
        if found.get("packages") != wanted["packages"] or not PYTHON.exists():
            make(found)
        install_project()
        write_stamp(wanted)


def wanted_stamp() -> Stamp:
    """Describe the `.venv` that this tree and this Python call for."""
    version = f"{sys.version_info[0]}.{sys.version_info[1]}"
    return {
        "packages": f"{version} {digest(LOCK)}",
        # Scripts hold the path of the tree, so a moved clone installs itself anew.
        "project": f"{ROOT} {digest(PROJECT)}",
    }


def digest(path: Path) -> str:
    """Answer the SHA-256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def read_stamp(path: Path) -> Stamp:
    """Read the stamp; an empty one where there is none that can be read."""
    try:
        stamp: Stamp = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return stamp


def write_stamp(stamp: Stamp) -> None:
    """Write the stamp in one step: half a stamp must not look like one."""
    draft = STAMP.with_suffix(".new")
    draft.write_text(json.dumps(stamp, indent=2), "utf-8")
    draft.replace(STAMP)


def make(found: Stamp) -> None:
    """Make `.venv` from nothing and install the lock file into it."""
    if VENV.is_symlink() or VENV.exists():
        why = "is for another lock file or Python" if found else "was never finished"
        say(f"      the .venv here {why}: making it anew")
        remove(VENV)
    say(f"      Python {sys.version.split()[0]}; takes a minute or two, the next time no time")
    run([base_python(), "-m", "venv", str(VENV)])
    install_lock()


def remove(path: Path) -> None:
    """Remove a folder or link, its stamp first, so that an interruption leaves no whole look."""
    if path.is_symlink() or path.is_file():
        path.unlink()
        return
    (path / STAMP.name).unlink(missing_ok=True)
    shutil.rmtree(path)


def base_python() -> str:
    """Answer the interpreter below any virtual environment, for it may be the one we remove."""
    if sys.prefix == sys.base_prefix:
        return sys.executable
    return str(Path(sys.base_prefix) / "bin" / f"python{sys.version_info[0]}.{sys.version_info[1]}")


def install_lock() -> None:
    """Install exactly the lock file, wheels only: nothing is resolved, nothing is compiled."""
    strictly = ["--require-hashes", "--no-deps", "--only-binary", ":all:"]
    command = [*pip("install"), *strictly, "-r", str(LOCK)]
    if run(command, check=False) != 0:
        say("      that failed; once more, in case it was the network")
        run(command)


def install_project() -> None:
    """Put the tree itself and its commands into `.venv`, without any download."""
    run([*pip("install"), "--no-build-isolation", "--no-deps", "--editable", str(ROOT)])


def pip(action: str) -> list[str]:
    """Answer the start of a pip call, chatty only where somebody watches."""
    quiet = [] if sys.stdout.isatty() else ["--quiet"]
    return [str(PYTHON), "-m", "pip", action, "--disable-pip-version-check", *quiet]


def run(command: Sequence[str], *, check: bool = True) -> int:
    """Run a program in the tree; with `check`, raises SetupError that names it when it fails."""
    status = subprocess.run(command, cwd=ROOT, env=clean_environment(), check=False).returncode
    if check and status != 0:
        raise SetupError(
            f"This failed with status {status} (see above):\n\n    {' '.join(command)}"
        )
    return status


def clean_environment() -> dict[str, str]:
    """Answer the environment without what would lead Python or pip out of `.venv`."""
    leads_astray = {"PYTHONHOME", "PYTHONPATH", "PIP_TARGET", "PIP_PREFIX", "VIRTUAL_ENV"}
    kept = {name: value for name, value in os.environ.items() if name not in leads_astray}
    return {**kept, "PIP_USER": "0"}


@contextmanager
def only_one_at_a_time() -> Iterator[None]:
    """Keep two runs in one tree from making `.venv` together."""
    with LOCK.open("rb") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("      another run is at work on .venv: waiting for it")
            fcntl.flock(held, fcntl.LOCK_EX)
        yield
