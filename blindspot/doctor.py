"""What this machine can run, and what is missing: `blindspot doctor`.

    machine   Linux, Python 3.11.2, 8 CPUs, 30.5 GiB of memory free, 52.1 GiB of disk free here
    gpu       none that torch can use
    yes  evaluate a checkpoint in this process: torch 2.13.0 on the CPU
    no   serve a checkpoint with vLLM: vllm is not on PATH → pip install vllm in an environment …

Nothing is downloaded, started or asked. What is installed is looked up by name and version; of the
heavy libraries only torch is imported, to ask it for GPUs. Whether a given config fits this machine
is what `blindspot validate` says.
"""

import os
import platform
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Final

from blindspot.core.errors import ConfigError
from blindspot.core.sqlite import refuse_network_filesystem

_GIB: Final = 2**30
_LOCAL: Final = "pip install 'blindspot-lmm[local]' (torch first: see docs/installing.md)"
_ELEVEN: Final = (
    "pip install 'blindspot-lmm[benchmarks]', then "
    "pip install --no-deps lmms-eval==0.7.3 latex2sympy2==1.9.1"
)
_VLLM: Final = (
    "pip install vllm in an environment of its own and name it in model.server_command, "
    "or ask a server that runs elsewhere with --base-url"
)


@dataclass(frozen=True)
class Machine:
    """What there is."""

    system: str
    python: str
    cpus: int
    memory_gib: float | None
    """Free now; None where the system does not tell."""
    disk_gib: float
    """Free in the folder that was asked about."""
    gpus: tuple[str, ...]
    """Name and memory of each that torch can use."""


@dataclass(frozen=True)
class Ability:
    """One thing that a user may want to do here."""

    what: str
    can: bool
    why: str
    """What it would use, or what is missing."""
    remedy: str = ""
    """What to do where it cannot be done."""


@dataclass(frozen=True)
class Examined:
    """The machine, and what it can do."""

    machine: Machine
    abilities: tuple[Ability, ...]

    def plain(self) -> dict[str, Any]:
        """For `--json`."""
        return asdict(self)


def examine(folder: Path) -> Examined:
    """Look at this machine; runs would lie in `folder`."""
    return Examined(_machine(folder), tuple(_abilities(folder)))


def lines(found: Examined) -> Iterator[str]:
    """One line of text per fact."""
    m = found.machine
    memory = "unknown memory" if m.memory_gib is None else f"{m.memory_gib:.1f} GiB of memory free"
    yield (
        f"machine   {m.system}, Python {m.python}, {m.cpus} CPUs, {memory}, "
        f"{m.disk_gib:.1f} GiB of disk free here"
    )
    yield f"gpu       {'; '.join(m.gpus) or 'none that torch can use'}"
    for ability in found.abilities:
        way = f" → {ability.remedy}" if ability.remedy else ""
        yield f"{'yes' if ability.can else 'no':<4} {ability.what}: {ability.why}{way}"


def _machine(folder: Path) -> Machine:
    return Machine(
        system=f"{platform.system()} {platform.machine()}",
        python=platform.python_version(),
        cpus=_cpus(),
        memory_gib=_memory(),
        disk_gib=shutil.disk_usage(folder).free / _GIB,
        gpus=_gpus(),
    )


def _cpus() -> int:
    """Those that this process may use, where the system says."""
    allowed = getattr(os, "sched_getaffinity", None)
    return len(allowed(0)) if allowed else os.cpu_count() or 1


def _memory() -> float | None:
    try:
        return os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / _GIB
    except (ValueError, OSError):  # macOS does not know the first name
        return None


def _gpus() -> tuple[str, ...]:
    if not _versions("torch"):
        return ()
    import torch

    found = [torch.cuda.get_device_properties(n) for n in range(torch.cuda.device_count())]
    named = tuple(f"{gpu.name}, {gpu.total_memory / _GIB:.0f} GiB" for gpu in found)
    return named or (("Apple MPS",) if torch.backends.mps.is_available() else ())


def _abilities(folder: Path) -> Iterator[Ability]:
    yield _keeping(folder)
    yield Ability("evaluate and diagnose a model behind an address", True, _said(["openai"]))
    yield _with("evaluate a checkpoint in this process", ["torch", "transformers"], _LOCAL)
    yield _vllm()
    yield _with("the eleven benchmarks", ["lmms-eval", "datasets", "evaluate"], _ELEVEN)
    yield Ability("make training sets", True, "every source that draws or reads is built in")
    yield _with("spread work over a Ray cluster", ["ray"], "pip install 'blindspot-lmm[ray]'")
    yield _with("train (GRPO, SFT, DPO)", ["torch", "transformers", "trl", "datasets"], _LOCAL)
    yield _with("train adapters (--lora)", ["trl", "peft"], _LOCAL)
    yield _video()
    yield Ability("pages", True, _said(["jinja2", "plotly"]))


def _with(what: str, needs: Sequence[str], remedy: str) -> Ability:
    """An ability that rests on packages alone."""
    missing = [name for name in needs if not _versions(name)]
    if missing:
        return Ability(what, False, f"{', '.join(missing)} not installed", remedy)
    return Ability(what, True, _said(needs))


def _keeping(folder: Path) -> Ability:
    """Whether a run's ledger may lie here."""
    what = "keep runs in this folder"
    try:
        refuse_network_filesystem(folder / "ledger.sqlite")
    except ConfigError as error:
        return Ability(what, False, str(error))
    if not os.access(folder, os.W_OK):
        return Ability(what, False, "it cannot be written", "give another folder with --out")
    return Ability(what, True, "a local disk that can be written")


def _vllm() -> Ability:
    what = "serve a checkpoint with vLLM"
    program = shutil.which("vllm")
    if program is None:
        return Ability(what, False, "there is no program 'vllm' on PATH", _VLLM)
    return Ability(what, True, program)


def _video() -> Ability:
    """Stock Qwen-VL and SmolVLM processors hold one for videos, which takes torchvision."""
    return _with(
        "load processors that also take videos (Qwen-VL, SmolVLM)",
        ["torch", "torchvision"],
        "install the torchvision that belongs to this torch",
    )


def _said(names: Sequence[str]) -> str:
    return ", ".join(f"{name} {_versions(name)}" for name in names)


def _versions(name: str) -> str:
    """The installed version, or nothing."""
    try:
        return version(name)
    except PackageNotFoundError:
        return ""
