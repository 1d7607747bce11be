"""What a large loop takes: an 8B model, the eleven benchmarks, three rounds.

    python -m bench.scaling.reckoning
    python -m bench.scaling.reckoning --decode 4000 --gpu-price 3

Three kinds of numbers, and the table says of each line which it stands on. *Counted*: samples of
the benchmarks, the defaults of settings, the preset of training. *Measured*: rows of
`bench/results/`, by their ids. *Assumed*: what no machine here can tell, above all the tokens per
second of an 8B model on a GPU; each is an option, and every figure is linear in it or in its
inverse. Nothing of it was measured on a GPU.

It leaves out what is done once (downloads, loading weights, compiling), probes, teacher and
labeller of the diagnosis (off by default), canaries, validation during training, calls that fail.
"""

import argparse
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Final

from bench.rows import RESULTS

CHECKPOINT: Final = "Qwen/Qwen3-VL-8B-Instruct"
ROLES: Final = ("writer", "solver", "validator")
"""Agents that a training sample asks at an endpoint; the policy is the model itself."""


@dataclass(frozen=True)
class Assumed:
    """What no machine here can tell."""

    rounds: int = 3
    """Turns of the loop; one evaluation more than rounds is made."""
    samples: int = 2000
    """Training samples of a round: the default of diagnosis.budget."""
    prompt: float = 1200
    """Tokens of a benchmark's prompt with its pictures, on average."""
    answer: float = 500
    """Tokens of an answer of the model, on average."""
    prefill: float = 10000
    """Tokens of prompts that one GPU reads in a second, batched."""
    decode: float = 2000
    """Tokens of answers that one GPU writes in a second, all requests together."""
    parameters: float = 8e9
    """Of the model."""
    flops: float = 989e12
    """Operations in a second of one GPU by its data sheet (H100, bfloat16, dense)."""
    used: float = 0.3
    """Share of them that training reaches."""
    agent_prompt: float = 1500
    """Tokens of an agent's prompt with its picture."""
    agent_answer: float = 300
    """Tokens of an agent's or the judge's reply."""
    prompt_price: float = 0.4
    """Of a million tokens of prompts, at the endpoint of agents and judge."""
    answer_price: float = 1.6
    """Of a million tokens of replies there."""
    gpu_price: float = 2.5
    """Of one GPU for an hour."""


@dataclass(frozen=True)
class Known:
    """What is counted or measured."""

    requests: int
    """Samples of the eleven benchmarks."""
    judged: int
    """Of them, those whose rule may leave the decision to a judge."""
    validation: float
    """Validation samples that are made for each training sample."""
    steps: int
    """Of training in a round, by the preset `eight-gpu-full`."""
    prompts: int
    """Of a step."""
    group: int
    """Rollouts of a prompt."""
    calls: Mapping[str, float]
    """Of each role for one training sample: S5."""
    cpu_ms: float
    """Of the harness for one sample: H6."""


@dataclass(frozen=True)
class Part:
    """One part of the loop, all rounds together."""

    name: str
    times: int
    calls: float
    prompt_tokens: float
    answer_tokens: float
    gpu_hours: float = 0.0
    price: float = 0.0
    """Of calls to endpoints; GPU hours come on top."""


def known(results: Path = RESULTS) -> Known:
    """Counts of the code, and rows of the results. Raises FileNotFoundError without them."""
    from generation.settings import GenerationSettings
    from training import preset

    sizes, judged = _benchmarks()
    training = _values(preset.overrides("eight-gpu-full"))
    return Known(
        requests=sum(sizes.values()),
        judged=sum(sizes[name] for name in judged),
        validation=GenerationSettings().validation_share,
        steps=int(training["training.steps"]),
        prompts=int(training["training.prompts_per_step"]),
        group=int(training["training.grpo.group_size"]),
        calls=_calls(_rows(results / "scale-S5.json")),
        cpu_ms=_cpu(_rows(results / "harness-H6.json")),
    )


def parts(a: Assumed, k: Known) -> list[Part]:
    """The loop's parts in order."""
    evaluations, samples = a.rounds + 1, a.rounds * a.samples * (1 + k.validation)
    rollouts = a.rounds * k.steps * k.prompts * k.group
    agents = samples * sum(k.calls.get(role, 0) for role in ROLES)
    return [
        _own("evaluation", evaluations, evaluations * k.requests, a),
        _paid("judge, where every rule abstains", evaluations, evaluations * k.judged, a),
        _paid("agents of generation", a.rounds, agents, a),
        _own("difficulty of candidates", a.rounds, samples * k.calls.get("policy", 0), a),
        _own("rollouts of training", a.rounds, rollouts, a),
        _learning("passes of training", a.rounds, rollouts, a),
    ]


