"""S1–S5: what a second node brings, what it costs to lose one, and what a large loop takes.

    python -m bench.scale --smoke                     minutes
    python -m bench.scale --full                      the figures, one file per measure
    python -m bench.scale --full --only S1
    python -m bench.scaling.reckoning                 an 8B model × eleven benchmarks × three rounds

The cluster is Ray's own for tests (`ray.cluster_utils.Cluster`): several nodes on this machine,
each with processors of its own by Ray's books, but not by the machine's. Nodes that share its cores
with each other and with other work say little of computing; so what spreading itself costs is
measured with a model that waits, as a process waits for its GPU. Each module under `bench/scaling/`
says what it measures.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from bench.extent import Extent
from bench.front import measuring, report, work
from bench.rows import RESULTS, parse
from blindspot.core.errors import BlindspotError

BUILD: Final = Path("build") / "bench" / "scale"
MODULES: Final = {
    "S1": "computing",
    "S2": "waiting",
    "S3": "killing",
    "S4": "drawing",
    "S5": "calling",
}
"""Which module of `bench.scaling` measures what."""


def main(argv: Sequence[str] | None = None) -> None:
    arguments = parse("scale", list(MODULES), argv)
    measures = {name: measuring("bench.scaling", MODULES[name]) for name in arguments.only}
    extent = Extent(arguments.full, work(BUILD, full=arguments.full))
    try:
        report("scale", list(MODULES), arguments, lambda name: measures[name](extent), RESULTS)
    except BlindspotError as error:
        raise SystemExit(str(error)) from error


if __name__ == "__main__":
    main()
