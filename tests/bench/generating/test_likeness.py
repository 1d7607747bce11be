"""G3's copies are what they are called, and its rows tell caught from missed."""

import random

from PIL import Image

from bench.generating import sights
from bench.generating.likeness import QUESTION, Judge, Sight, asks_same


def scenes(count, seed="test"):
    return [Sight("textures", sights.texture(f"{seed}{i}")) for i in range(count)]


def test_crops_keep_between_half_and_nine_tenths():
    image = Image.new("RGB", (400, 300))
    rng = random.Random(0)
    kept = [c.width * c.height / 120_000 for c in (sights.cropped(image, rng) for _ in range(300))]
    assert 0.49 <= min(kept) < 0.55
    assert 0.85 < max(kept) <= 0.91


def test_pictures_follow_from_their_seed_and_differ_between_seeds():
    for make in (sights.document, sights.texture, sights.chart):
        assert make("a").tobytes() == make("a").tobytes()
        assert make("a").tobytes() != make("b").tobytes()


def test_copies_are_caught_and_fresh_pictures_pass():
    judge = Judge(scenes(6))
    copies = judge.changed(lambda image, rng: sights.jpeg(image, 75))
    assert [(t.rejected, t.near) for t in copies] == [(True, True)] * 6
    assert [t.rejected for t in judge.trials(scenes(6, "fresh"))] == [False] * 6


def test_the_simple_check_misses_what_is_turned():
    turned = Judge(scenes(6)).changed(lambda i, rng: i.transpose(Image.Transpose.ROTATE_90))
    assert [t.rejected for t in turned] == [True] * 6
    assert sum(t.near for t in turned) == 0


def test_other_questions_are_other_samples():
    (sight,) = scenes(1)
    other = Sight(sight.kind, sight.image, question="Which season might it be?")
    assert not asks_same(sight, other)
    assert sight.question == QUESTION
    assert [t.rejected for t in Judge([sight]).trials([sight, other])] == [True, False]
