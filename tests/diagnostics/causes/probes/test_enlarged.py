import numpy as np
from PIL import Image

from blindspot.core.images import encode
from blindspot.core.records import Failure
from diagnostics.causes.probe import Intervention
from diagnostics.causes.probes.enlarged import PLUGIN


def stored(given, width: int, height: int, color: str = "red") -> str:
    return given.images.put(encode(Image.new("RGB", (width, height), color)))


def test_every_picture_is_twice_as_wide_and_high_and_shows_the_same(means, make):
    given = means()
    names = stored(given, 30, 20), stored(given, 7, 9, "blue")
    sample = make.sample(1, prompt="In <image> and <image>?", images=names)
    (larger,) = PLUGIN.interventions([sample], given)
    assert isinstance(larger, Intervention)
    (request,) = larger.requests
    pictures = [given.images.open(name) for name in request.images]
    assert [p.size for p in pictures] == [(60, 40), (14, 18)]
    assert [np.asarray(p).reshape(-1, 3).mean(0).tolist() for p in pictures] == [
        [255, 0, 0],
        [0, 0, 255],
    ]
    assert (request.prompt, request.sampling) == (sample.prompt, given.sampling)
    assert PLUGIN.interventions([sample], given) == [larger]


def test_a_large_picture_is_not_enlarged(means, make):
    given = means()
    fits, large = stored(given, 1000, 1000), stored(given, 1001, 1000)
    samples = [make.sample(i, images=(name,)) for i, name in enumerate((fits, large))]
    found = PLUGIN.interventions(samples, given)
    assert isinstance(found[0], Intervention)
    assert found[1] is None


def test_a_picture_that_is_gone_is_a_failure(means, make):
    (found,) = PLUGIN.interventions([make.sample(1)], means())
    assert isinstance(found, Failure)
    assert found.kind == "image"
