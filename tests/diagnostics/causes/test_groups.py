"""Groups of failed answers: planted ones are found, in any script; what does not differ is not
grouped.
"""

import random

import pytest

from blindspot.core.records import Attribution
from blindspot.core.statistics import wilson
from diagnostics.causes.failed import Failed
from diagnostics.causes.groups import failure_groups

THEMES = (
    "the shapes overlap so that some of them are hidden behind others",
    "the legend assigns colours which look alike in this chart",
    "rounding the percentage down gives a smaller total",
)
CHINESE = ("图形互相重叠所以看不清楚", "图例的颜色非常相似容易混淆")


def failed(make, i: int, text: str, stage: str = "reading", **more) -> Failed:
    sample = make.sample(i, **more)
    prediction = make.answered(sample, 0.0, completion={"text": text})
    attribution = Attribution(sample_id=sample.id, stage=stage, source="x", confidence=1)
    return Failed(sample, prediction, attribution)


def told(theme: str, rng: random.Random) -> str:
    """The theme in some order, with a few words of its own."""
    words = theme.split()
    rng.shuffle(words)
    return " ".join([*words, *(f"word{rng.randrange(200)}" for _ in range(3))])


def planted(make, sizes=(40, 30, 20)) -> list[Failed]:
    rng = random.Random(0)
    themes = [t for t, size in zip(THEMES, sizes, strict=True) for _ in range(size)]
    rng.shuffle(themes)
    return [failed(make, i, told(theme, rng)) for i, theme in enumerate(themes)]


def test_planted_groups_with_their_words_shares_and_samples(make):
    rows = planted(make)
    found = failure_groups(rows)
    assert [g.n for g in found] == [40, 30, 20]
    first = found[0]
    assert (first.category, first.stage) == ("counting/geometric", "reading")
    assert first.share == pytest.approx(40 / 90)
    assert first.interval == wilson(40, 90)
    for group, theme in zip(found, THEMES, strict=True):
        assert group.keywords
        assert set(group.keywords) <= set(theme.split())
        said = {f.sample.id: f.prediction.completion for f in rows}
        assert all(theme.split()[1] in str(said[i]) for i in group.samples)


def test_the_order_of_rows_does_not_matter(make):
    rows = planted(make)
    assert failure_groups(rows) == failure_groups(rows[::-1])


def test_categories_and_stages_are_apart(make):
    rows = planted(make)
    other = [failed(make, 1000 + i, THEMES[i % 2], "format") for i in range(40)]
    found = failure_groups(rows + other)
    assert found[:2] == failure_groups(other)
    assert found[2:] == failure_groups(rows)
    assert [g.stage for g in found[:2]] == ["format", "format"]


def test_a_script_without_blanks(make):
    rng = random.Random(0)
    rows = [failed(make, i, CHINESE[i % 2] + chr(0x4E00 + rng.randrange(999))) for i in range(60)]
    found = failure_groups(rows)
    assert [g.n for g in found] == [30, 30]
    assert {k in CHINESE[0] for k in found[0].keywords} != {
        k in CHINESE[0] for k in found[1].keywords
    }


@pytest.mark.parametrize("text", ["B", "", "42", "the same words every time"])
def test_answers_that_do_not_differ_make_no_groups(make, text: str):
    assert failure_groups([failed(make, i, text) for i in range(80)]) == ()


def test_few_failures_make_no_groups(make):
    assert failure_groups(planted(make)[:29]) == ()
    assert failure_groups([]) == ()


def test_long_answers_are_read_at_both_ends(make):
    filler = "x " * 5000
    rows = [failed(make, i, f"{THEMES[i % 2]} {filler} {THEMES[i % 2]}") for i in range(60)]
    assert [g.n for g in failure_groups(rows)] == [30, 30]


def test_a_small_group_is_not_listed(make):
    assert [g.n for g in failure_groups(planted(make, (40, 30, 5)))] in (
        [40, 30],
        [40, 35],
        [45, 30],
    )
