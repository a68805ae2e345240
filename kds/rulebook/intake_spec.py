"""The shape of rules on what comes in: checks of each line, and payment first."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, Field, WithJsonSchema

from kds.rulebook.intake import Answer, Fault, Refund, Same, Unpaid
from kds.rulebook.schema import (
    A_MECHANISM,
    Duration,
    Id,
    Ids,
    SaidWords,
    Spec,
    Texts,
    WhenSpec,
    Whole,
    Words,
)
from kds.rulebook.values import one_of

FaultName = Annotated[Fault, BeforeValidator(lambda value: Fault(one_of(value, Fault)))]
AnswerName = Annotated[Answer, BeforeValidator(lambda value: Answer(one_of(value, Answer)))]
SameName = Annotated[Same, BeforeValidator(lambda value: Same(one_of(value, Same)))]


UnpaidName = Annotated[Unpaid, BeforeValidator(lambda value: Unpaid(one_of(value, Unpaid)))]
RefundName = Annotated[Refund, BeforeValidator(lambda value: Refund(one_of(value, Refund)))]


class CheckSpec(Spec):
    """One of `rules:` with `mechanism: check`. What is odd is marked, unless `then` says more."""

    id: Id
    mechanism: Annotated[str, A_MECHANISM, WithJsonSchema({"const": "check"})]
    name: Words
    what: FaultName
    when: WhenSpec = WhenSpec()
    menu_class: Ids = Field(default=[], alias="class")
    entry: Ids = Field(default=[])
    over: Whole | None = None
    within: Duration | None = None
    same: SameName | None = None
    options: Texts = Field(default=[])
    then: AnswerName = Answer.FLAG
    timeout: Duration | None = None
    reason: SaidWords | None = None


class PayFirstSpec(Spec):
    """One of `rules:` with `mechanism: pay_first`."""

    id: Id
    mechanism: Annotated[str, A_MECHANISM, WithJsonSchema({"const": "pay_first"})]
    name: Words
    when: WhenSpec = WhenSpec()
    timeout: Duration
    then: UnpaidName = Unpaid.ASK_PASS
    refund: RefundName = Refund.VOID
    repeated: AnswerName = Answer.ASK_PASS
    within: Duration | None = None
    reason: Words | None = None
