"""Which versions of the protocol understand each other.

A major number changes when an older program would misread; a minor one when there is more to say.
"""

from __future__ import annotations

from kds.kitchen.wording import Wording

PROTOCOL = "1.1"
OLDEST_MAJOR = 1


def newer(theirs: str) -> bool | None:
    """Say whether the other side speaks a major version that we do not yet; None: it is no version.

    >>> newer("1.7"), newer("2.0"), newer("soon")
    (False, True, None)
    """
    major = _major(theirs)
    return None if major is None else major > int(PROTOCOL.partition(".")[0])


def older(theirs: str) -> bool:
    """Say whether the other side speaks only a major version that we do not any more."""
    major = _major(theirs)
    return major is not None and major < OLDEST_MAJOR


def _major(version: str) -> int | None:
    text = version.partition(".")[0]
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


DISPLAY_NEWER = Wording(
    "这台屏幕的程序比厨房服务器新，请升级服务器",
    "This screen's program is newer than the bridge's: update the bridge.",
)
DISPLAY_OLDER = Wording(
    "这台屏幕的程序太旧，请升级这台屏幕",
    "This screen's program is too old for the bridge: update this screen.",
)
NOT_A_DISPLAY = Wording(
    "对方发来的不是厨房屏幕的消息",
    "What this program sends can not be understood.",
)
ENDING = Wording("厨房服务器正在停止", "The bridge is being stopped.")
UNREADABLE_BOOK = Wording(
    "这台屏幕读不懂新规则，请升级这台屏幕",
    "This screen's program can not read the rules in force: update this screen.",
)