def lines(a: Assumed, k: Known) -> Iterator[str]:
    """The table and what it stands on."""
    found = parts(a, k)
    yield f"{CHECKPOINT}, eleven benchmarks, {a.rounds} rounds"
    yield ""
    columns = ("calls", "M prompt tok.", "M answer tok.", "GPU hours", "paid to endpoints")
    yield f"{'':34}{'times':>6}" + "".join(f"{column:>18}" for column in columns)
    for part in [*found, _total(found)]:
        yield _line(part)
    hours = sum(part.gpu_hours for part in found)
    paid = sum(part.price for part in found)
    yield ""
    own = hours * a.gpu_price
    yield f"GPU hours at {a.gpu_price:g} each: {own:,.0f}; with the endpoints: {own + paid:,.0f}"
    cpu = (a.rounds + 1) * k.requests * k.cpu_ms / 3.6e6
    yield f"CPU of the harness beside it: {cpu:.2f} hours"
    yield ""
    yield from _standing(a, k)


def _own(name: str, times: int, calls: float, a: Assumed) -> Part:
    """Calls of the model itself, on GPUs of one's own."""
    prompts, answers = calls * a.prompt, calls * a.answer
    hours = (prompts / a.prefill + answers / a.decode) / 3600
    return Part(name, times, calls, prompts, answers, hours)


def _paid(name: str, times: int, calls: float, a: Assumed) -> Part:
    """Calls of an endpoint."""
    prompts, answers = calls * a.agent_prompt, calls * a.agent_answer
    price = (prompts * a.prompt_price + answers * a.answer_price) / 1e6
    return Part(name, times, calls, prompts, answers, price=price)


def _learning(name: str, times: int, rollouts: float, a: Assumed) -> Part:
    """8 operations for a parameter and token: 2 forward and 4 backward of the policy, 2 forward of
    the reference.
    """
    tokens = rollouts * (a.prompt + a.answer)
    return Part(name, times, 0, 0, 0, 8 * a.parameters * tokens / (a.flops * a.used) / 3600)


def _total(found: Sequence[Part]) -> Part:
    sums = [
        sum(getattr(part, field.name) for part in found)
        for field in fields(Part)
        if field.name not in ("name", "times")
    ]
    return Part("in all", 0, *sums)


def _line(part: Part) -> str:
    cells = (
        f"{part.calls:,.0f}",
        f"{part.prompt_tokens / 1e6:,.0f}",
        f"{part.answer_tokens / 1e6:,.0f}",
        f"{part.gpu_hours:,.1f}",
        f"{part.price:,.2f}",
    )
    return f"{part.name:34}{part.times or '':>6}" + "".join(f"{cell:>18}" for cell in cells)


def _standing(a: Assumed, k: Known) -> Iterator[str]:
    calls = ", ".join(f"{role} {count:.3g}" for role, count in sorted(k.calls.items()))
    yield (
        f"counted: {k.requests:,} samples of the eleven, {k.judged:,} of them with a judge; "
        f"{k.validation:g} validation samples to a training sample; "
        f"training {k.steps} steps × {k.prompts} prompts × {k.group} rollouts"
    )
    yield f"measured: calls for a training sample {calls} (S5, planted models)"
    yield f"measured: {k.cpu_ms:.3g} ms of CPU for a sample beyond a bare client (H6)"
    named = ", ".join(f"{f.name} {getattr(a, f.name):g}" for f in fields(a))
    yield f"assumed: {named}"


def _benchmarks() -> tuple[dict[str, int], list[str]]:
    """Samples of each of the eleven, and the names of those with a judge."""
    from harness import suite
    from harness.settings import EvaluationSettings

    entries = suite.entries(EvaluationSettings(suite="eleven"))
    sizes = {e.settings.name: e.benchmark.facts.size for e in entries}
    return sizes, [e.settings.name for e in entries if e.benchmark.facts.judge]


def _values(overrides: Sequence[str]) -> dict[str, str]:
    """`a.b=c` as a dict."""
    return dict(override.split("=", 1) for override in overrides)


def _rows(file: Path) -> list[dict[str, object]]:
    return json.loads(file.read_text())["rows"]


def _calls(rows: Sequence[Mapping[str, object]]) -> dict[str, float]:
    """`calls of the writer for a training sample, of 200` → `{"writer": …}`."""
    named = {str(row["measure"]).split()[3]: row["value"] for row in rows}
    return {role: float(str(value)) for role, value in named.items()}


def _cpu(rows: Sequence[Mapping[str, object]]) -> float:
    """Of the whole command with grading."""
    whole = next(row for row in rows if "whole command" in str(row["measure"]))
    return float(str(whole["value"]))


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.scaling.reckoning")
    for field in fields(Assumed):
        option = f"--{field.name.replace('_', '-')}"
        kind = int if isinstance(field.default, int) else float
        parser.add_argument(option, type=kind, default=field.default)
    print("\n".join(lines(Assumed(**vars(parser.parse_args(argv))), known())))


if __name__ == "__main__":
    main()
