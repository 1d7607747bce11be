"""A small run as a folder: rounds of evaluation, diagnosis, training set and checkpoint."""

from pathlib import Path

from bench.reporting.small.afterwards import (
    write_acceptance,
    write_checkpoint,
    write_monitors,
    write_training_set,
)
from bench.reporting.small.diagnosis import share_of, weaknesses_of, write_diagnosis
from bench.reporting.small.evaluation import World, samples, write_evaluation
from blindspot.core.run_folder import RunFolder


def write_run(root: Path, world: World) -> RunFolder:
    """Rounds of evaluation, diagnosis, training set and checkpoint; the last one has only the
    first two unless the world is complete.
    """
    folder = RunFolder(root)
    found = [
        write_evaluation(folder, number, samples(folder, world), world)
        for number in range(world.rounds)
    ]
    for number in range(world.rounds):
        here = folder.round(number)
        write_diagnosis(folder, number, found, world)
        write_monitors(here.monitors, number, world.fact)
        if number < world.rounds - 1 or world.complete:
            shares = [share_of(w) for w in weaknesses_of(number, world)]
            write_training_set(here.training_set, shares, world.question)
            write_checkpoint(here.checkpoint, number, world.fact)
            write_acceptance(here.acceptance, number, world.fact)
    return folder
