"""What a run will ask and take, said before anything is spent: requests, tokens, downloads, the
judge's calls, prices, memory.

    to ask: 8,800 samples, 8,800 requests
    prompts of tiny-world: exactly 398,400 tokens (words 81,600, pictures 316,800)

`blindspot.loads` says what *exactly*, *about* and *at most* mean; what is known in no such way is
called unknown. Nothing is downloaded, and no hub is asked.
"""

import math
from collections.abc import Iterator, Sequence

from blindspot.core.advice import Note
from blindspot.core.model import ModelSettings
from blindspot.counting import counter
from blindspot.footprint import BYTES, LOCAL, Footprint, footprint
from blindspot.loads import CHARACTERS, Demand, Load, cache_bytes, load, money
from blindspot.settings import Config
from diagnostics.causes.probe import probes
from diagnostics.settings import ProbeSettings
from harness import judge


def lines(config: Config, demands: Sequence[Demand]) -> Iterator[str]:
    """What the evaluation will ask and take, a line each."""
    model, evaluation = footprint(config.model), config.evaluation
    count = counter(config.model, model.folder)
    loads = [load(d, model, count, evaluation.repeats) for d in demands]
    yield _asked(loads)
    if config.model.backend == "replay":
        yield "nothing is spent: the answers are recorded"
        return
    yield from _prompts(loads, model)
    yield _completions(loads, evaluation.sampling.max_tokens, config.model)
    yield _download(demands, config.model, model)
    yield from _judge(config, loads)
    yield from _diagnosis(config)
    yield from _memory(config, model, loads)


def _asked(loads: Sequence[Load]) -> str:
    known = [load for load in loads if load.requests is not None]
    samples = sum(load.demand.samples or 0 for load in known)
    requests = sum(load.requests or 0 for load in known)
    unknown = [load.demand.name for load in loads if load.requests is None]
    return f"to ask: {samples:,} samples, {requests:,} requests" + _without(unknown)


def _prompts(loads: Sequence[Load], model: Footprint) -> Iterator[str]:
    for one in loads:
        yield f"prompts of {one.demand.name}: {_prompt_tokens(one)}"
    if len(loads) > 1:
        words = _summed([x.words for x in loads], loads)
        pictures = _summed([x.pictures for x in loads], loads)
        yield f"prompts in all: words: {words}; pictures: {pictures}"
    if model.by_name and model.pictures:
        yield f"how pictures become tokens is assumed from the name {model.name}"


def _prompt_tokens(one: Load) -> str:
    if one.words is None:
        most = "unknown" if one.pictures is None else f"at most {one.pictures:,} tokens"
        each = f" ({one.longest:,} each, if one a sample)" if one.pictures is not None else ""
        return f"pictures {most}{each}, words unknown until its data is here"
    pictures = "unknown" if one.pictures is None else f"{one.pictures:,}"
    total = one.words + (one.pictures or 0)
    return f"{one.holds} {total:,} tokens (words {one.words:,}, pictures {pictures})"


def _summed(values: Sequence[int | None], loads: Sequence[Load]) -> str:
    """The sum of what is known, and whose is not."""
    unknown = [x.demand.name for x, value in zip(loads, values, strict=True) if value is None]
    if len(unknown) == len(values):
        return "unknown"
    holds = {x.holds for x, value in zip(loads, values, strict=True) if value is not None}
    worst = next(word for word in ("at most", "about", "exactly") if word in holds)
    return f"{worst} {sum(v or 0 for v in values):,} tokens" + _without(unknown)


def _completions(loads: Sequence[Load], max_tokens: int, settings: ModelSettings) -> str:
    completions = max_tokens * sum(x.requests or 0 for x in loads)
    line = f"completions: at most {completions:,} tokens ({max_tokens:,} each)"
    line += _without([x.demand.name for x in loads if x.requests is None])
    if settings.prices is None:
        return line
    prompts = sum((x.words or 0) + (x.pictures or 0) for x in loads)
    unknown = [x.demand.name for x in loads if x.words is None or x.pictures is None]
    price = money(prompts, completions, settings.prices)
    return f"{line}; at most about {price:,.2f} to pay{_left_out('prompts', unknown)}"


def _download(demands: Sequence[Demand], settings: ModelSettings, model: Footprint) -> str:
    missing = [d for d in demands if d.prompts is None]
    sized = [d for d in missing if d.download_gb is not None]
    unsized = [d.name for d in missing if d.download_gb is None]
    needed = [f"{sum(d.download_gb or 0 for d in sized):.1f} GB of benchmarks"] if sized else []
    if settings.backend in LOCAL and not model.complete:
        needed += [f"{size(model.weights)} of weights"] if model.weights else []
        unsized += [] if model.weights else [model.name]
    needed += [f"size unknown: {', '.join(unsized)}"] if unsized else []
    return f"download: {'; '.join(needed) or 'nothing'}"


