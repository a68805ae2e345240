"""What must be installed on the machine itself, as data, and how to get it with apt."""

import ctypes
import importlib.util
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from progress import SetupError, say


@dataclass(frozen=True)
class Need:
    """A Debian package, why we want it, and whether what it brings is already here.

    Presence is tested by what the package brings, never by its name: names differ between
    releases (libglib2.0-0 is libglib2.0-0t64 in Ubuntu 24.04), and Python may not be Debian's.
    """

    package: str
    reason: str
    is_met: Callable[[], bool]


def has_module(name: str) -> bool:
    """Say whether this Python has the module."""
    importlib.invalidate_caches()
    return importlib.util.find_spec(name) is not None


def has_library(soname: str) -> bool:
    """Say whether the dynamic linker finds the shared library."""
    try:
        ctypes.CDLL(soname)
    except OSError:
        return False
    return True


def has_program(name: str) -> bool:
    """Say whether the shell finds the program."""
    return shutil.which(name) is not None


def library(package: str, soname: str, reason: str) -> Need:
    """Describe a package that brings a shared library."""
    return Need(package, reason, partial(has_library, soname))


VENV_PACKAGE = f"python{sys.version_info[0]}.{sys.version_info[1]}-venv"

BASE = (
    # Debian takes ensurepip out of Python; without it a new .venv has no pip.
    Need(VENV_PACKAGE, "makes the .venv with pip in it", partial(has_module, "ensurepip")),
)

_WINDOWS_ON_X = (
    ("libxcb-cursor0", "libxcb-cursor.so.0"),
    ("libxcb-icccm4", "libxcb-icccm.so.4"),
    ("libxcb-image0", "libxcb-image.so.0"),
    ("libxcb-keysyms1", "libxcb-keysyms.so.1"),
    ("libxcb-randr0", "libxcb-randr.so.0"),
    ("libxcb-render-util0", "libxcb-render-util.so.0"),
    ("libxcb-shape0", "libxcb-shape.so.0"),
    ("libxcb-sync1", "libxcb-sync.so.1"),
    ("libxcb-xfixes0", "libxcb-xfixes.so.0"),
    ("libxcb-xkb1", "libxcb-xkb.so.1"),
    ("libx11-xcb1", "libX11-xcb.so.1"),
)

OF_EXTRA = {
    "display": (
        library("libgl1", "libGL.so.1", "Qt is linked with it, also where nothing draws by GPU"),
        library("libegl1", "libEGL.so.1", "Qt is linked with it, also for the offscreen screen"),
        library("libxkbcommon0", "libxkbcommon.so.0", "keyboard layouts, for bump bars and keys"),
        library("libdbus-1-3", "libdbus-1.so.3", "Qt is linked with it"),
        library("libfontconfig1", "libfontconfig.so.1", "lets Qt find fonts besides our own"),
        library("libglib2.0-0", "libglib-2.0.so.0", "Qt is linked with it"),
        library("libxkbcommon-x11-0", "libxkbcommon-x11.so.0", "Qt's windows on X: keyboards"),
        *(library(package, soname, "Qt's windows on X") for package, soname in _WINDOWS_ON_X),
        library("libespeak-ng1", "libespeak-ng.so.1", "speaks the announcements"),
        Need(
            "alsa-utils", "its aplay makes cues and speech audible", partial(has_program, "aplay")
        ),
    ),
}


def needs(extras: Sequence[str]) -> list[Need]:
    """List what the locked extras want from the machine."""
    return [*BASE, *(need for extra in extras for need in OF_EXTRA.get(extra, ()))]


def is_ready(wanted: Sequence[Need]) -> bool:
    """Say whether nothing is missing."""
    return all(need.is_met() for need in wanted)


def install_missing(wanted: Sequence[Need]) -> None:
    """Install by apt what is not there; raises SetupError with the line to type if it cannot."""
    missing = [need for need in wanted if not need.is_met()]
    if not missing:
        say("      all there")
        return
    width = max(len(need.package) for need in missing)
    for need in missing:
        say(f"      missing: {need.package:{width}}  {need.reason}")
    packages = [need.package for need in missing]
    apt(privilege(packages), packages)
    still = [need.package for need in missing if not need.is_met()]
    if still:
        raise SetupError(f"apt was content, but this is still missing: {' '.join(still)}")


def privilege(packages: Sequence[str]) -> list[str]:
    """Answer what goes before apt-get: nothing for root, sudo where it can ask or need not."""
    if shutil.which("apt-get") is None:
        raise SetupError(
            "This system has no apt-get, so nothing was checked. Install what these Debian"
            f" packages bring, then run the same command again:\n\n    {' '.join(packages)}"
        )
    if os.geteuid() == 0:
        return []
    if shutil.which("sudo") is not None and (sys.stdin.isatty() or sudo_needs_no_password()):
        say("      using sudo for apt-get, and for nothing else")
        return ["sudo"]
    raise SetupError(
        "Installing Debian packages needs root, so nothing was checked. Type this, then run the"
        f" same command again:\n\n    {line_to_type(packages)}"
    )


def sudo_needs_no_password() -> bool:
    """Try sudo without letting it ask."""
    quiet = subprocess.run(["sudo", "-n", "true"], capture_output=True, check=False)
    return quiet.returncode == 0


def line_to_type(packages: Sequence[str]) -> str:
    """Answer the one line that a person types; without sudo it is for root's own shell."""
    sudo = "sudo " if shutil.which("sudo") is not None else ""
    line = f"{sudo}apt-get update && {sudo}{shlex.join(install_command(packages))}"
    return line if sudo else f'su -c "{line}"'


def install_command(packages: Sequence[str]) -> list[str]:
    """Answer the apt-get call that installs these packages and nothing merely recommended."""
    return ["apt-get", "install", "-y", "--no-install-recommends", *packages]


def apt(prefix: Sequence[str], packages: Sequence[str]) -> None:
    """Refresh the package lists and install; a bare machine may never have had any lists."""
    # A fresh machine often runs its first upgrades right now: wait for their lock.
    manner = ["-q", "-o", "DPkg::Lock::Timeout=600", "-o", "Dpkg::Use-Pty=0"]
    install = [*install_command(packages), *manner]

    def run(*command: str) -> bool:
        quietly = [*prefix, "env", "DEBIAN_FRONTEND=noninteractive"]
        return subprocess.run([*quietly, *command], check=False).returncode == 0

    if not run("apt-get", "update", *manner):
        say("      apt-get update failed (see above); trying with the lists that are there")
    if run(*install):
        return
    say("      that failed; once more, after finishing what an earlier installation left half done")
    if not (run("dpkg", "--configure", "-a") and run(*install)):
        raise SetupError(
            f"apt-get could not install {' '.join(packages)} (see above), so nothing was checked."
            f" To try it by hand:\n\n    {line_to_type(packages)}"
        )
