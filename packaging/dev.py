#!/usr/bin/env python3
"""The project's commands; `python3 packaging/dev.py test` is all that a fresh clone needs.

Standard library only. This one file must also run on Python 3.6, where it looks for a newer
Python on the same machine, or says kindly which one is needed; the files beside it need not.
"""

import os
import subprocess
import sys
from typing import List, Optional, Tuple

SUITABLE = ((3, 11), (3, 12), (3, 13))  # newest last; the lock file serves exactly these

UNSUITABLE = """\
This is Python {found} ({where}), and this project needs Python 3.11, 3.12 or 3.13.
None of these is on this machine under its full name (python3.11, say). Debian 12 and 13 and
Ubuntu 24.04 bring one:

    sudo apt-get update && sudo apt-get install -y python3

Then run the same command again:

    python3 {command}
"""


def version_of(python: str) -> Optional[Tuple[int, int]]:
    """Ask an interpreter for its version; None when there is none or it does not start."""
    question = "import sys; print(sys.version_info[0], sys.version_info[1])"
    try:
        # A name on the path is no promise: version managers leave stubs that only fail.
        answer = subprocess.check_output([python, "-c", question], stderr=subprocess.DEVNULL)
        major, minor = answer.split()
        return int(major), int(minor)
    except (OSError, subprocess.CalledProcessError, ValueError):
        return None


def other_python() -> Optional[str]:
    """Find a suitable interpreter under its full name, the oldest first as Debian 12 has it."""
    for suitable in SUITABLE:
        name = "python{}.{}".format(*suitable)
        if version_of(name) == suitable:
            return name
    return None


def main(arguments: List[str]) -> int:
    """Run a command on a suitable Python; answers the exit status."""
    if sys.version_info[:2] in SUITABLE:
        import commands

        return commands.main(arguments)
    other = other_python()
    if other is not None:
        sys.stderr.write(
            "Python {}.{} does not fit; using {}.\n".format(*sys.version_info[:2], other)
        )
        return subprocess.call([other, os.path.abspath(__file__), *arguments])
    found = "{}.{}.{}".format(*sys.version_info[:3])
    command = " ".join([os.path.relpath(__file__), *arguments])
    sys.stderr.write(UNSUITABLE.format(found=found, where=sys.executable, command=command))
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
