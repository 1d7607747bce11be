"""What people say about failed samples, by a CSV file that any spreadsheet opens.

    sample_id,response_id,benchmark,images,question,…,answer,response,stage,one of: truncated | …
    mathvista/7,9c1f…,mathvista,<sha256>.png,How tall is …?,…,21,The bar reaches 21.,reading,

Every diagnosis writes the form: a simple random sample of the failed ones, in random order, without
what was attributed, so that people decide for themselves. They fill in `stage` for as many rows,
from the top, as they like, with `unresolved` where they cannot tell: any number of rows from the
top is a simple random sample too, which is what correcting the shares rests on. Rows that are left
out because they are hard break it. What they say is about the response that they saw: in a later
round, where the model says something else, it does not count.

The file is UTF-8 with a byte order mark, by which spreadsheets know it, separated by commas.
Cells that a spreadsheet would take for a formula begin with an apostrophe. What comes back may be
separated by semicolons or tabs, as spreadsheets in Europe write it.
"""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from blindspot.core.artifact import digest_of, write_text
from blindspot.core.errors import DataError
from blindspot.core.grading import letter
from blindspot.core.registry import nearest
from diagnostics.causes.attributor import ORDER, UNRESOLVED
from diagnostics.causes.failed import Failed
from diagnostics.causes.responses import response, shortened

MOST: Final = 200
"""Rows of a form."""
LONGEST: Final = 2000
"""Characters of a cell; spreadsheets hold 32,767."""
STAGES: Final = (*ORDER, UNRESOLVED)
"""What people may say."""
_COLUMNS: Final = (
    "sample_id",
    "response_id",
    "benchmark",
    "images",
    "question",
    "options",
    "target",
    "answer",
    "response",
    "stage",
    f"one of: {' | '.join(STAGES)}",
)
_FORMULA: Final = tuple("'=+-@\t\r\n＝＋－＠")
_WAY_OUT: Final = "Correct that line, or begin anew from the diagnosis' to_label.csv"


class HumanLabel(NamedTuple):
    """What a person said about a sample."""

    stage: str
    response_id: str = ""
    """Of the response that was seen; empty where the file does not say."""


def write_form(path: Path, failed: Sequence[Failed], seed: int) -> None:
    """Write the form of up to 200 failed samples."""
    drawn = sorted(failed, key=lambda f: digest_of(["labels", seed, f.sample.id]))[:MOST]
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\r\n")
    rows.writerow(_COLUMNS)
    rows.writerows([_safe(cell) for cell in _row(one)] for one in drawn)
    write_text(path, "\ufeff" + text.getvalue())


def read(path: Path) -> dict[str, HumanLabel]:
    """The labels by sample id; rows without a stage are left out. Raises DataError naming the line
    of a file that is no such form.
    """
    found: dict[str, HumanLabel] = {}
    for number, row in _rows(path):
        stage = (row["stage"] or "").strip().casefold().replace(" ", "_")
        if not stage:
            continue
        if stage not in STAGES:
            raise _error(path, number, f"'{stage}' is no error stage", nearest(stage, list(STAGES)))
        sample = (row["sample_id"] or "").strip().removeprefix("'")
        if not sample:
            raise _error(path, number, "there is a stage and no sample_id", _WAY_OUT)
        label = HumanLabel(stage, (row.get("response_id") or "").strip())
        if found.setdefault(sample, label) != label:
            why = f"'{sample}' is {found[sample].stage} above and {stage} here"
            raise _error(path, number, why, _WAY_OUT)
    return found


def stages(labels: Mapping[str, HumanLabel], failed: Sequence[Failed]) -> dict[str, str]:
    """The stage by sample id, of the labels that are about these responses."""
    return {
        f.sample.id: label.stage
        for f in failed
        if (label := labels.get(f.sample.id)) and label.response_id in ("", _response_id(f))
    }


def _rows(path: Path) -> Iterator[tuple[int, dict[str, str | None]]]:
    """Lines by number; separated by commas, semicolons or tabs, whichever the head has most of."""
    text = _text(path)
    separator = max(",;\t", key=text.partition("\n")[0].count)
    rows = csv.DictReader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        rows.fieldnames = [name.strip().casefold() for name in rows.fieldnames or ()]
        missing = {"sample_id", "stage"} - set(rows.fieldnames)
        if missing:
            raise _error(path, 1, f"there is no column {' and '.join(sorted(missing))}", _WAY_OUT)
        for row in rows:
            yield rows.line_num, row
    except csv.Error as error:
        raise _error(path, rows.line_num + 1, f"it is no CSV ({error})", _WAY_OUT) from error


def _text(path: Path) -> str:
    try:
        raw = path.read_bytes()
    except OSError as error:
        why = error.strerror or str(error)
        raise DataError(f"The labels {path}", why, "Give the path of a CSV file") from error
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        number = raw.count(b"\n", 0, error.start) + 1
        way_out = "Save it as “CSV UTF-8”"
        raise _error(path, number, "it is no UTF-8 text", way_out) from error
    if not text.strip():
        raise _error(path, 1, "the file is empty", _WAY_OUT)
    return text


def _row(failed: Failed) -> list[str]:
    sample = failed.sample
    return [
        sample.id,
        _response_id(failed),
        sample.benchmark,
        " ".join(sample.images),
        shortened(sample.question, LONGEST),
        shortened(
            " | ".join(f"{letter(i)}. {option}" for i, option in enumerate(sample.options)), LONGEST
        ),
        shortened(sample.target, LONGEST),
        shortened(failed.prediction.answer or "", LONGEST),
        shortened(response(failed), LONGEST),
        "",
        "",
    ]


def _response_id(failed: Failed) -> str:
    """Begins with a letter, so that no spreadsheet takes it for a number."""
    return f"r{digest_of(response(failed))[:12]}"


def _safe(cell: str) -> str:
    plain = cell.replace("\x00", "").encode("utf-8", "replace").decode()
    return f"'{plain}" if plain.startswith(_FORMULA) else plain


def _error(path: Path, number: int, why: str, way_out: str) -> DataError:
    return DataError(f"The labels {path}, line {number}", why, way_out)
