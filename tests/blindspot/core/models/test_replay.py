"""Recorded answers: the most specific line wins, and silence is a failure."""

import json
from pathlib import Path

import pytest

from blindspot.core.asking import ask
from blindspot.core.errors import DataError
from blindspot.core.images import ImageStore
from blindspot.core.ledger import Ledger
from blindspot.core.model import ModelSettings, Request, open_model
from blindspot.core.records import Completion, Failure


def replay(tmp_path: Path, *lines: object) -> ModelSettings:
    path = tmp_path / "answers.jsonl"
    path.write_text("\n".join(map(json.dumps, lines)))
    return ModelSettings(backend="replay", checkpoint=str(path))


def test_the_most_specific_line_wins(tmp_path: Path) -> None:
    settings = replay(
        tmp_path,
        {"prompt": "a", "text": "any"},
        {"prompt": "a", "images": ["x.png"], "text": "of x"},
        {"prompt": "a", "repeat": 1, "text": "second"},
        {"prompt": "b", "failure": {"kind": "timeout", "message": "slow", "retryable": True}},
    )
    model = open_model(settings, ImageStore(tmp_path))
    requests = [
        Request(prompt="a"),
        Request(prompt="a", images=("x.png",)),
        Request(prompt="a", repeat=1),
        Request(prompt="b"),
        Request(prompt="c"),
    ]
    outcomes = ask(model, requests, Ledger(tmp_path / "ledger.sqlite"))
    texts = [o.text if isinstance(o, Completion) else o.kind for o in outcomes]
    assert texts == ["any", "of x", "second", "timeout", "request"]
    assert isinstance(outcomes[3], Failure)


def test_a_broken_line_is_named(tmp_path: Path) -> None:
    settings = replay(tmp_path, {"prompt": "a", "text": "x"}, {"answer": "x"})
    with pytest.raises(DataError, match="line 2"):
        open_model(settings, ImageStore(tmp_path))


def test_a_missing_file(tmp_path: Path) -> None:
    settings = ModelSettings(backend="replay", checkpoint=str(tmp_path / "nowhere"))
    with pytest.raises(DataError, match="there is no such file"):
        open_model(settings, ImageStore(tmp_path))
