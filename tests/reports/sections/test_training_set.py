from blindspot.core.records import TrainingSample
from reports.sections.training_set import spread


def sample(cell: str, i: int) -> TrainingSample:
    return TrainingSample(
        id=f"train/{cell}/{i}",
        split="train",
        cell=cell,
        question="?",
        prompt="?",
        images=(),
        target="1",
        answer_kind="number",
        capability="counting",
        image_type="geometric",
        source="test",
    )


def test_examples_are_spread_over_the_cells():
    samples = [sample("a", i) for i in range(5)] + [sample("b", 0), sample("c", 0)]
    chosen = [s.id for s in spread(samples, 4)]
    assert chosen == ["train/a/0", "train/a/1", "train/b/0", "train/c/0"]
    assert spread(samples, 0) == []
    assert spread([], 4) == []
