"""The coarse look leaves out nothing that the fine one finds, and most of what it does not."""

import pytest

from generation.likeness import look
from generation.likeness.alignment import aligned, resembles
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


@pytest.mark.parametrize("part", PARTS)
def test_a_crop_resembles_what_it_was_cut_from(kit, part):
    across, down = PARTS[part]
    for number in range(20):
        image, window = kit.scene(number), nearest(across, down)
        crop, whole = look(cropped(image, across, down)), look(image)
        assert aligned(crop, whole, window).likely
        assert resembles(crop, whole, window)


def test_what_it_leaves_out_does_not_lie_there(kit):
    looks = [look(kit.scene(number)) for number in range(12)]
    pairs = [(one, other) for one in looks for other in looks if one is not other]
    some = windows()[::40]
    dropped = [(*pair, w) for pair in pairs for w in some if not resembles(*pair, w)]
    assert len(dropped) > 0.9 * len(pairs) * len(some)
    assert not any(aligned(*each).likely for each in dropped[::7])
