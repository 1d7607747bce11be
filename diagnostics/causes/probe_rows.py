"""What probes show, as rows of the diagnosis: for each probe a row per stage that it speaks for.

    caption           perception     asked 40, answered 38, turned 19    share .41 (.27 … .56)
    caption           reading        asked 12, answered 12, turned  3    share .06 (.02 … .17)
    blind             –              right without the picture
    blind unchanged   hallucination  the same wrong answer without the picture
    again             –              what turns right with nothing repaired

A share is of all failed samples, so the rows of one probe add up: a sample that the probe asked for
another stage counts as not turned in this row. So does one without a picture in rows about
pictures. What was not answered, or could not be asked, is stood for by the others of its stratum.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from blindspot.core.diagnosis import ProbeShare
from diagnostics.causes.drawing import Drawn
from diagnostics.causes.drawn_share import share
from diagnostics.causes.tried import Tried

UNCHANGED: Final = "unchanged"
"""Added to a removal's name in the row of samples whose answer stays the same."""

TriedById = Mapping[str, Tried]


def rows(
    drawn: Sequence[Drawn], tried: Mapping[str, TriedById], part: float
) -> tuple[ProbeShare, ...]:
    """By probe in the order of its name, then stage. `tried` holds by probe and sample id what came
    of it; the drawn samples stand for this `part` of all failed ones, of which no other turns.
    """
    found: list[ProbeShare] = []
    for name, by_id in sorted(tried.items()):
        removal = any(t.kind == "removal" for t in by_id.values())
        stages = {None} if removal or not by_id else {t.stage for t in by_id.values()}
        for stage in sorted(stages, key=str):
            own = by_id if removal else _of_stage(by_id, stage)
            found.append(_row(name, stage, own, by_id, drawn, part, _turned))
        for stage in sorted({t.stage for t in by_id.values() if t.stage and removal}):
            own = _of_stage(by_id, stage)
            found.append(_row(f"{name} {UNCHANGED}", stage, own, by_id, drawn, part, _same))
    return tuple(found)


def _of_stage(by_id: TriedById, stage: str | None) -> TriedById:
    return {key: t for key, t in by_id.items() if t.stage == stage}


def _turned(tried: Tried) -> bool:
    return tried.turned


def _same(tried: Tried) -> bool:
    return tried.same


def _row(
    name: str,
    stage: str | None,
    own: TriedById,
    all_of_probe: TriedById,
    drawn: Sequence[Drawn],
    part: float,
    shows: Callable[[Tried], bool],
) -> ProbeShare:
    values = _values(own, all_of_probe, drawn, shows)
    answered = [t for t in own.values() if t.scores]
    estimate, interval = share(drawn, values) if answered else (None, (0.0, 1.0))
    return ProbeShare(
        probe=name,
        stage=stage,
        asked=len(own),
        answered=len(answered),
        turned=sum(map(shows, answered)),
        share=None if estimate is None else estimate * part,
        interval=(interval[0] * part, interval[1] * part),
        failures=dict(sorted(Counter(k for t in own.values() for k in t.failures).items())),
    )


def _values(
    own: TriedById,
    all_of_probe: TriedById,
    drawn: Sequence[Drawn],
    shows: Callable[[Tried], bool],
) -> dict[str, float]:
    """1 for what shows it, 0 for what does not; not there where that is not known."""
    about_pictures = any(t.kind in ("repair", "removal") for t in all_of_probe.values())
    values = {
        d.failed.sample.id: 0.0 for d in drawn if about_pictures and not d.failed.sample.images
    }
    for key, tried in all_of_probe.items():
        if tried.scores:
            values[key] = float(key in own and shows(tried))
    return values
