"""One disturbed run, from its fault to the verdict.

    Trial(kind="corrupted", arm="replay", seed=3, detail="flip diagnosis/diagnosis.json at 1044",
          faults=1, said=("The file … is not the one …",), lost=0, doubled=0, silent=0, …)

After the fault its cause is mended and the same command is given again, until it ends well: as a
person would who reads what it says. What it says to delete is deleted, what it says to make again
is made again by `--redo`, else nothing is touched.

    lost       items of the undisturbed run that are missing or different in the end, but not rows
               of a ledger, or a picture and the pages that show its place, where the damage was
               named: the fault took those
    doubled    rows that stand twice; calls that were answered again beyond those under way, unless
               the ledger had to be moved away
    silent     a damaged file that the command went over and ended well without naming it, with
               something different in the end, be it that file alone
    unread     the same of a picture or rows of the ledger that are all that is different: nobody
               looked at them
    unclear    endings without a sentence, with a traceback, or with none of the product's codes;
               an end by the fault's own SIGKILL is none
"""

import re
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from bench.chaos import state
from bench.chaos.command import Place, Said
from bench.chaos.ground import Ground
from bench.chaos.spiral import CHUNK
from blindspot.core.records import Record
from blindspot.matching import STAGES

_ATTEMPTS: Final = 4
_KILLED: Final = -9
_NAMED: Final = re.compile(r"(?<![\w/])(run/[^\s:,()]+)")
_REDO: Final = re.compile(r"--redo (\w+)")


class Trial(Record):
    """What became of one disturbed run."""

    kind: str
    """Of fault."""
    arm: str
    """Which spiral."""
    seed: int
    """Of its draws."""
    detail: str
    """What was done to it."""
    faults: int
    """How many hit; none where the command had ended before."""
    said: tuple[str, ...] = ()
    """The sentences, in order."""
    told: int = 0
    """Endings with a clear sentence."""
    lost: int = 0
    doubled: int = 0
    silent: int = 0
    unclear: int = 0
    unread: int = 0
    in_flight: int = 0
    """Calls under way that were answered again: at most so many are allowed as were under way."""
    different: tuple[str, ...] = ()
    """The first items that were lost or silently different."""


def settled(
    ground: Ground,
    place: Place,
    trial: Trial,
    said: Sequence[Said],
    *,
    damaged: str = "",
    is_named: bool = False,
    again: int | None = None,
) -> Trial:
    """Mend, let it end, and compare. `said`: how the commands ended so far; `damaged`: the kind of
    the file that was changed under it; `is_named`: its log names that file; `again`: calls answered
    again, where somebody else counts them.
    """
    endings = [*said, *mended(place, said[-1] if said else None)]
    found = state.read(place.run)
    has_moved = any("Move the file away" in s.sentence for s in endings)
    missing = [
        name
        for name in state.differing(ground.state, found)
        if not (has_moved and _holds("ledger", name)) and not (is_named and _took(damaged, name))
    ]
    silent = bool(damaged and said) and not is_named and said[0].code == 0 and bool(missing)
    unread = silent and all(_holds(damaged, name) for name in missing)
    repeated = state.repeated(place.folder / "calls") if again is None else again
    under_way = 0 if has_moved else min(repeated, CHUNK * trial.faults)
    beyond = 0 if has_moved else repeated - under_way
    rows = found.rows_twice - ground.state.rows_twice + found.asked_again - ground.state.asked_again
    loud = [s for s in endings if s.code not in (0, _KILLED)]
    changes = {
        "said": tuple(s.sentence for s in loud),
        "told": sum(s.is_clear for s in loud),
        "unclear": sum(not s.is_clear for s in loud),
        "lost": 0 if silent else len(missing) + (endings[-1].code != 0 and not missing),
        "doubled": max(0, beyond) + max(0, rows),
        "silent": int(silent and not unread),
        "unread": int(unread),
        "in_flight": under_way,
        "different": tuple(missing[:5]),
    }
    if not (missing or changes["doubled"] or changes["unclear"]):
        shutil.rmtree(place.folder, ignore_errors=True)
    return trial.model_copy(update=changes)


def _holds(file: str, name: str) -> bool:
    """Whether an item stands in a file of this kind itself."""
    if file == "ledger":
        return name.split(" ")[0] in state.LEDGER
    return file == "picture" and name.startswith("picture ")


def _took(file: str, name: str) -> bool:
    """What the damage of a file of this kind took with it: a page shows that a picture is gone."""
    return _holds(file, name) or (file == "picture" and name.endswith(state.PAGES))


def mended(place: Place, last: Said | None) -> list[Said]:
    """Give the command again until it ends well, doing first what it asked for."""
    endings: list[Said] = []
    while (last is None or last.code) and len(endings) < _ATTEMPTS:
        arguments = advised(place.run, last.sentence) if last else []
        last = place.finish(*arguments)
        endings.append(last)
    return endings


def advised(run: Path, sentence: str) -> list[str]:
    """Do what a sentence asks a person to do; the arguments that it asks to add."""
    named = _NAMED.search(sentence)
    path = run.parent / named[1].rstrip(".") if named else None
    if path and "Move the file away" in sentence:
        for file in run.glob(f"{path.name}*"):
            file.rename(file.with_name(f"away-{file.name}"))
    elif path and "Delete the folder" in sentence:
        shutil.rmtree(path if path.is_dir() else path.parent)
    elif path and "Delete it" in sentence:
        path.unlink(missing_ok=True)
    elif asked := _REDO.search(sentence):
        return ["--redo", asked[1]]
    elif path and "Run the stage" in sentence:
        return ["--redo", next(name for name in path.parts[::-1] if name in STAGES)]
    return []
