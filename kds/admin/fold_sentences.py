"""Stations folded by the hour, in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from kds.admin.overtime_sentences import hours_of
from kds.admin.wordings import listed
from kds.rulebook.compiled import Station


def fold_sentences(
    stations: Sequence[Station], names: Mapping[str, str], lang: str
) -> Iterator[str]:
    """Yield a sentence for each fold; `names`: of the stations in `lang`."""
    for station in stations:
        for fold in station.folds:
            here, there = names[station.id], names.get(fold.into, fold.into)
            hours = listed([hours_of(span) for span in fold.between], lang)
            if lang == "zh":
                yield f"{hours} {here}并到{there}，手动改过的到下一个时刻为止。"
            else:
                yield (
                    f"From {hours} {there} works for {here}; what a person changes holds until "
                    "the next of these times."
                )
