"""A Hugging Face dataset folder: `datasets.load_dataset(folder)` gives its splits, pictures
decoded.

    train/0000.parquet  validation/0000.parquet  canary/0000.parquet  README.md  ATTRIBUTION.md

The columns are those of `blindspot.core.records.TrainingSample`; nested ones are JSON text.
"""

from pathlib import Path
from typing import Final

from blindspot.core.tables import write_table
from generation.exporting import Export, Leaving, counted, origin
from generation.gate import ALL_SPLITS

_ABOUT: Final = """
# A training set made by blindspot

Questions about pictures, each with a verified answer: `prompt` is the exact text that a model is
sent, `images` the pictures in order, `target` the answer (of a `choice` its letter), `answer_kind`
how it is graded. `attributes`, `evidence` (boxes in pixels) and `lineage` (edits of the pictures)
are JSON text.
"""
_CANARY: Final = """
**`canary` must never be trained on.** It shows whether training made a model forget what it could
do; a model that has seen it can no longer be measured so.
"""


class Parquet:
    """The `parquet` format."""

    def write(self, leaving: Leaving, out: Path) -> str:
        for split in ALL_SPLITS:
            for number, (table, samples) in enumerate(leaving.shards(split)):
                if samples:
                    write_table(out / split / f"{number:04d}.parquet", table)
                for sample in samples:
                    leaving.leave(sample, split)
        return _card(leaving)


def _card(leaving: Leaving) -> str:
    splits = [(split, leaving.written[split]) for split in ALL_SPLITS if leaving.written[split]]
    files = [f"  - split: {split}\n    path: {split}/*.parquet" for split, _ in splits]
    front = ["---", *_licence(leaving), "task_categories:", "- visual-question-answering"]
    front += ["configs:", "- config_name: default", "  data_files:", *files, "---"]
    canary = [_CANARY] if leaving.written["canary"] else []
    return "\n".join([*front, _ABOUT, *canary, counted(splits), "", origin(leaving), ""])


def _licence(leaving: Leaving) -> list[str]:
    """The one that all pictures have, in a hub's spelling; `other` where there are several."""
    names = {licence for _, licence, _ in leaving.credits if licence}
    if not names:
        return []
    return [f"license: {names.pop().casefold()}" if len(names) == 1 else "license: other"]


PLUGIN: Final[Export] = Parquet()
