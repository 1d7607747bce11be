"""G1–G10: what generation lets in, what it costs, and what a kill, a fault or an attack does to it.

    python -m bench.generation --smoke                    about a minute
    python -m bench.generation --full                     the figures, one file per measure
    python -m bench.generation --full --only G6 G7

Agents and the policy are a stub server in a process of its own (`bench.stub`), which reads what is
true from planted pictures and knows no key; each module under `bench/generating/` says what it
measures, against what, and what it leaves out.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from bench.extent import Extent
from bench.front import measuring, report, work
from bench.rows import RESULTS, parse

BUILD: Final = Path("build") / "bench" / "generation"
MODULES: Final = {
    "G1": "throughput",
    "G2": "keys",
    "G3": "likeness",
    "G4": "contamination",
    "G5": "quotas",
    "G6": "kills",
    "G7": "money",
    "G8": "determinism",
    "G9": "difficulty",
    "G10": "injection",
}
"""Which module of `bench.generating` measures what."""


def main(argv: Sequence[str] | None = None) -> None:
    arguments = parse("generation", list(MODULES), argv)
    measures = {name: measuring("bench.generating", MODULES[name]) for name in arguments.only}
    extent = Extent(arguments.full, work(BUILD, full=arguments.full))
    report("generation", list(MODULES), arguments, lambda name: measures[name](extent), RESULTS)


if __name__ == "__main__":
    main()
