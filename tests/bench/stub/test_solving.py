import math
import random
from itertools import combinations

import numpy as np
import pytest

from bench.stub.guesses import WORDS, others, tempting
from bench.stub.script import Knowledge, Script
from bench.stub.solving import errs, roll, solve
from blindspot.core.grading import grade
from blindspot.core.records import AnswerKind

MODELS = ("model-a", "model-b", "model-c")


def rate_within(found: float, stated: float, n: int) -> bool:
    """Within four standard errors of a share."""
    return abs(found - stated) <= 4 * math.sqrt(stated * (1 - stated) / n)


@pytest.mark.parametrize(("error", "correlation"), [(0.15, 0.3), (0.15, 0.0), (0.4, 0.8)])
def test_errors_have_the_stated_rate_and_correlation(kit, error: float, correlation: float):
    n = 8000
    script = Script(knowledge=Knowledge(solver_error=error, correlation=correlation))
    facts = [kit.fact(item, question="How many?") for item in range(n)]
    wrong = np.array([[errs(fact, model, script) for fact in facts] for model in MODELS], float)
    for each in wrong:
        assert rate_within(float(each.mean()), error, n)
    for a, b in combinations(wrong, 2):
        assert float(np.corrcoef(a, b)[0, 1]) == pytest.approx(correlation, abs=5 / math.sqrt(n))


def test_solvers_answer_as_stated_from_the_request_alone(kit):
    n, script = 600, Script(knowledge=Knowledge(solver_error=0.5))
    answers = []
    for item in range(n):
        about = kit.fact(item)
        image = kit.picture(about)
        answers.append([solve(kit.solving(about, image, model=m), script) for m in MODELS[:2]])
    for side in zip(*answers, strict=True):
        assert rate_within(sum(answer != "3" for answer in side) / n, 0.5, n)
    both = [a == b for a, b in answers if "3" not in (a, b)]
    assert rate_within(sum(both) / len(both), 0.5, len(both))


def test_order_and_repetition_change_nothing(kit):
    facts = [kit.fact(item) for item in range(60)]
    calls = [(fact, model) for fact in facts for model in MODELS]
    images = {fact.item: kit.picture(fact) for fact in facts}

    def answers(order: list) -> dict:
        return {
            (fact.item, model): solve(kit.solving(fact, images[fact.item], model=model), Script())
            for fact, model in order
        }

    forth = answers(calls)
    mixed = calls + calls[:40]
    random.Random(3).shuffle(mixed)
    assert answers(mixed) == forth
    assert len(set(forth.values())) > 1


def test_another_seed_draws_anew(kit):
    facts = [kit.fact(item) for item in range(400)]
    found = [[errs(f, "m", Script(seed=seed)) for f in facts] for seed in (0, 0, 1)]
    assert found[0] == found[1] != found[2]


def test_ambiguous_items_get_either_answer_or_null(kit):
    n = 600
    script = Script(knowledge=Knowledge(null_when_ambiguous=0.3))
    said = []
    for item in range(n):
        about = kit.fact(item, also="5")
        said.append(solve(kit.solving(about, kit.picture(about)), script))
    assert set(said) == {"3", "5", None}
    assert rate_within(said.count(None) / n, 0.3, n)
    assert rate_within(said.count("3") / n, 0.35, n)


def test_without_a_picture_only_common_sense_is_right(kit):
    script = Script(knowledge=Knowledge(solver_error=0.0))
    blind = kit.fact(question="What is 17 plus 25?", answer="42")
    assert solve(kit.solving(blind), script) == "42"
    n = 600
    options = ("red", "green", "blue", "black")
    seen = [
        kit.fact(
            item,
            question=f"Which color has post {item}?",
            answer_kind="choice",
            answer="red",
            options=options,
        )
        for item in range(n)
    ]
    right = [solve(kit.solving(fact), script) == "A" for fact in seen]
    assert rate_within(sum(right) / n, 0.25, n)
    sides = [kit.fact(item, question=f"Is post {item} left?", answer="yes") for item in range(n)]
    yes = [solve(kit.solving(fact), script) for fact in sides]
    assert set(yes) == {"yes", "no"}
    assert rate_within(yes.count("yes") / n, 0.5, n)


