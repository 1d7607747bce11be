"""The coarse look leaves out nothing that the fine one finds, and most of what it does not."""

from dataclasses import astuple

import pytest

from generation.likeness import alignment, look
from generation.likeness.alignment import Laid, fits, resembles
from generation.likeness.windows import Window, windows

PARTS = {
    "corner": ((0.0, 0.81), (0.0, 0.83)),
    "middle": ((0.16, 0.91), (0.08, 0.93)),
    "strip": ((0.03, 1.0), (0.25, 0.88)),
}


def nearest(across, down) -> Window:
    """The window that the gallery would propose at best."""

    def off(window: Window) -> float:
        pairs = zip((*window.across, *window.down), (*across, *down), strict=True)
        return sum(abs(one - other) for one, other in pairs)

    return min(windows(), key=off)


def cropped(image, across, down):
    (left, right), (top, bottom) = across, down
    box = (left * image.width, top * image.height, right * image.width, bottom * image.height)
    return image.crop(tuple(map(round, box)))


def crops(kit, part, count=20):
    across, down = PARTS[part]
    scenes = [kit.scene(number) for number in range(count)]
    window = nearest(across, down)
    return [Laid(look(cropped(s, across, down)), look(s), window) for s in scenes]


@pytest.fixture(scope="module")
def strangers(kit):
    looks = [look(kit.scene(number)) for number in range(12)]
    pairs = [(one, other) for one in looks for other in looks if one is not other]
    return [Laid(*pair, window) for pair in pairs for window in windows()[::40]]


@pytest.mark.parametrize("part", PARTS)
def test_a_crop_resembles_what_it_was_cut_from(kit, part):
    laid = crops(kit, part)
    assert resembles(laid).all()
    assert all(fit and fit.likely for fit in fits(laid))


def test_what_it_leaves_out_does_not_lie_there(strangers, monkeypatch):
    kept = resembles(strangers)
    assert kept.mean() < 0.1
    dropped = [laid for laid, alike in zip(strangers, kept, strict=True) if not alike][::7]
    monkeypatch.setattr(alignment, "_ALIKE", -1.0)
    assert resembles(dropped).all()
    assert not any(fit and fit.likely for fit in fits(dropped))


def test_many_at_once_are_as_one_by_one(kit, strangers):
    """So that what else is compared decides nothing."""
    mixed = [*strangers[:40], *crops(kit, "corner", 5), *strangers[40:80], *crops(kit, "strip", 5)]
    at_once, alone = fits(mixed), [fits([laid])[0] for laid in mixed]
    assert [fit is None for fit in at_once] == [fit is None for fit in alone]
    assert sum(fit is not None for fit in alone) >= 10
    for one, other in zip(at_once, alone, strict=True):
        if one and other:
            assert astuple(one) == pytest.approx(astuple(other), rel=1e-4, abs=1e-3)


def test_nothing_laid_fits_nothing():
    assert fits([]) == []
