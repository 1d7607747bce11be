"""The report stage: artifacts in, pages out.

    round-k/report.html  page.json        one round
    index.html           index.json       all rounds
    compare.html         compare.json     two evaluations, wherever they lie
    report-images/       …                with `images = "linked"`: its pictures in full size

Every number on a page is a number of an artifact or a count of what stands there; the JSON beside a
page holds them all. A page does not depend on when it is made: the same artifacts under the same
folder name, with the same settings and command and the same pages beside it, give the same bytes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from blindspot.core.artifact import published
from blindspot.core.errors import DataError
from blindspot.core.run_folder import RoundFolder, RunFolder
from reports import page
from reports.pictures import Gallery
from reports.section import COMPARE_PAGE, INDEX_PAGE, ROUND_PAGE
from reports.sections.compare_verdict import name
from reports.settings import ReportSettings
from reports.view import Round, View

__all__ = ["CompareInputs", "ReportInputs", "ReportSettings", "run", "run_compare", "run_index"]


@dataclass(frozen=True)
class ReportInputs:
    """What one page is about."""

    folder: RunFolder
    """The run."""
    round: int
    """The round; those before it are read for comparison."""
    command: str = ""
    """The command that makes it again, shown under Provenance."""


@dataclass(frozen=True)
class CompareInputs:
    """What a page that sets two evaluations against each other is about."""

    a: Path
    """The evaluation that is compared with."""
    b: Path
    """The evaluation that is compared."""
    comparison: Mapping[str, Any]
    """Their differences, with the fields that `blindspot compare --json` prints."""
    command: str = ""
    """The command that makes it again, shown under Provenance."""


def run(config: ReportSettings, inputs: ReportInputs, out: Path) -> Path:
    """Write a round's page at `out` and `page.json` beside it. Raises DataError when the round
    has no evaluation.
    """
    folder = inputs.folder
    rounds = [r for r in _evaluated(folder) if r.number <= inputs.round]
    if not rounds or rounds[-1].number != inputs.round:
        raise DataError(
            f"The report of round {inputs.round} in {folder.root}",
            "the round has no evaluation",
            "Run the evaluation first",
        )
    view = View(config, rounds, Gallery(folder.images), inputs.command)
    title = f"{_name(folder)} · round {inputs.round}"
    return _write(view, title, ROUND_PAGE, out, out.with_name("page.json"), _links(rounds))


def run_index(config: ReportSettings, folder: RunFolder, command: str = "") -> Path:
    """Write the page over all rounds, and `index.json` beside it. Raises DataError when nothing
    was evaluated yet. `command` makes it again and is shown under Provenance.
    """
    rounds = _evaluated(folder)
    if not rounds:
        raise DataError(
            f"The index of {folder.root}", "no round has an evaluation", "Run the evaluation first"
        )
    view = View(config, rounds, Gallery(folder.images), command)
    title, out = f"{_name(folder)} · all rounds", folder.index
    return _write(view, title, INDEX_PAGE, out, out.with_suffix(".json"))


def run_compare(config: ReportSettings, inputs: CompareInputs, out: Path) -> Path:
    """Write the page of two evaluations at `out`, and its numbers beside it as `.json`. Raises
    DataError when `out` is where the numbers go.
    """
    numbers = out.with_suffix(".json")
    if numbers == out:
        raise DataError(
            f"The page {out}", "its numbers go into a file of that name", "Name it FILE.html"
        )
    out.parent.mkdir(parents=True, exist_ok=True)
    found = inputs.comparison
    rounds = [_side(inputs.a, found["a"]), _side(inputs.b, found["b"])]
    view = View(config, rounds, Gallery(rounds[0].images), inputs.command, found)
    title = f"{name(found['b'])} against {name(found['a'])}"
    return _write(view, title, COMPARE_PAGE, out, numbers)


def _write(
    view: View,
    title: str,
    names: Sequence[str],
    out: Path,
    numbers: Path,
    links: Sequence[tuple[str, str]] = (),
) -> Path:
    """The page, its numbers, and its pictures in full size where they are asked for."""
    folder = out.with_name(f"{out.stem}-images") if view.settings.images == "linked" else None
    built = page.build(view, title, names, links, folder.name if folder else "")
    if folder:
        view.gallery.keep(folder)
    return page.write(built, out, numbers)


def _side(evaluation: Path, side: Mapping[str, Any]) -> Round:
    return Round(RoundFolder(evaluation.parent, side["round"] or 0), evaluation)


def _evaluated(folder: RunFolder) -> list[Round]:
    return [Round(r) for r in folder.rounds() if published(r.evaluation)]


def _name(folder: RunFolder) -> str:
    return folder.root.resolve().name


def _links(rounds: list[Round]) -> list[tuple[str, str]]:
    """From a round's page to the index and to the earlier rounds' pages."""
    earlier = [(f"Round {r.number}", f"../round-{r.number}/report.html") for r in rounds[:-1]]
    return [("All rounds", "../index.html"), *earlier]
