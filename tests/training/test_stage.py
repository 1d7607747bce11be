import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from blindspot.core.errors import ConfigError, DataError, StageError, UnknownNameError
from blindspot.core.model import ModelSettings
from training import data
from training.settings import GuardSettings, TrainingSettings
from training.stage import TrainingInputs, run

Make = Callable[..., TrainingSettings]
Read = Callable[[Path], list[dict[str, Any]]]


def test_grpo_raises_the_reward(
    inputs: TrainingInputs, settings: Make, metrics: Read, tmp_path: Path
):
    artifact = run(settings(steps=30, prompts_per_pass=4), inputs, tmp_path / "checkpoint")
    rewards = [record["reward"] for record in metrics(artifact.path)]
    assert sum(rewards[-5:]) / 5 > sum(rewards[:5]) / 5 + 0.3


def test_sft_lowers_the_loss(inputs: TrainingInputs, settings: Make, metrics: Read, tmp_path: Path):
    artifact = run(settings(optimiser="sft", steps=10), inputs, tmp_path / "checkpoint")
    losses = [record["loss"] for record in metrics(artifact.path)]
    assert losses[-1] < 0.5 * losses[0]


@pytest.mark.parametrize("optimiser", ["grpo", "sft", "dpo"])
def test_the_folder_holds_a_checkpoint_and_says_where_it_came_from(
    inputs: TrainingInputs, settings: Make, metrics: Read, tmp_path: Path, optimiser: str
):
    artifact = run(settings(optimiser=optimiser), inputs, tmp_path / "checkpoint")
    assert sorted(p.name for p in artifact.path.iterdir()) == [
        "arguments.json",
        "chat_template.jinja",
        "config.json",
        "generation_config.json",
        "manifest.json",
        "metrics.jsonl",
        "model.safetensors",
        "processor_config.json",
        "tokenizer.json",
        "tokenizer_config.json",
    ]
    manifest = artifact.manifest
    rollouts = 3 * 4 * 4 if optimiser == "grpo" else 0
    assert manifest.counts == {"samples": 12, "steps": 3, "rollouts": rollouts}
    assert manifest.facts["samples_per_cell"] == {"color/plain": 12}
    assert set(manifest.inputs) == {"training_set", "model"}
    assert len(metrics(artifact.path)) == 3
    for path in (artifact.path / "arguments.json", artifact.path / "config.json"):
        assert str(tmp_path) not in path.read_text()
        assert inputs.policy.checkpoint not in path.read_text()


def test_the_same_run_twice_gives_the_same_artifact(
    inputs: TrainingInputs, settings: Make, tmp_path: Path
):
    first = run(settings(save_every=1), inputs, tmp_path / "first")
    second = run(settings(save_every=3), inputs, tmp_path / "second")
    assert first.manifest.files == second.manifest.files
    assert first.digest == second.digest
    other = run(settings(seed=1), inputs, tmp_path / "other")
    assert other.manifest.files["model.safetensors"] != first.manifest.files["model.safetensors"]


def test_configs_and_dtype_are_those_of_the_start_checkpoint(
    inputs: TrainingInputs, settings: Make, tmp_path: Path
):
    artifact = run(settings(save_dtype="start"), inputs, tmp_path / "checkpoint")
    start = Path(inputs.policy.checkpoint)
    for name in ("config.json", "generation_config.json", "processor_config.json"):
        assert (artifact.path / name).read_text() == (start / name).read_text()
    weights = (artifact.path / "model.safetensors").stat().st_size
    assert weights == (start / "model.safetensors").stat().st_size


def test_a_frozen_vision_tower_stays_as_it_was(
    inputs: TrainingInputs, settings: Make, tmp_path: Path
):
    from safetensors.torch import load_file

    config = settings(train_vision_tower=False, save_dtype="start")
    artifact = run(config, inputs, tmp_path / "checkpoint")
    start = load_file(Path(inputs.policy.checkpoint) / "model.safetensors")
    end = load_file(artifact.path / "model.safetensors")
    changed = {name for name in start if not start[name].equal(end[name])}
    assert changed
    assert not any("vision_tower" in name for name in changed)


