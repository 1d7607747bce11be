"""Samples with their component and half.

A component takes the half that the config fixes for one of its members (the two sets of a target
task), and otherwise the one its name hashes to. Two sets of a target task that share a picture are
refused, since the test set would be no test.
"""

from collections.abc import Mapping, Sequence

from blindspot.core.errors import DataError
from blindspot.core.images import ImageStore
from blindspot.core.records import Half, Sample
from blindspot.core.spool import Spool
from harness.halves import components, half
from harness.suite import Entry


def split(
    listed: Sequence[Entry], share: float, samples: Sequence[Sample], images: ImageStore
) -> Sequence[Sample]:
    """The samples with component and half, on disk, about `share` of the components for diagnosis.
    Raises DataError when what belongs together is fixed on both sides.
    """
    fixed: dict[str, Half | None] = {e.settings.name: e.settings.half for e in listed}
    names = components(samples, images)
    sides = _sides(samples, names, fixed) if any(fixed.values()) else {}
    found: Spool[Sample] = Spool(Sample)
    for s, c in zip(samples, names, strict=True):
        side = sides.get(c) or half(c, share)
        found.append(s.model_copy(update={"component": c, "half": side}))
    return found


def _sides(
    samples: Sequence[Sample], names: Sequence[str], fixed: Mapping[str, Half | None]
) -> dict[str, Half]:
    """The half of every component that has a member with a fixed one."""
    first: dict[str, tuple[Half, str]] = {}
    for sample, name in zip(samples, names, strict=True):
        side = fixed[sample.benchmark]
        if side is None:
            continue
        there, other = first.setdefault(name, (side, sample.id))
        if there != side:
            raise DataError(
                "The halves of the target task",
                f"'{other}' ({there}) and '{sample.id}' ({side}) share a picture or a group",
                "Take one of them out: a test set is no test of what was diagnosed on its pictures",
            )
    return {name: side for name, (side, _) in first.items()}
