"""What an answer of the bridge means to the display that gave the command. Pure."""

from __future__ import annotations

from kds.kitchen.commands import Result
from kds.kitchen.ids import CommandId
from kds.kitchen.memory import first_seq
from kds.kitchen.state import Kitchen
from kds.wire.messages import Done
from kds.wire.notices import Answered
from kds.wire.pending import Ack


def read_answer(done: Done, ack: Ack, confirmed: Kitchen) -> Answered:
    """Read an answer. A command whose first answer was lost is answered as a repeat, but it
    was this one that did it: nobody shall be told that somebody else was quicker.
    """
    command = CommandId(done.id)
    result = Result(done.result) if done.result in set(Result) else Result.NO_OP
    if result is Result.NO_OP and first_seq(confirmed, command) is not None:
        return Answered(command, Result.APPLIED, ack, "")
    return Answered(command, result, ack, done.why)
