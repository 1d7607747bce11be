"""Corrupted files: one byte changed, or the end cut off, in a run that stands between two stages.

    flip  round-0/diagnosis/diagnosis.json, byte 1044
    cut   ledger.sqlite to 31 of 96 KiB

Every kind of file in turn, in a folder as it stands after a drawn stage (`ground.shots`). The
command goes on from there; that it ends well is fine where the file was mended or made again, and
counts as silent where anything is different then.
"""

import random
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from bench.chaos.command import Place
from bench.chaos.ground import Ground
from bench.chaos.trial import Trial, settled
from blindspot.core.artifact import MANIFEST

KINDS: Final[Mapping[str, Callable[[Path], bool]]] = {
    "table": lambda p: p.suffix == ".parquet",
    "json": lambda p: p.suffix in (".json", ".jsonl") and p.name != MANIFEST and _in_artifact(p),
    "manifest": lambda p: p.name == MANIFEST and _in_artifact(p),
    "ledger": lambda p: p.name == "ledger.sqlite",
    "picture": lambda p: p.parent.name == "images",
    "weights": lambda p: p.suffix == ".safetensors",
    "pictures.sqlite": lambda p: p.name == "pictures.sqlite",
}
"""What a file is, by its path in the run."""


def corrupted(ground: Ground, rng: random.Random, place: Place, trial: Trial) -> Trial:
    """Damage one file, and let the command find it."""
    kinds = [k for k in KINDS if k != "weights" or ground.arm == "training"]
    kind = kinds[trial.seed % len(kinds)]
    shots = [shot for shot in ground.shots if _files(shot, kind)]
    shot = rng.choice(shots)
    shutil.copytree(shot, place.run)
    file = rng.choice(_files(place.run, kind))
    act = flip if trial.seed // len(kinds) % 2 == 0 else cut
    done = act(file, rng)
    detail = f"{kind}: {done} of {file.relative_to(place.run)} after {shot.name}"
    hit = trial.model_copy(update={"faults": 1, "detail": detail})
    said = place.finish()
    log = (place.folder / "log.txt").read_text(errors="replace")
    return settled(ground, place, hit, [said], damaged=kind, is_named=file.name in log)


def flip(file: Path, rng: random.Random) -> str:
    """Change one byte."""
    data = bytearray(file.read_bytes())
    at = rng.randrange(len(data))
    data[at] ^= rng.randrange(1, 256)
    file.write_bytes(data)
    return f"byte {at}"


def cut(file: Path, rng: random.Random) -> str:
    """Keep a drawn part, at least one byte and not all."""
    data = file.read_bytes()
    kept = rng.randrange(1, len(data))
    file.write_bytes(data[:kept])
    return f"all but {kept} bytes"


def _in_artifact(path: Path) -> bool:
    return path.parent.parent.name.startswith("round-")


def _files(run: Path, kind: str) -> list[Path]:
    files = sorted(p for p in run.rglob("*") if p.is_file() and p.stat().st_size > 1)
    return [p for p in files if KINDS[kind](p)]
