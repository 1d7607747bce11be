"""Options of the command line as overrides of the settings."""

from pathlib import Path

from blindspot.options import evaluation
from blindspot.settings import load


def test_a_checkpoint_and_a_suite(tmp_path: Path) -> None:
    given = evaluation("Qwen/Qwen2.5-VL-7B-Instruct", suite="eleven", limit=5, data=tmp_path)
    config = load(None, tuple(given))
    assert config.name == "qwen2.5-vl-7b-instruct"
    assert (config.model.backend, config.model.checkpoint) == (
        "transformers_local",
        "Qwen/Qwen2.5-VL-7B-Instruct",
    )
    assert (config.evaluation.suite, config.evaluation.limit) == ("eleven", 5)
    assert config.evaluation.data == tmp_path


def test_an_address_makes_it_an_endpoint() -> None:
    given = evaluation("gpt", base_urls=["http://a/v1", "http://b/v1"], benchmarks=["pope"])
    model = load(None, tuple(given)).model
    assert (model.backend, model.model) == ("openai_api", "gpt")
    assert model.base_urls == ("http://a/v1", "http://b/v1")


def test_nothing_given_is_nothing() -> None:
    assert evaluation() == []
