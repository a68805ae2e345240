"""What may be the matter with a printer."""

from __future__ import annotations

from kds.kitchen.wording import Wording


class PrinterTrouble(Exception):  # noqa: N818  # trouble with a printer, no fault of ours
    """A printer does not print. `why`: for people; `has_begun`: a part may be on paper."""

    def __init__(self, why: Wording, *, has_begun: bool = False) -> None:
        super().__init__(why.en)
        self.why = why
        self.has_begun = has_begun


NO_ANSWER = Wording("连不上", "cannot be reached")
OFFLINE = Wording("脱机（盖子没关？）", "is offline (cover open?)")
NO_PAPER = Wording("没纸了", "is out of paper")
BROKE_OFF = Wording("打到一半断了", "broke off in the middle")
