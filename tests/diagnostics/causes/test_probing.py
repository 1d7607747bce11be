"""Probes on a world whose causes are known, and on recorded answers."""

import hashlib
import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from blindspot.core.diagnosis import ProbeShare
from blindspot.core.errors import StageError, UnknownNameError
from blindspot.core.images import ImageStore, encode
from blindspot.core.model import ModelSettings, Request, Sampling
from blindspot.core.records import Attribution, Completion, Failure, Outcome, Prediction, Sample
from blindspot.core.run_folder import RunFolder
from diagnostics.causes import probing
from diagnostics.causes.failed import Failed
from diagnostics.causes.probing import Probed, probe
from diagnostics.settings import ProbeSettings

ALL = ("again", "blind", "caption", "enlarged", "ocr", "resampled")
SAMPLING = Sampling(max_tokens=64)
WORDS = ("oak", "elm", "ash", "fir", "yew", "box", "bay", "fig", "pine", "plum")


def chance(*parts: object) -> float:
    digest = hashlib.sha256(repr(parts).encode()).digest()
    return int.from_bytes(digest[:6], "big") / 2**48


class Scripted:
    """A model whose way of failing is the first word of the question.

    small      reads what is small only where it is enlarged or transcribed
    unseen     sees nothing of it unless it is described
    prior      says what is usual, whatever it is shown or told
    reasoning  is wrong, another way for every wording
    shaky      is right by itself three times out of five
    """

    fingerprint, chunk, concurrency = "scripted", 16, 2

    def __init__(self, images: ImageStore) -> None:
        self.images = images
        self.asked: list[Request] = []

    async def generate(self, requests: Sequence[Request]) -> list[Outcome]:
        self.asked += requests
        return [self._answer(request) for request in requests]

    async def rest(self) -> None:
        pass

    async def abilities(self) -> dict[str, Any]:
        return {}

    def _answer(self, request: Request) -> Outcome:
        if request.prompt.startswith(("Describe", "Transcribe")):
            return Completion(text="nothing much")
        found = re.search(r"(\w+) (\d+): which tree\?", request.prompt)
        assert found
        cause, number = found.group(1), int(found.group(2))
        right = WORDS[number % len(WORDS)]
        told = f"a small {right} tree" in request.prompt
        draw = chance(number, request.prompt, request.images, request.repeat)
        knows = {
            "small": told or f"picture: {right}" in request.prompt or self._large(request),
            "unseen": told,
            "prior": False,
            "reasoning": False,
            "shaky": draw < 0.6,
        }[cause]
        wrong = "fallen leaf" if cause == "prior" else f"wrong {draw:.6f}"
        return Completion(text=right if knows else wrong)

    def _large(self, request: Request) -> bool:
        return bool(request.images) and self.images.open(request.images[0]).width > 8


def failed_of(sample: Sample, stage: str = "unresolved", said: str = "fallen leaf") -> Failed:
    prediction = Prediction(
        sample_id=sample.id, completion=Completion(text=said), answer=said, score=0, grader="g"
    )
    found = Attribution(sample_id=sample.id, stage=stage, source="none", confidence=0)
    return Failed(sample, prediction, found)


@pytest.fixture
def folder(tmp_path: Path) -> RunFolder:
    return RunFolder(tmp_path)


