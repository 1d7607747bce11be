"""The faults, each a function that disturbs one run at a moment drawn from its seed.

killed     SIGKILL of a process of the command, drawn among those alive, up to three times
full       the run's disk is smaller than the run; then it grows
read_only  the run's folder cannot be written, from the beginning or from a moment on
clock      the clock jumps by up to two days, forwards or backwards
twice      the command is given again while it runs, half the time with another setting
"""

import os
import random
import shutil
import signal
from collections.abc import Callable
from typing import Final

from bench.chaos import room
from bench.chaos.command import Place, Said, members, reach
from bench.chaos.ground import Ground
from bench.chaos.trial import Trial, settled

KILLS: Final = 3
_LARGE: Final = "1g"
_HOURS: Final = 48.0
_OTHER: Final = ("--set", "diagnosis.budget=36")

Fault = Callable[[Ground, random.Random, Place, Trial], Trial | None]
"""Disturbs a run in a place; None where this machine cannot."""


def killed(ground: Ground, rng: random.Random, place: Place, trial: Trial) -> Trial:
    """Several kills of one run; one that finds it ended is not counted."""
    hits, said = 0, []
    for _ in range(KILLS):
        child = place.start()
        is_alive = reach(child, place, rng.uniform(0, ground.cpu))
        if is_alive:
            os.kill(rng.choice(members(child) or [child.pid]), signal.SIGKILL)
        said = [place.ended(child)]
        hits += is_alive
        if not said[0].code:
            break
    found = trial.model_copy(update={"faults": hits, "detail": f"{hits} kills"})
    return settled(ground, place, found, said)


def full(ground: Ground, rng: random.Random, place: Place, trial: Trial) -> Trial | None:
    """A disk of a drawn share of what the run needs."""
    if not room.available():
        return None
    kib = int(rng.uniform(0.01, 1.0) * ground.size / 1024)
    with room.Room(place) as there:
        there.do(f"mkdir run && mount -t tmpfs -o size={kib}k none run")
        said = there.place.finish()
        there.do(f"mount -o remount,size={_LARGE} run")
        hit = trial.model_copy(update={"faults": int(said.code != 0), "detail": f"{kib} KiB"})
        return settled(ground, there.place, hit, [said])


def read_only(ground: Ground, rng: random.Random, place: Place, trial: Trial) -> Trial | None:
    """A folder that stands where a stage ended, then cannot be written."""
    if not room.available():
        return None
    shot = rng.choice(ground.shots)
    shutil.copytree(shot, place.run)
    with room.Room(place) as there:
        there.do("mount --bind run run")
        later = rng.random() < 0.5
        said = _walled(ground, rng, there, later)
        there.do("mount -o remount,bind,rw run")
        detail = f"{'during' if later else 'before'} what follows {shot.name}"
        hit = trial.model_copy(update={"faults": int(said.code != 0), "detail": detail})
        return settled(ground, there.place, hit, [said])


def _walled(ground: Ground, rng: random.Random, there: room.Room, later: bool) -> Said:
    """The kernel takes the right to write away only while no file is open for writing."""
    wall = "mount -o remount,bind,ro run"
    if not later:
        there.do(wall)
        return there.place.finish()
    child = there.place.start()
    reach(child, there.place, rng.uniform(0, ground.cpu))
    there.do(f"for i in $(seq 500); do {wall} && exit; sleep 0.01; done", check=False)
    return there.place.ended(child)


def clock(ground: Ground, rng: random.Random, place: Place, trial: Trial) -> Trial:
    """One jump at a moment of the process' CPU time."""
    at, jump = rng.uniform(0, ground.cpu), rng.uniform(-_HOURS, _HOURS) * 3600
    place = Place(place.folder, place.arm, extra={"CHAOS_CLOCK": f"{at} {jump}"})
    said = place.finish()
    detail = f"{jump / 3600:+.1f} h after {at:.1f} s of CPU"
    return settled(ground, place, trial.model_copy(update={"faults": 1, "detail": detail}), [said])


def twice(ground: Ground, rng: random.Random, place: Place, trial: Trial) -> Trial:
    """A second command on the folder; it must say so and leave everything alone."""
    other = _OTHER if rng.random() < 0.5 else ()
    child = place.start()
    is_alive = reach(child, place, rng.uniform(0, 0.8 * ground.cpu))
    second = place.start(*other, log="second.txt")
    other_said = place.ended(second, "second.txt")
    is_alive = is_alive and child.poll() is None
    said = place.ended(child)
    detail = f"second command {'with another setting' if other else 'alike'}"
    if not is_alive:
        return trial
    found = trial.model_copy(update={"faults": 1, "detail": f"{detail}: {other_said.sentence}"})
    settled_ = settled(ground, place, found, [said])
    bad = int(not other_said.is_clear)
    told = int(other_said.is_clear and other_said.code != 0)
    return settled_.model_copy(
        update={"unclear": settled_.unclear + bad, "told": settled_.told + told}
    )
