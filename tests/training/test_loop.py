from pathlib import Path

from training.loop import WHOLE, clean, last_whole, note


def test_only_whole_checkpoints_count(tmp_path: Path):
    for step in (2, 4, 10, 12):
        (tmp_path / f"checkpoint-{step}").mkdir()
    assert last_whole(tmp_path / "nothing") is None
    for step in (2, 10):
        (tmp_path / f"checkpoint-{step}" / WHOLE).touch()
    assert last_whole(tmp_path) == tmp_path / "checkpoint-10"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["checkpoint-10", "checkpoint-2"]


def test_the_log_keeps_steps_without_times():
    history = [{"loss": 1.0, "step": 1, "step_time": 0.3}, {"train_runtime": 5.0, "train_loss": 1}]
    assert clean(history) == [{"loss": 1.0, "step": 1}]


def test_what_stands_beside_the_bar():
    assert note({"loss": 0.5}) == "loss 0.500"
    record = {"loss": 0.0, "reward": 0.25, "frac_reward_zero_std": 0.5}
    assert note(record) == "reward 0.25, 50% of groups all alike"
