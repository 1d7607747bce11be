"""What is handed to others is whole: built from a copy of the sources, installed apart from them,
and run from elsewhere.
"""

import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("blindspot", "harness", "diagnostics", "generation", "training", "reports")
NO_CODE = {".pyc"}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the wheel and the source distribution."""
    copy = tmp_path_factory.mktemp("sources")
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, copy)
    for name in PACKAGES:
        shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
    made = "from setuptools import build_meta as b; b.build_sdist('dist'); b.build_wheel('dist')"
    _run(copy, sys.executable, "-c", made)
    return copy / "dist"


@pytest.fixture(scope="module")
def installed(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, unpacked as pip does."""
    folder = tmp_path_factory.mktemp("installed")
    [wheel] = built.glob("*.whl")
    offline = ("--no-deps", "--no-index", "--disable-pip-version-check", "--target", folder)
    _run(built, sys.executable, "-m", "pip", "install", "--quiet", *offline, wheel)
    return folder


def _run(where: Path, *command: str | Path, **more: str) -> str:
    done = subprocess.run(
        [str(word) for word in command],
        cwd=where,
        capture_output=True,
        text=True,
        env={**os.environ, **more},
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def _sources() -> set[str]:
    """Every file of the packages that is no compiled one."""
    files = (p for name in PACKAGES for p in (ROOT / name).rglob("*") if p.is_file())
    return {p.relative_to(ROOT).as_posix() for p in files if p.suffix not in NO_CODE}


def test_the_wheel_holds_every_file_of_the_packages(built: Path) -> None:
    [wheel] = built.glob("blindspot_lmm-*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    assert _sources() <= names
    assert {n.split("/")[0] for n in names if ".dist-info/" not in n} == set(PACKAGES)
    assert any(n.endswith("licenses/LICENSE") for n in names)


def test_the_source_distribution_holds_them_too(built: Path) -> None:
    [archive] = built.glob("blindspot_lmm-*.tar.gz")
    with tarfile.open(archive) as opened:
        names = {name.partition("/")[2] for name in opened.getnames()}
    assert _sources() | {"LICENSE", "README.md", "pyproject.toml"} <= names


def test_what_was_installed_runs_without_the_checkout(installed: Path, tmp_path: Path) -> None:
    where = {"PYTHONPATH": str(installed), "PYTHONSAFEPATH": "1"}
    ask = "import blindspot, reports, training; print(blindspot.__path__[0])"
    found = _run(tmp_path, sys.executable, "-c", ask, **where).strip()
    assert found == str(installed / "blindspot")
    example = ROOT / "examples" / "qwen2.5-vl-7b" / "config.toml"
    out = _run(tmp_path, sys.executable, "-m", "blindspot.cli", "validate", example, **where)
    assert "ok  benchmark pope: 9000 samples, to download" in out
    out = _run(tmp_path, sys.executable, "-m", "blindspot.cli", "list", "sections", **where)
    assert "weaknesses" in out
