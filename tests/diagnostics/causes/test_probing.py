"""Probes on a world whose causes are known, and on recorded answers."""

import json
from collections.abc import Sequence

import pytest

from blindspot.core.diagnosis import ProbeShare
from blindspot.core.errors import StageError, UnknownNameError
from blindspot.core.model import ModelSettings, Sampling
from blindspot.core.run_folder import RunFolder
from diagnostics.causes import probing
from diagnostics.causes.failed import Failed
from diagnostics.causes.probing import Probed, probe
from diagnostics.settings import ProbeSettings

ALL = ("again", "blind", "caption", "enlarged", "ocr", "resampled")
SAMPLING = Sampling(max_tokens=64)


@pytest.fixture
def ask_again(trees, monkeypatch: pytest.MonkeyPatch):
    """Probes the scripted model."""

    def run(failed: Sequence[Failed], names=ALL, failures: int = 1000, **more) -> Probed:
        model = trees.model(trees.folder.images)
        monkeypatch.setattr(probing, "open_model", lambda settings, images: model)
        settings = ProbeSettings(names=names, failures=failures, **more)
        found = probe(settings, ModelSettings(), trees.folder, SAMPLING, failed, 0)
        run.asked = model.asked  # type: ignore[attr-defined]
        return found

    return run


PLANTED = {"small": 60, "unseen": 80, "prior": 40, "reasoning": 80, "shaky": 40}


@pytest.fixture
def planted(trees) -> list[Failed]:
    """300 failed samples of known causes; half of the small and unseen ones are text."""
    causes = [cause for cause, n in PLANTED.items() for _ in range(n)]
    text = {"capability": "ocr", "image_type": "text_dense"}
    samples = [
        trees.sample(cause, i, **(text if cause in ("small", "unseen") and i % 2 else {}))
        for i, cause in enumerate(causes)
    ]
    return [trees.failed(s) for s in samples]


def row(probed: Probed, name: str, stage: str | None) -> ProbeShare:
    (found,) = [r for r in probed.shares if (r.probe, r.stage) == (name, stage)]
    return found


def test_shares_recover_the_expected_causes(ask_again, planted):
    probed = ask_again(planted, failures=120)
    shaky = PLANTED["shaky"] * 0.6
    expected = {
        ("again", None): shaky,
        ("blind", None): shaky,
        ("blind unchanged", "hallucination"): PLANTED["prior"],
        ("enlarged", "reading"): PLANTED["small"] / 2,
        ("enlarged", "perception"): PLANTED["small"] / 2 + shaky,
        ("caption", "reading"): 70,
        ("caption", "perception"): 70 + shaky,
        ("ocr", "reading"): PLANTED["small"] + shaky,
        ("resampled", None): PLANTED["shaky"] * 0.821,  # at least two of four draws
    }
    assert {(r.probe, r.stage) for r in probed.shares} == set(expected)
    for (name, stage), count in expected.items():
        low, high = row(probed, name, stage).interval
        assert low <= count / 300 <= high, (name, stage)
    assert row(probed, "enlarged", "reading").asked < row(probed, "enlarged", "perception").asked
    assert list(probed.shares) == sorted(probed.shares, key=lambda r: r.probe)


def test_verdicts_name_the_expected_causes_and_abstain_on_the_others(ask_again, planted):
    probed = ask_again(planted)
    cause_of = {f.sample.id: f.sample.attributes["cause"] for f in planted}
    stages: dict[str, list[str]] = {cause: [] for cause in PLANTED}
    for key, found in probed.verdicts.items():
        stages[cause_of[key]].append(f"{found.stage} by {found.source}")
        assert found.sample_id == key
    assert stages["small"] == ["reading by ocr"] * PLANTED["small"]
    assert sorted(stages["unseen"]) == ["perception by caption"] * 40 + ["reading by caption"] * 40
    assert stages["prior"] == ["hallucination by blind"] * PLANTED["prior"]
    assert stages["reasoning"] == []
    assert len(stages["shaky"]) <= 0.1 * PLANTED["shaky"]


def test_without_controls_there_are_no_verdicts(ask_again, planted):
    assert ask_again(planted, ("blind", "caption", "enlarged", "ocr")).verdicts == {}


def test_pass_rates_are_of_the_redraws(ask_again, planted):
    rates = ask_again(planted, ("resampled",), resamples=5).pass_rates
    by_cause = {f.sample.id: f.sample.attributes["cause"] for f in planted}
    assert set(rates) == set(by_cause)
    assert {n for _, n in rates.values()} == {5}
    shaky = [rate for key, (rate, _) in rates.items() if by_cause[key] == "shaky"]
    assert sum(shaky) / len(shaky) == pytest.approx(0.6, abs=0.12)
    assert {rate for key, (rate, _) in rates.items() if by_cause[key] != "shaky"} == {0.0}


def test_the_order_of_rows_makes_no_difference_and_nothing_is_asked_twice(ask_again, planted):
    first = ask_again(planted, failures=50)
    assert ask_again.asked
    assert ask_again(planted[::-1], failures=50) == first
    assert ask_again.asked == []


def test_what_broke_in_its_form_is_not_asked_and_counts_as_not_turned(ask_again, trees):
    unseen = [trees.failed(trees.sample("unseen", i)) for i in range(20)]
    cut = [trees.failed(trees.sample("shaky", i), "truncated") for i in range(20, 40)]
    probed = ask_again([*unseen, *cut], ("caption",))
    (caption,) = probed.shares
    assert (caption.asked, caption.turned, caption.share) == (20, 20, 0.5)
    assert caption.interval[1] == 0.5
    assert probed.left_out == {"truncated": 20}


