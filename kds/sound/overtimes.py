"""Overtime as it is heard: whether a step still holds, and what it speaks of."""

from __future__ import annotations

from kds.kitchen.ids import VisitId
from kds.kitchen.orders import Line
from kds.kitchen.wording import Wording
from kds.rulebook.lookups import lines_in
from kds.rulebook.overtime import Wait, told_of, waits
from kds.sound.notices import News
from kds.sound.scene import Scene


def running(scene: Scene, news: News) -> Wait | None:
    """Return the wait that `news` tells of, None once it is over or its rule is gone."""
    visit, step = scene.visit(news.visit), news.step
    rule = None if step is None else scene.book.overtime_rule(step.rule)
    if visit is None or step is None or rule is None:
        return None
    lines = lines_in(scene.kitchen, visit)
    book = scene.book
    for wait in waits(rule, visit, lines, serve_step=book.serve_step, zone=book.zone_info):
        told = told_of(rule, visit, wait)
        if wait.line == step.line and any(each.step == step.number for each in told):
            return wait
    return None


def words_of(scene: Scene, news: News) -> Wording | None:
    """Return the book's sentence for a step, None if the book has no such step any more."""
    step = news.step
    rule = None if step is None else scene.book.overtime_rule(step.rule)
    if step is None or rule is None or step.number > len(rule.steps):
        return None
    return rule.steps[step.number - 1].say


def awaited(scene: Scene, line: Line, visit: VisitId) -> int:
    """Count what is to be made here, or anywhere but at a station what is to be carried."""
    return scene.workable(line, visit) if scene.is_station else scene.unserved(line, visit)
