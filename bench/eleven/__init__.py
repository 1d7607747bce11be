"""Stand-ins for the datasets of the eleven benchmarks: one file each, `FIXTURE`."""

import importlib
from pathlib import Path

from bench.eleven.fixture import Fixture


def names() -> list[str]:
    """The benchmarks that have one."""
    files = Path(__file__).parent.glob("*.py")
    return sorted(f.stem for f in files if f.stem not in ("__init__", "fixture"))


def load(name: str) -> Fixture:
    """The stand-in of one benchmark."""
    return importlib.import_module(f"bench.eleven.{name}").FIXTURE