def test_what_the_core_grader_sees_otherwise_is_left_out_and_counted(ask_again, trees):
    right = trees.failed(trees.sample("unseen", 0), said="oak")
    odd = trees.sample("unseen", 1, answer_kind="number", target="many")
    fine = trees.failed(trees.sample("unseen", 2))
    probed = ask_again([right, trees.failed(odd), fine], ("caption",))
    assert probed.left_out == {"graded otherwise": 1, "target not gradable": 1}
    assert [(r.asked, r.share) for r in probed.shares] == [(1, 1.0)]


def test_only_unresolved_samples_get_a_verdict(ask_again, trees):
    known = trees.failed(trees.sample("unseen", 0), "calculation")
    others = [trees.failed(trees.sample("unseen", i)) for i in range(1, 5)]
    probed = ask_again([known, *others], ("again", "caption"))
    assert set(probed.verdicts) == {"t0001", "t0002", "t0003", "t0004"}
    assert row(probed, "caption", "perception").turned == 5


def test_a_sample_without_a_picture_is_not_asked_about_pictures(ask_again, trees):
    texts = [trees.failed(trees.sample("unseen", i, images=())) for i in range(10)]
    seen = [trees.failed(trees.sample("unseen", i)) for i in range(10, 20)]
    probed = ask_again([*texts, *seen], ("again", "caption"))
    assert row(probed, "again", None).asked == 20
    caption = row(probed, "caption", "perception")
    assert (caption.asked, caption.share) == (10, 0.5)
    (nothing,) = ask_again(texts, ("caption",)).shares
    assert (nothing.asked, nothing.stage, nothing.share) == (0, None, None)


@pytest.mark.parametrize("stage", ["unresolved", "truncated"])
def test_with_nothing_to_draw_nothing_is_asked(ask_again, trees, stage: str):
    assert ask_again([], ALL).shares == ()
    cut = trees.failed(trees.sample("unseen", 0), stage)
    assert ask_again([cut], ALL, failures=0).shares == ()


def test_an_unknown_probe_is_named(ask_again, planted):
    with pytest.raises(UnknownNameError, match="captoin"):
        ask_again(planted[:1], ("captoin",))


class Recorded:
    """Probes answers from a file."""

    def __init__(self, folder: RunFolder) -> None:
        self.folder = folder

    def __call__(self, lines: Sequence[dict], failed: Sequence[Failed], names) -> Probed:
        path = self.folder.root / "answers.jsonl"
        path.write_text("\n".join(map(json.dumps, lines)))
        model = ModelSettings(backend="replay", checkpoint=str(path))
        settings = ProbeSettings(names=names, failures=10)
        return probe(settings, model, self.folder, SAMPLING, failed, 0)


def test_failures_are_counted_and_stood_for(trees):
    """Three recorded answers and a timeout, each by its exact prompt."""
    failed = [trees.failed(trees.sample("unseen", i)) for i in range(4)]
    lines = [
        {"prompt": f"The picture shows: a small {trees.words[i]} tree\n\nunseen {i}: which tree?"}
        | {"images": list(f.sample.images)}
        for i, f in enumerate(failed)
    ]
    timeout = {"kind": "timeout", "message": "scripted", "retryable": True}
    said = [{"text": "oak"}, {"text": "fir"}, {"failure": timeout}, {"text": "no idea"}]
    script = [line | more for line, more in zip(lines, said, strict=True)]
    probed = Recorded(trees.folder)(script, failed, ("caption",))
    (caption,) = probed.shares
    assert (caption.asked, caption.answered, caption.turned) == (4, 3, 1)
    assert caption.failures == {"timeout": 1}
    assert caption.share == pytest.approx(1 / 3)


def test_the_same_number_is_the_same_answer(trees):
    count = {"answer_kind": "number", "target": "3", "capability": "counting"}
    failed = [trees.failed(trees.sample("x", i, **count), said=s) for i, s in enumerate("455")]
    lines = [
        {"prompt": f"x {i}: which tree?", "images": [], "text": text}
        for i, text in enumerate(("There are 4.0 dogs.", "four", "3"))
    ]
    lines.append({"prompt": "*", "text": "7"})
    probed = Recorded(trees.folder)(lines, failed, ("again", "blind"))
    assert [(r.probe, r.answered, r.turned) for r in probed.shares] == [
        ("again", 3, 0),
        ("blind", 3, 1),
        ("blind unchanged", 3, 1),
    ]
    assert {k: v.stage for k, v in probed.verdicts.items()} == {"t0000": "hallucination"}


def test_a_model_that_answers_nothing_is_an_error(trees):
    down = {"kind": "connection", "message": "refused", "retryable": True}
    failed = [trees.failed(trees.sample("unseen", i)) for i in range(3)]
    with pytest.raises(StageError, match="does not answer"):
        Recorded(trees.folder)([{"prompt": "*", "failure": down}], failed, ("again",))


def test_a_picture_that_is_gone_is_counted(trees):
    gone = trees.failed(trees.sample("unseen", 0, images=(f"{0:064x}.png",)))
    (enlarged,) = Recorded(trees.folder)([], [gone], ("enlarged",)).shares
    assert (enlarged.asked, enlarged.answered, enlarged.share) == (1, 0, None)
    assert enlarged.failures == {"image": 1}