def _judge(config: Config, loads: Sequence[Load]) -> Iterator[str]:
    """An upper bound: the rule abstains every time, and every first reply is unreadable."""
    needy = [x for x in loads if x.demand.judge]
    names = ", ".join(x.demand.name for x in needy)
    if not needy:
        return
    if config.evaluation.judge is None:
        yield Note(f"judge: none; what the rules of {names} cannot decide will have no score")
        return
    calls = judge.ATTEMPTS * sum(x.requests or 0 for x in needy)
    prompts = judge.ATTEMPTS * sum(map(_judged_tokens, needy))
    prompts += calls * config.evaluation.sampling.max_tokens
    replies = calls * judge.SAMPLING.max_tokens
    prices = config.evaluation.judge.prices
    price = f"; at most about {money(prompts, replies, prices):,.2f} to pay" if prices else ""
    unseen = _left_out("questions", [x.demand.name for x in needy if x.words is None])
    yield (
        f"judge: at most {calls:,} calls ({names}), about {prompts:,} tokens of prompts and "
        f"{replies:,} of replies{price}{unseen}"
    )


def _diagnosis(config: Config) -> Iterator[str]:
    """What each diagnosis may ask beyond the evaluation: upper bounds of calls."""
    asked = config.diagnosis
    each = sum(_calls(name, asked.probes) for name in asked.probes.names)
    if asked.probes.failures and each:
        calls = asked.probes.failures * each
        yield f"probes: at most {calls:,} calls for each diagnosis ({each} a failed sample)"
    if asked.teacher:
        calls = 2 * asked.teacher.failures
        yield f"teacher: at most {calls:,} calls for each diagnosis"
    if asked.labeller:
        yield f"labeller: at most {asked.labeller.samples:,} calls for each diagnosis"


def _calls(name: str, settings: ProbeSettings) -> int:
    """For one failed sample; what a repair says of its picture may have to be asked for first."""
    kind = probes.load(name).kind
    return settings.resamples if kind == "redraw" else 2 if kind == "repair" else 1


def _judged_tokens(one: Load) -> int:
    """Tokens of what the judge is told beside the answer."""
    prompts = one.demand.prompts
    texts = [len(p.text) for p in prompts] if prompts else [0] * (one.demand.samples or 0)
    each = [math.ceil((len(judge.PROMPT) + length) / CHARACTERS) for length in texts]
    return sum(each) * ((one.requests or 0) // max(1, one.demand.samples or 0))


def _memory(config: Config, model: Footprint, loads: Sequence[Load]) -> Iterator[str]:
    """Of a model on this machine; activations come on top."""
    settings = config.model
    if settings.backend not in LOCAL:
        return
    served = settings.backend == "vllm_server"
    shared_by = settings.tensor_parallel if served else 1
    gpus = shared_by * (settings.data_parallel if served else 1)
    each = f" on each of {gpus} GPUs" if gpus > 1 else ""
    width = BYTES[settings.dtype]
    yield f"memory{each}: weights {_weights(model, width, shared_by)}, activations come on top"
    yield f"KV cache{each}: {_cache(config, model, loads, width, shared_by)}"
    yield f"this machine: {machine()}"


def _weights(model: Footprint, width: int, shared_by: int) -> str:
    if model.parameters is None:
        return "unknown until the checkpoint is here"
    source = "as its name says" if model.by_name else "in its files"
    each = f"{model.parameters:,} parameters {source}, {width} bytes each"
    return f"{size(model.parameters * width / shared_by)} ({each}{_shared(shared_by)})"


def _cache(
    config: Config, model: Footprint, loads: Sequence[Load], width: int, shared_by: int
) -> str:
    if model.cached is None:
        return "unknown until the checkpoint's config.json is here"
    at_once = _at_once(config.model)
    longest = max((x.longest or 0 for x in loads), default=0)
    tokens = longest + config.evaluation.sampling.max_tokens
    each = model.cached * width
    queues = "; vLLM queues what does not fit" if config.model.backend == "vllm_server" else ""
    unseen = _left_out("words", [x.demand.name for x in loads if x.words is None])
    unseen += _left_out("pictures", [x.demand.name for x in loads if x.pictures is None])
    total = size(cache_bytes(each, tokens, at_once) / shared_by)
    return (
        f"at most {total} ({at_once} requests at once × {tokens:,} tokens × {each:,} bytes"
        f"{_shared(shared_by)}{unseen}){queues}"
    )


def _shared(gpus: int) -> str:
    return f" / {gpus} GPUs" if gpus > 1 else ""


def _at_once(settings: ModelSettings) -> int:
    """Requests that one copy of the model answers together."""
    if settings.backend == "transformers_local":
        return settings.batch_size
    return math.ceil(settings.concurrency / settings.data_parallel)


def machine() -> str:
    """The GPUs that torch sees here."""
    try:
        import torch
    except ModuleNotFoundError:
        return "torch, which would see its GPUs, is not installed"
    found = [torch.cuda.get_device_properties(i) for i in range(torch.cuda.device_count())]
    return ", ".join(f"{g.name} {size(g.total_memory)}" for g in found) or "no GPU that torch sees"


def size(count: float) -> str:
    """Bytes for people: `16.6 GB`, 10^9 bytes each."""
    for unit, scale in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if count >= scale:
            return f"{count / scale:,.1f} {unit}"
    return f"{count:,.0f} bytes"


def _without(names: Sequence[str]) -> str:
    return f" (unknown for {', '.join(names)})" if names else ""


def _left_out(what: str, names: Sequence[str]) -> str:
    return f", {what} of {', '.join(names)} left out" if names else ""
