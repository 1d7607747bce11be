"""Questions, pictures and answers that have become all the same."""

from blindspot.core.monitors import Alarm
from training.history import Cell, RoundHistory
from training.monitor_settings import MonitorSettings
from training.monitors.collapse import PLUGIN

MANY = [f"how many {a} {b} lie there" for a in "abcdefgh" for b in "ijklmnop"]
DRAWN = [f"what does word{i} say about {i * 7 % 64}th thing{i}" for i in range(64)]


def cell(questions, pictures=None, name="counting/map") -> Cell:
    seen = pictures or [f"p{i}" for i in range(len(questions))]
    n = len(questions)
    return Cell(name, n, n, n, 0, 0, tuple(questions), tuple((p,) for p in seen))


def figures(*sets: list[Cell], answered=()):
    history = [RoundHistory(i, cells=tuple(cells)) for i, cells in enumerate(sets)]
    found = PLUGIN.figures([*history, RoundHistory(len(sets))], MonitorSettings())
    assert [f.name for f in found] == ["questions", "pictures", "answers"]
    return {f.name: f for f in found}


def alarmed(found) -> list[str]:
    return [name for name, figure in found.items() if isinstance(figure, Alarm)]


def test_one_question_over_and_over():
    assert alarmed(figures([cell(DRAWN)], [cell(DRAWN[:1] * 64)])) == ["questions"]


def test_paraphrases_count_as_far_as_they_share_words():
    found = figures([cell(DRAWN)], [cell(MANY)])
    assert alarmed(found) == ["questions"]
    assert 0.1 < (found["questions"].value or 0) < 0.9


def test_one_picture_over_and_over():
    assert alarmed(figures([cell(DRAWN)], [cell(DRAWN, ["p0"] * 64)])) == ["pictures"]


def test_fewer_samples_are_no_collapse():
    assert not alarmed(figures([cell(DRAWN)], [cell(DRAWN[:8])]))


def test_two_samples_prove_nothing():
    assert not alarmed(figures([cell(DRAWN[:2])], [cell(DRAWN[:1] * 2)]))


def test_cells_are_compared_with_their_first_round():
    first, other = cell(DRAWN), cell(DRAWN[:1] * 64, name="ocr/map")
    found = figures([first], [other], [cell(DRAWN[:1] * 64)])
    assert alarmed(found) == ["questions"]
    assert figures([first], [other])["questions"].value is None


def test_one_answer_to_everything(rounds):
    targets = [f"{i % 20}" for i in range(200)]
    found = PLUGIN.figures(rounds(targets, ["7"] * 200, targets=targets), MonitorSettings())
    assert isinstance(found[2], Alarm)


def test_learning_that_most_answers_are_no_is_none(rounds):
    targets = ["no"] * 180 + ["yes"] * 20
    guesses = ["yes", "no"] * 100
    assert not alarmed({"": PLUGIN.figures(rounds(guesses, targets, targets=targets),
                                           MonitorSettings())[2]})  # fmt: skip