def test_a_run_killed_before_publishing_does_not_train_again(
    inputs: TrainingInputs, settings: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    def killed(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    out = tmp_path / "checkpoint"
    with monkeypatch.context() as patch:
        patch.setattr("training.stage.Draft.publish", killed)
        with pytest.raises(KeyboardInterrupt):
            run(settings(), inputs, out)
    monkeypatch.setattr("training.stage._train", killed)
    assert run(settings(), inputs, out).manifest.counts["steps"] == 3


def test_other_settings_on_a_begun_draft_are_refused(
    inputs: TrainingInputs, settings: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("training.stage._train", lambda *_: None)
    out = tmp_path / "checkpoint"
    with pytest.raises(FileNotFoundError):
        run(settings(), inputs, out)
    with pytest.raises(ConfigError, match=r"config\.seed was 0, now 1"):
        run(settings(seed=1), inputs, out)


def test_another_model_under_a_begun_draft_is_refused(
    inputs: TrainingInputs, settings: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    from safetensors.torch import load_file, save_file

    monkeypatch.setattr("training.stage._train", lambda *_: None)
    out, other = tmp_path / "checkpoint", tmp_path / "other"
    with pytest.raises(FileNotFoundError):
        run(settings(), inputs, out)
    shutil.copytree(inputs.policy.checkpoint, other)
    weights = load_file(other / "model.safetensors")
    save_file({n: w + 1 for n, w in weights.items()}, other / "model.safetensors")
    policy = inputs.policy.model_copy(update={"checkpoint": str(other)})
    with pytest.raises(ConfigError, match=r"inputs\.model was"):
        run(settings(), replace(inputs, policy=policy), out)


def test_a_server_cannot_be_trained(inputs: TrainingInputs, settings: Make, tmp_path: Path):
    policy = ModelSettings(backend="openai_api", model="x", base_urls=("http://localhost/v1",))
    with pytest.raises(ConfigError, match="only weights in a Hugging Face folder"):
        run(settings(), replace(inputs, policy=policy), tmp_path / "checkpoint")


def test_an_unknown_optimiser_is_named(inputs: TrainingInputs, settings: Make, tmp_path: Path):
    with pytest.raises(UnknownNameError, match="Did you mean 'grpo'"):
        run(settings(optimiser="gpro"), inputs, tmp_path / "checkpoint")


def test_no_learning_signal_stops_the_run(
    inputs: TrainingInputs, make_training_set: Callable[..., Path], settings: Make, tmp_path: Path
):
    never = make_training_set([("color/plain", "is it red", "purple", 4)], name="never")
    with pytest.raises(StageError, match=r"last 4 steps no group.*Use easier samples"):
        run(settings(steps=9), replace(inputs, training_set=never), tmp_path / "checkpoint")


@pytest.mark.parametrize(
    "changed", [{"mask_truncated": True, "beta": 0}, {"rewards": {"length": 1.0}}]
)
def test_a_model_that_never_says_its_end_token_stops_the_run(
    inputs: TrainingInputs, settings: Make, tmp_path: Path, changed: dict[str, Any]
):
    """Every rollout is cut off, and so masked, or rewarded like every other."""
    from safetensors.torch import load_file, save_file

    endless = tmp_path / "endless"
    shutil.copytree(inputs.policy.checkpoint, endless)
    weights = load_file(endless / "model.safetensors")
    named = {name.rpartition("language_model.")[2]: w for name, w in weights.items()}
    named["model.embed_tokens.weight"][:, 0] = 50  # so that one number is always large …
    named["lm_head.weight"][[0, 3], 0] = -100  # … and speaks against <pad> and <eos>
    save_file(weights, endless / "model.safetensors", metadata={"format": "pt"})
    policy = inputs.policy.model_copy(update={"checkpoint": str(endless)})
    grpo = settings().grpo.model_copy(update=changed | {"patience": 2})
    with pytest.raises(StageError, match=r"2 steps was cut off.*ends its answers with the token"):
        run(settings(grpo=grpo), replace(inputs, policy=policy), tmp_path / "checkpoint")


def test_a_curriculum_shows_easy_samples_first(
    inputs: TrainingInputs,
    make_training_set: Callable[..., Path],
    settings: Make,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
):
    shown: list[str] = []
    read = data.dataset

    def spy(table: Any, order: list[int], words: Any) -> Any:
        shown.extend(table["id"][i].as_py() for i in order)
        return read(table, order, words)

    monkeypatch.setattr("training.data.dataset", spy)
    rated = make_training_set(name="rated", pass_rate=lambda number: number / 12)
    told = replace(inputs, training_set=rated)
    run(settings(optimiser="sft", curriculum="easy_first"), told, tmp_path / "eased")
    assert shown == [f"color/plain-{number}" for number in range(11, -1, -1)]
    with pytest.raises(DataError, match="no sample of the training set has a measured pass rate"):
        run(settings(curriculum="easy_first"), inputs, tmp_path / "unrated")


def test_a_loss_that_is_no_number_stops_the_run(
    inputs: TrainingInputs, settings: Make, tmp_path: Path
):
    grpo = settings().grpo.model_copy(update={"learning_rate": 1e30})
    with pytest.raises(StageError, match="no longer a number"):
        run(settings(grpo=grpo, steps=8), inputs, tmp_path / "checkpoint")


def test_an_alarm_ends_the_run_early_and_is_told(
    inputs: TrainingInputs, settings: Make, metrics: Read, tmp_path: Path
):
    config = settings(steps=9, guards=GuardSettings(window=1, max_kl=1e-9))
    artifact = run(config, inputs, tmp_path / "checkpoint")
    facts = artifact.manifest.facts
    assert facts["alarm"]["name"] == "kl"
    assert facts["alarm"]["step"] == len(metrics(artifact.path)) == facts["published_step"] < 9
    assert artifact.manifest.counts["rollouts"] == len(metrics(artifact.path)) * 4 * 4
    assert (artifact.path / "model.safetensors").is_file()


@pytest.mark.parametrize("reward", ["format", "length"])
def test_rewards_stand_in_the_log_per_category(
    inputs: TrainingInputs, settings: Make, metrics: Read, tmp_path: Path, reward: str
):
    grpo = settings().grpo.model_copy(update={"rewards": {"accuracy": 0.9, reward: 0.1}})
    artifact = run(settings(grpo=grpo, steps=2), inputs, tmp_path / "checkpoint")
    logged = metrics(artifact.path)[0]
    assert {"accuracy/color/plain", "accuracy/alike/color/plain"} <= set(logged)
    asked = reward == "length"  # no prompt of the set asks for a form
    assert (f"{reward}/color/plain" in logged) == asked
    assert artifact.manifest.facts["asks_for_a_form"] == 0
