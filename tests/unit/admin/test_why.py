"""`kds why` tells in words, also what is a word of ours inside."""

from __future__ import annotations

from kds.admin import why
from kds.kitchen.order_facts import Opening


def test_every_way_in_which_a_hold_opens_has_words() -> None:
    assert set(why._OPENINGS) == {opening.value for opening in Opening}