def tree(folder: RunFolder, cause: str, number: int, **more) -> Sample:
    right = WORDS[number % len(WORDS)]
    shade = (number % 256, number // 256, 9)
    name = folder.images.put(encode(Image.new("RGB", (8, 8), shade)))
    attributes = {"content": f"a small {right} tree", "cause": cause}
    attributes |= {"ocr": right} if cause == "small" else {}
    fields = {
        "id": f"t{number:04d}",
        "benchmark": "trees",
        "question": f"{cause} {number}: which tree?",
        "prompt": f"{cause} {number}: which tree?",
        "images": (name,),
        "target": right,
        "answer_kind": "text",
        "capability": "perception",
        "image_type": "natural_scene",
        "attributes": attributes,
    }
    return Sample.model_validate(fields | more)


@pytest.fixture
def ask_again(folder: RunFolder, monkeypatch: pytest.MonkeyPatch):
    """Probes the scripted model."""

    def run(failed: Sequence[Failed], names=ALL, failures: int = 1000, **more) -> Probed:
        model = Scripted(folder.images)
        monkeypatch.setattr(probing, "open_model", lambda settings, images: model)
        settings = ProbeSettings(names=names, failures=failures, **more)
        found = probe(settings, ModelSettings(), folder, SAMPLING, failed, 0)
        run.asked = model.asked  # type: ignore[attr-defined]
        return found

    return run


PLANTED = {"small": 60, "unseen": 80, "prior": 40, "reasoning": 80, "shaky": 40}


@pytest.fixture
def trees(folder: RunFolder) -> list[Failed]:
    """300 failed samples of known causes; half of the small and unseen ones are text."""
    causes = [cause for cause, n in PLANTED.items() for _ in range(n)]
    text = {"capability": "ocr", "image_type": "text_dense"}
    samples = [
        tree(folder, cause, i, **(text if cause in ("small", "unseen") and i % 2 else {}))
        for i, cause in enumerate(causes)
    ]
    return [failed_of(s) for s in samples]


def row(probed: Probed, name: str, stage: str | None) -> ProbeShare:
    (found,) = [r for r in probed.shares if (r.probe, r.stage) == (name, stage)]
    return found


def test_shares_recover_the_planted_causes(ask_again, trees):
    probed = ask_again(trees, failures=120)
    shaky = PLANTED["shaky"] * 0.6
    planted = {
        ("again", None): shaky,
        ("blind", None): shaky,
        ("blind unchanged", "hallucination"): PLANTED["prior"],
        ("enlarged", "reading"): PLANTED["small"] / 2,
        ("enlarged", "perception"): PLANTED["small"] / 2 + shaky,
        ("caption", "reading"): 70,
        ("caption", "perception"): 70 + shaky,
        ("ocr", "reading"): PLANTED["small"],
        ("resampled", None): PLANTED["shaky"] * 0.821,  # at least two of four draws
    }
    assert {(r.probe, r.stage) for r in probed.shares} == set(planted)
    for (name, stage), count in planted.items():
        if name != "ocr":  # of most samples only a useless transcription of its own is there
            low, high = row(probed, name, stage).interval
            assert low <= count / 300 <= high, (name, stage)
    assert row(probed, "enlarged", "reading").asked < row(probed, "enlarged", "perception").asked
    assert list(probed.shares) == sorted(probed.shares, key=lambda r: r.probe)


def test_verdicts_name_the_planted_causes_and_abstain_on_the_others(ask_again, trees):
    probed = ask_again(trees)
    cause_of = {f.sample.id: f.sample.attributes["cause"] for f in trees}
    stages: dict[str, list[str]] = {cause: [] for cause in PLANTED}
    for key, found in probed.verdicts.items():
        stages[cause_of[key]].append(f"{found.stage} by {found.source}")
        assert found.sample_id == key
    assert stages["small"] == ["reading by ocr"] * PLANTED["small"]
    assert sorted(stages["unseen"]) == ["perception by caption"] * 40 + ["reading by caption"] * 40
    assert stages["prior"] == ["hallucination by blind"] * PLANTED["prior"]
    assert stages["reasoning"] == []
    assert len(stages["shaky"]) <= 0.1 * PLANTED["shaky"]


def test_without_controls_what_turns_by_itself_is_taken_for_a_cause(ask_again, trees):
    shaky = [f for f in trees if f.sample.attributes["cause"] == "shaky"]
    assert len(ask_again(shaky, ("caption",)).verdicts) > 0.4 * len(shaky)
    assert len(ask_again(shaky, ("again", "caption", "resampled")).verdicts) < 0.2 * len(shaky)


def test_pass_rates_are_of_the_redraws(ask_again, trees):
    rates = ask_again(trees, ("resampled",), resamples=5).pass_rates
    by_cause = {f.sample.id: f.sample.attributes["cause"] for f in trees}
    assert set(rates) == set(by_cause)
    assert {n for _, n in rates.values()} == {5}
    shaky = [rate for key, (rate, _) in rates.items() if by_cause[key] == "shaky"]
    assert sum(shaky) / len(shaky) == pytest.approx(0.6, abs=0.12)
    assert {rate for key, (rate, _) in rates.items() if by_cause[key] != "shaky"} == {0.0}


def test_the_order_of_rows_makes_no_difference_and_nothing_is_asked_twice(ask_again, trees):
    first = ask_again(trees, failures=50)
    assert ask_again.asked
    assert ask_again(trees[::-1], failures=50) == first
    assert ask_again.asked == []


def test_what_broke_in_its_form_is_not_asked_and_counts_as_not_turned(ask_again, folder):
    unseen = [failed_of(tree(folder, "unseen", i)) for i in range(20)]
    cut = [failed_of(tree(folder, "shaky", i), "truncated") for i in range(20, 40)]
    probed = ask_again([*unseen, *cut], ("caption",))
    (caption,) = probed.shares
    assert (caption.asked, caption.turned, caption.share) == (20, 20, 0.5)
    assert caption.interval[1] == 0.5
    assert probed.left_out == {"truncated": 20}


def test_what_the_core_grader_sees_otherwise_is_left_out_and_counted(ask_again, folder):
    right = failed_of(tree(folder, "unseen", 0), said="oak")
    odd = tree(folder, "unseen", 1, answer_kind="number", target="many")
    fine = failed_of(tree(folder, "unseen", 2))
    probed = ask_again([right, failed_of(odd), fine], ("caption",))
    assert probed.left_out == {"graded otherwise": 1, "target not gradable": 1}
    assert [(r.asked, r.share) for r in probed.shares] == [(1, 1.0)]


def test_only_unresolved_samples_get_a_verdict(ask_again, folder):
    known = failed_of(tree(folder, "unseen", 0), "calculation")
    probed = ask_again([known, failed_of(tree(folder, "unseen", 1))], ("again", "caption"))
    assert set(probed.verdicts) == {"t0001"}
    assert row(probed, "caption", "perception").turned == 2


def test_a_sample_without_a_picture_is_not_asked_about_pictures(ask_again, folder):
    texts = [failed_of(tree(folder, "unseen", i, images=())) for i in range(10)]
    seen = [failed_of(tree(folder, "unseen", i)) for i in range(10, 20)]
    probed = ask_again([*texts, *seen], ("again", "caption"))
    assert row(probed, "again", None).asked == 20
    caption = row(probed, "caption", "perception")
    assert (caption.asked, caption.share) == (10, 0.5)
    (nothing,) = ask_again(texts, ("caption",)).shares
    assert (nothing.asked, nothing.stage, nothing.share) == (0, None, None)


@pytest.mark.parametrize("stage", ["unresolved", "truncated"])
def test_with_nothing_to_draw_nothing_is_asked(ask_again, folder, stage: str):
    assert ask_again([], ALL).shares == ()
    cut = failed_of(tree(folder, "unseen", 0), stage)
    assert ask_again([cut], ALL, failures=0).shares == ()


def test_an_unknown_probe_is_named(ask_again, trees):
    with pytest.raises(UnknownNameError, match="captoin"):
        ask_again(trees[:1], ("captoin",))


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


def test_failures_are_counted_and_stood_for(folder: RunFolder):
    """Three recorded answers and a timeout, each by its exact prompt."""
    failed = [failed_of(tree(folder, "unseen", i)) for i in range(4)]
    lines = [
        {"prompt": f"The picture shows: a small {WORDS[i]} tree\n\nunseen {i}: which tree?"}
        | {"images": list(f.sample.images)}
        for i, f in enumerate(failed)
    ]
    timeout = {"kind": "timeout", "message": "scripted", "retryable": True}
    said = [{"text": "oak"}, {"text": "fir"}, {"failure": timeout}, {"text": "no idea"}]
    script = [line | more for line, more in zip(lines, said, strict=True)]
    probed = Recorded(folder)(script, failed, ("caption",))
    (caption,) = probed.shares
    assert (caption.asked, caption.answered, caption.turned) == (4, 3, 1)
    assert caption.failures == {"timeout": 1}
    assert caption.share == pytest.approx(1 / 3)
    assert list(probed.verdicts) == ["t0000"]


def test_the_same_number_is_the_same_answer(folder: RunFolder):
    count = {"answer_kind": "number", "target": "3", "capability": "counting"}
    failed = [failed_of(tree(folder, "x", i, **count), said=s) for i, s in enumerate("455")]
    lines = [
        {"prompt": f"x {i}: which tree?", "images": [], "text": text}
        for i, text in enumerate(("There are 4.0 dogs.", "four", "3"))
    ]
    probed = Recorded(folder)(lines, failed, ("blind",))
    assert [(r.probe, r.answered, r.turned) for r in probed.shares] == [
        ("blind", 3, 1),
        ("blind unchanged", 3, 1),
    ]
    assert {k: v.stage for k, v in probed.verdicts.items()} == {"t0000": "hallucination"}


def test_a_model_that_answers_nothing_is_an_error(folder: RunFolder):
    down = {"kind": "connection", "message": "refused", "retryable": True}
    failed = [failed_of(tree(folder, "unseen", i)) for i in range(3)]
    with pytest.raises(StageError, match="does not answer"):
        Recorded(folder)([{"prompt": "*", "failure": down}], failed, ("again",))


def test_a_picture_that_is_gone_is_counted(folder: RunFolder):
    gone = failed_of(tree(folder, "unseen", 0, images=(f"{0:064x}.png",)))
    (enlarged,) = Recorded(folder)([], [gone], ("enlarged",)).shares
    assert (enlarged.asked, enlarged.answered, enlarged.share) == (1, 0, None)
    assert enlarged.failures == {Failure(kind="image", message="", retryable=False).kind: 1}
