import pytest

from training.health import lower, silence, trouble, zero_variance_share
from training.settings import LoraSettings, TrainingSettings

LEARNING = {"loss": 0.1, "grad_norm": 1.0, "reward": 0.5, "frac_reward_zero_std": 0.5}
ALIKE = LEARNING | {"frac_reward_zero_std": 1, "reward": 0.0, "completions/clipped_ratio": 0.5}
SOLVED = ALIKE | {"reward": 1.0}
MASKED = LEARNING | {"grad_norm": 0.0, "completions/clipped_ratio": 1}
CUT_OFF_BUT_LEARNING = LEARNING | {"completions/clipped_ratio": 1}
UNGRADED = ALIKE | {"reward": None}


@pytest.mark.parametrize(
    ("records", "said"),
    [
        ([], None),
        ([LEARNING] * 9, None),
        ([ALIKE] * 2, None),
        ([ALIKE] * 3, "no group had rollouts of different reward"),
        ([LEARNING, ALIKE, ALIKE, LEARNING], None),
        ([LEARNING] + [SOLVED] * 8, None),
        ([MASKED] * 3, "cut off at the token limit"),
        ([CUT_OFF_BUT_LEARNING] * 5, None),
        ([UNGRADED] * 3, "could be graded"),
        ([LEARNING, LEARNING | {"loss": float("nan"), "step": 2}], "no longer a number at step 2"),
        ([LEARNING | {"grad_norm": float("inf"), "step": 1}], "no longer a number at step 1"),
        ([{"loss": 0.0, "grad_norm": 0.0}] * 9, None),
    ],
)
def test_what_stops_a_run(records: list[dict], said: str | None):
    found = trouble(records, patience=3)
    assert said in found.why if said and found else (said is None and found is None)


def test_a_run_that_never_had_a_signal_has_failed():
    assert silence([LEARNING, SOLVED]) is None
    found = silence([SOLVED, SOLVED])
    assert found is not None
    assert "harder samples" in found.way_out


def test_zero_variance_share():
    assert zero_variance_share([LEARNING, ALIKE]) == 0.75
    assert zero_variance_share([{"loss": 1.0}]) is None


def test_what_to_lower_where_memory_does_not_suffice():
    said = lower(TrainingSettings())
    assert said.startswith("Lower training.prompts_per_pass, lower training.grpo.max_completion")
    assert "gradient_checkpointing" not in said  # it is on already
    least = TrainingSettings(
        optimiser="sft",
        prompts_per_pass=1,
        dtype="bfloat16",
        lora=LoraSettings(enabled=True),
        gradient_checkpointing=False,
    )
    assert lower(least).startswith("Set training.gradient_checkpointing, lower model.max_pixels,")
