"""A page on which a person audits a training set: a random sample of candidates, admitted and
rejected, each with its pictures, key, source and every verdict; and what the audit says.

    audit(run_folder, training_set, out, 50)     one HTML file that opens from disk, offline
    generation.labels.audited(…, labels.csv)     right 45 of 47 admitted: 95.7 % [85.8, 98.8]

Half of the sample is admitted, drawn in proportion to the cells, so that its share of right ones is
the set's; the other half is rejected, at least one of every gate and cell as far as it goes. The
same training set gives the same sample. Page and labels are for people; nothing here changes the
training set.
"""

import base64
import hashlib
import io
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from PIL import Image

from blindspot.core.artifact import write_text
from blindspot.core.errors import DataError
from blindspot.core.grading import letter
from blindspot.core.images import ImageStore, pixels
from blindspot.core.records import TrainingSample
from blindspot.core.run_folder import RunFolder
from blindspot.core.training_set import TrainingSetArtifact
from generation.decided import GateVerdict, Rejected
from generation.sampling import Pool, drawn

LONG_SIDE: Final = 1024
"""Pixels that a picture has on the page, at most."""
_KEPT: Final = 300_000
"""Bytes up to which a picture stands on the page as it is."""
_EXTENSIONS: Final = ("png", "jpg", "webp")
_NAME: Final = re.compile(r"[0-9a-f]{64}(\.[a-z]{3,4})?")
_FOLDER: Final = Path(__file__).parent


@dataclass(frozen=True)
class Shown:
    """One picture of a candidate."""

    name: str
    """As the candidate names it."""
    uri: str
    """A data URL; empty where it is not stored."""
    width: int = 0
    """Pixels of the original."""
    height: int = 0
    """Pixels of the original."""


def audit(folder: RunFolder, training_set: TrainingSetArtifact, out: Path, count: int) -> int:
    """Write the page with up to `count` candidates; how many there are."""
    pool = Pool.of(training_set)
    chosen = drawn(pool, count, training_set.artifact.digest)
    verdicts = pool.verdicts({each.id for each in chosen})
    rows = [_row(folder.images, each, verdicts.get(each.id, ())) for each in chosen]
    write_text(out, page(rows, str(folder.root.name), training_set.artifact.digest))
    return len(rows)


def page(rows: Sequence[Mapping[str, Any]], title: str, digest: str) -> str:
    """The HTML. Foreign words reach it through escaping only, and its policy lets nothing run but
    its own script.
    """
    script, style = _read("audit.js"), _read("audit.css")
    return (
        _environment()
        .get_template("audit.html")
        .render(
            rows=rows,
            title=title,
            digest=digest,
            script=Markup(script),
            style=Markup(style),
            script_hash=_hash(script),
            style_hash=_hash(style),
        )
    )


def _row(
    images: ImageStore, found: TrainingSample | Rejected, verdicts: Sequence[GateVerdict]
) -> dict[str, Any]:
    admitted = isinstance(found, TrainingSample)
    shown = [_picture(images, name) for name in found.images]
    boxes = found.evidence if admitted else found.boxes
    return {
        "id": found.id,
        "split": found.split,
        "cell": found.cell,
        "admitted": admitted,
        "gate": "" if admitted else found.gate,
        "cause": "" if admitted else found.cause,
        "pictures": shown,
        "boxes": boxes if len(shown) == 1 and shown[0].uri else (),
        "lineage": [
            {
                "operation": e.operation,
                "arguments": json.dumps(e.arguments, ensure_ascii=False, sort_keys=True),
                "parent": _picture(images, e.parent),
                "child": _picture(images, e.child),
            }
            for e in found.lineage
        ],
        "question": found.question,
        "options": _lettered(found.options),
        "target": found.target,
        "answer_kind": found.answer_kind or "",
        "source": found.source,
        "licence": found.licence if admitted else "",
        "attribution": found.attribution if admitted else "",
        "content": found.content if admitted else "",
        "evidence": [[round(x, 1) for x in box] for box in boxes],
        "pass_rate": found.pass_rate if admitted else None,
        "rollouts": found.rollouts if admitted else 0,
        "verdicts": [v.model_dump() for v in verdicts],
    }


def _lettered(options: Sequence[str]) -> list[tuple[str, str]]:
    return [(letter(i), option) for i, option in enumerate(options)]


def _picture(images: ImageStore, name: str) -> Shown:
    """A picture by its name or its hash; without an address where it is not stored."""
    if not _NAME.fullmatch(name):
        return Shown(name, "")
    names = [name] if "." in name else [f"{name}.{extension}" for extension in _EXTENSIONS]
    for path in map(images.path, names):
        if path.is_file():
            try:
                return _shown(name, path.read_bytes())
            except (DataError, OSError):
                break
    return Shown(name, "")


def _shown(name: str, data: bytes) -> Shown:
    image = pixels(data)
    width, height = image.size
    kind = Image.open(io.BytesIO(data)).format or "PNG"
    if len(data) > _KEPT or max(image.size) > LONG_SIDE:
        image.thumbnail((LONG_SIDE, LONG_SIDE), Image.Resampling.LANCZOS)
        buffer = io.BytesIO()
        image.save(buffer, "WEBP", quality=85)
        data, kind = buffer.getvalue(), "WEBP"
    mime = "jpeg" if kind in ("JPEG", "MPO") else kind.lower()
    return Shown(name, f"data:image/{mime};base64,{base64.b64encode(data).decode()}", width, height)


def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(_FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_visible,
    )


def _visible(value: Any) -> Any:
    """Characters that nobody sees, or that turn the direction of a line, written out."""
    if not isinstance(value, str) or isinstance(value, Markup):
        return value
    return "".join(c if c.isprintable() or c in "\n\t" else f"⟨U+{ord(c):04X}⟩" for c in value)


@cache
def _read(name: str) -> str:
    return (_FOLDER / name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    """As a content policy names the one script and style that may take effect."""
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
