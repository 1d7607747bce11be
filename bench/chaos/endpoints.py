"""An endpoint that is out, or slow, or errs, at a drawn moment of a run that asks it.

    outage      every connection is cut for a while, some seconds after so many calls
    slowdown    answers come seconds later for a while, though before the command stops waiting
    errors      a third of all attempts meet 429, 5xx or a dropped connection

Here the stub server counts which calls were answered again: those are paid for twice.
"""

import random
import threading
from dataclasses import dataclass
from typing import Final

from bench.chaos.command import Place
from bench.chaos.ground import Ground
from bench.chaos.relay import Relay
from bench.chaos.spiral import CONCURRENCY
from bench.chaos.trial import Trial, settled
from bench.stub.script import Faults, Latency, Script
from bench.stub.server import Stub

_LATENCY: Final = Latency(seconds=0.04)
PLAIN: Final = Script(latency={"all": _LATENCY})
_ERRS: Final = Script(
    latency={"all": _LATENCY}, faults={"all": Faults(rate_limit=0.1, server=0.1, drop=0.1)}
)
_WORST: Final = (0.5, 12.0)
"""Seconds that an outage or a slowdown lasts."""


@dataclass(frozen=True)
class Site:
    """The endpoint of an arm."""

    server: Stub
    relay: Relay
    calls: int
    """Different calls of an undisturbed run."""
    usual: int
    """Calls that every command makes again: those by which it learns what the server can do."""

    def outage(self, ground: Ground, rng: random.Random, place: Place, trial: Trial) -> Trial:
        """Cut off for a while."""
        return self._disturbed(ground, rng, place, trial, None)

    def slowdown(self, ground: Ground, rng: random.Random, place: Place, trial: Trial) -> Trial:
        """Late for a while."""
        return self._disturbed(ground, rng, place, trial, rng.uniform(1.0, 8.0))

    def errors(self, ground: Ground, rng: random.Random, place: Place, trial: Trial) -> Trial:
        """Unwell all the time. The stub's seed stays: another one would give other answers."""
        self.server.script(_ERRS)
        hit = trial.model_copy(update={"faults": 1, "detail": "errors"})
        return self._paid(settled(ground, place, hit, [place.finish()], again=0))

    def _disturbed(
        self, ground: Ground, rng: random.Random, place: Place, trial: Trial, late: float | None
    ) -> Trial:
        self.server.script(PLAIN)
        point, lasts = rng.randrange(self.calls), rng.uniform(*_WORST)
        child = place.start()
        is_reached = False
        while child.poll() is None and not is_reached:
            is_reached = self.server.wait(finished=point, seconds=0.2)
        if is_reached:
            self.relay.out() if late is None else self.relay.slow(late)
        mending = threading.Timer(lasts, self.relay.well)
        mending.start()
        said = place.ended(child)
        mending.join()
        what = f"{lasts:.1f} s after {point} calls" + (f", {late:.1f} s late" if late else "")
        hit = trial.model_copy(update={"faults": int(is_reached), "detail": what})
        return self._paid(settled(ground, place, hit, [said], again=0))

    def _paid(self, trial: Trial) -> Trial:
        """Calls that were answered again: as many as are under way at once cannot be helped."""
        commands = len(trial.said) + 1
        again = max(0, self.server.calls().answered_before - commands * self.usual)
        under_way = min(again, CONCURRENCY)
        doubled = trial.doubled + again - under_way
        return trial.model_copy(update={"in_flight": under_way, "doubled": doubled})
