"""What leaves a run: a trained checkpoint with its card, and folders sent to a hub.

    runs/q/round-0/checkpoint  →  out/  README.md  config.json  model.safetensors  …

The card says from which start, on which data and by which trainer the weights came, what the gate
decided, and what was measured on the held-out half; where nothing was measured it says that.
Blindspot's own files stay behind, since others do not read them.
"""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Final, Literal

from blindspot.core.acceptance import AcceptanceArtifact
from blindspot.core.artifact import Manifest, open_artifact, published, write_text
from blindspot.core.errors import ConfigError, DataError, StageError, UsageError
from blindspot.core.new_folder import new_folder
from blindspot.core.run_folder import RoundFolder, RunFolder

_OURS: Final = ("manifest.json", "metrics.jsonl", "arguments.json")
_HEAD: Final = """\
---
library_name: transformers
pipeline_tag: image-text-to-text
tags:
- blindspot
---
"""


def export_checkpoint(folder: RunFolder, number: int, out: Path) -> Path:
    """Copy a round's checkpoint into `out`, with a card. The folder appears whole or not at all.
    Raises DataError where the round has none, UsageError where something is there already.
    """
    here = folder.round(number)
    if not published(here.checkpoint):
        raise DataError(
            f"No checkpoint of round {number} in {folder.root}",
            "nothing was trained there",
            "Run `blindspot train` first, or name another round: RUN/round-N",
        )
    with new_folder(out) as part:
        ours = shutil.ignore_patterns(*_OURS)
        shutil.copytree(here.checkpoint, part, ignore=ours, dirs_exist_ok=True)
        write_text(part / "README.md", card(folder, number))
    return out


def card(folder: RunFolder, number: int) -> str:
    """The model card, Markdown with the head that hubs read."""
    here = folder.round(number)
    manifest = open_artifact(here.checkpoint, "checkpoint").manifest
    parts = [
        _HEAD,
        f"# {folder.root.resolve().name}, round {number}",
        "\n".join(_origin(manifest)),
        _verdict(here),
        "## Measured",
        _measured(folder, number),
        "## Data",
        "\n".join(_data(manifest.facts.get("samples_per_cell", {}))),
        "The licence of the start checkpoint holds for these weights; that of the pictures stands "
        "in the card of the training set.",
    ]
    return "\n\n".join(parts) + "\n"


def push(folder: Path, name: str, kind: Literal["model", "dataset"], private: bool) -> str:
    """Send a folder to the Hugging Face hub, with the token that `hf auth login` or HF_TOKEN
    gives; a repository that is missing is made. Returns its address. Raises ConfigError where the
    library is missing, StageError with the hub's own words where it refuses.
    """
    try:
        from huggingface_hub import HfApi
        from huggingface_hub.errors import HFValidationError
    except ImportError as error:
        way = "pip install 'blindspot-lmm[local]', or upload the folder by hand"
        raise ConfigError("--push-to-hub", "huggingface_hub is not installed", way) from error
    api = HfApi()
    try:
        made = api.create_repo(name, repo_type=kind, private=private, exist_ok=True)
        api.upload_folder(repo_id=made.repo_id, folder_path=folder, repo_type=kind)
    except HFValidationError as error:
        raise UsageError("--push-to-hub", str(error), "Give OWNER/NAME") from error
    except Exception as error:  # the hub's own, and whatever its HTTP library raises
        why = " ".join(str(error).split())
        way = f"Log in (`hf auth login`) and give another --out; {folder} is whole and can be sent"
        raise StageError(f"The hub did not take {name}", why, way) from error
    return str(made)


def _origin(manifest: Manifest) -> Iterator[str]:
    facts, config = manifest.facts, manifest.config
    counts = manifest.counts
    yield f"- start: `{manifest.inputs.get('policy', 'unknown')}` (fingerprint)"
    yield f"- training set: `{manifest.inputs.get('training_set', 'unknown')}` (digest)"
    yield (
        f"- trained by {facts.get('optimiser', 'unknown')}: {counts.get('steps', 0)} steps, "
        f"{counts.get('samples', 0)} samples, seed {config.get('seed')}; published is step "
        f"{facts.get('published_step')}"
    )
    if autonomy := facts.get("autonomy"):
        yield f"- autonomy: {', '.join(f'{k} {v}' for k, v in sorted(autonomy.items()))}"
    versions = ", ".join(f"{n} {v}" for n, v in sorted(facts.get("versions", {}).items()))
    yield f"- blindspot {manifest.blindspot_version}, commit {manifest.git_commit or 'unknown'}"
    yield f"- {versions}"


def _verdict(here: RoundFolder) -> str:
    if not published(here.acceptance):
        return "The round's gate has not judged it."
    found = AcceptanceArtifact(here.acceptance).acceptance()
    return f"The round's gate {'accepted' if found.accepted else 'refused'} it: {found.why}"


def _measured(folder: RunFolder, number: int) -> str:
    """Held-out change from this round's evaluation to the next one's, if that was of these
    weights.
    """
    before, after = folder.round(number).evaluation, folder.round(number + 1).evaluation
    here = folder.round(number)
    if not published(after) or not published(before) or not _accepted(here):
        return "These weights have not been evaluated on a benchmark."
    from blindspot.comparison import compare
    from blindspot.pairing import read

    found = compare(read(before), read(after), "held_out")
    rows = [
        "Held-out half, start checkpoint against these weights, paired by sample:",
        "",
        "| benchmark | n | start | these | change, points (95 %) |",
        "|---|---|---|---|---|",
    ]
    for d in (*found.benchmarks, found.overall):
        if d.difference is not None and d.a is not None and d.b is not None:
            low, high = (f"{100 * end:+.1f}" for end in d.interval)
            change = f"{100 * d.difference:+.1f} ({low} … {high})"
            rows.append(f"| {d.name} | {d.n} | {100 * d.a:.1f} | {100 * d.b:.1f} | {change} |")
    return "\n".join(rows)


def _accepted(here: RoundFolder) -> bool:
    return published(here.acceptance) and AcceptanceArtifact(here.acceptance).acceptance().accepted


def _data(per_cell: dict[str, int]) -> Iterator[str]:
    yield "| cell | samples |"
    yield "|---|---|"
    for name, count in sorted(per_cell.items()):
        yield f"| {name} | {count} |"