def test_a_swapped_picture_is_answered_from_its_own_pixels(kit):
    script = Script(knowledge=Knowledge(solver_error=0.0, null_when_unseen=0.0))
    mine, same = kit.fact(answer="3"), kit.fact(item=8, question=kit.fact().question, answer="9")
    assert solve(kit.solving(mine, kit.picture(mine)), script) == "3"
    assert solve(kit.solving(mine, kit.picture(same)), script) == "9"
    other = kit.fact(item=9, question="How many poles?", answer="12")
    assert solve(kit.solving(mine, kit.picture(other)), script) == "12"
    script = Script(knowledge=Knowledge(null_when_unseen=1.0))
    assert solve(kit.solving(mine, kit.picture(other)), script) is None
    assert solve(kit.solving(mine, kit.picture().crop((0, 0, 96, 40))), script) is None


def test_of_questions_within_one_another_the_longest_is_asked(kit):
    script = Script(knowledge=Knowledge(solver_error=0.0))
    inner = kit.fact(1, question="How many?", answer="1")
    outer = kit.fact(2, question="Left or right: how many?", answer="2")
    for image in (kit.picture(inner, outer), kit.picture(outer, inner)):
        assert solve(kit.solving(inner, image), script) == "1"
        assert solve(kit.solving(outer, image), script) == "2"


def test_a_choice_is_answered_by_the_letter_it_has_in_the_request(kit):
    script = Script(knowledge=Knowledge(solver_error=0.0))
    about = kit.fact(
        question="Which color?", answer_kind="choice", answer="blue", options=("red", "blue")
    )
    image = kit.picture(about)
    assert solve(kit.solving(about, image), script) == "B"
    turned = about.model_copy(update={"options": ("blue", "red")})
    assert solve(kit.solving(turned, image), script) == "A"
    plain = "Which color?\nA. green\nB. red\nC. blue\nAnswer with the letter of the right option."
    sure = kit.picture(about.model_copy(update={"pass_rate": 1.0}))
    assert roll(kit.asked(kit.body(plain, [sure])), script) == "C"


@pytest.mark.parametrize("rate", [0.0, 0.25, 0.9, 1.0])
def test_the_policy_is_right_as_often_as_the_picture_says(kit, rate: float):
    about = kit.fact(pass_rate=rate)
    whole = kit.body(about.question, [kit.picture(about)], temperature=1.0)
    n = 400
    said = [roll(kit.asked({**whole, "seed": seed}), Script()) for seed in range(n)]
    assert rate_within(said.count("3") / n, rate, n)
    assert said == [roll(kit.asked({**whole, "seed": seed}), Script()) for seed in range(n)]
    greedy = {**whole, "temperature": 0.0}
    assert len({roll(kit.asked({**greedy, "seed": seed}), Script()) for seed in range(20)}) == 1


WRONG: list[tuple[AnswerKind, str, tuple[str, ...]]] = [
    ("choice", "b", ("a", "b", "c")),
    ("yes_no", "yes", ()),
    ("number", "0", ()),
    ("number", "-2.5", ()),
    ("text", "red", ()),
    ("set", "red, blue", ()),
    ("box", "10, 20, 50, 60", ()),
]


@pytest.mark.parametrize(("kind", "answer", "options"), WRONG)
def test_wrong_answers_are_wrong(kit, kind: AnswerKind, answer: str, options: tuple[str, ...]):
    for item in range(20):
        about = kit.fact(item, answer_kind=kind, answer=answer, options=options)
        wrong = {tempting(about), *others(about)}
        assert answer not in wrong
        if kind != "choice":
            scores = {grade(w, target=answer, kind=kind).score for w in wrong}
            assert all(score < 0.5 for score in scores)
    assert len(set(WORDS)) == len(WORDS)
