"""What is said of a machine, and what is missing on it."""

import json
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import pytest

from blindspot import doctor
from blindspot.core.errors import ConfigError


def without(monkeypatch: pytest.MonkeyPatch, *names: str) -> None:
    """As if these were not installed."""

    def known(name: str) -> str:
        if name in names:
            raise PackageNotFoundError(name)
        return version(name)

    monkeypatch.setattr(doctor, "version", known)


def ability(found: doctor.Examined, word: str) -> doctor.Ability:
    [one] = [a for a in found.abilities if word in a.what]
    return one


def test_a_machine_is_told_in_one_line_per_fact(blindspot) -> None:
    code, out, _ = blindspot("doctor")
    assert code == 0
    lines = out.splitlines()
    assert lines[0].startswith("machine   ")
    assert lines[1].startswith("gpu       ")
    assert all(line[:4] in ("yes ", "no  ") for line in lines[2:])
    assert f"transformers {version('transformers')}" in out


def test_json_holds_the_same(blindspot) -> None:
    found = json.loads(blindspot("doctor", "--json")[1])
    assert found["machine"]["cpus"] >= 1
    assert {"what", "can", "why", "remedy"} == set(found["abilities"][0])


def test_what_is_missing_is_named_with_its_remedy(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    without(monkeypatch, "torch", "trl")
    found = doctor.examine(tmp_path)
    trained = ability(found, "GRPO")
    assert not trained.can
    assert trained.why == "torch, trl not installed"
    assert "blindspot-lmm[local]" in trained.remedy
    assert found.machine.gpus == ()
    assert ability(found, "behind an address").can


def test_vllm_is_a_program(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert not ability(doctor.examine(tmp_path), "vLLM").can
    (tmp_path / "vllm").write_text("#!/bin/sh\n")
    (tmp_path / "vllm").chmod(0o755)
    assert ability(doctor.examine(tmp_path), "vLLM").why == str(tmp_path / "vllm")


def test_a_network_filesystem_keeps_no_runs(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def refused(path: Path) -> None:
        raise ConfigError(f"The ledger cannot lie at {path}", "that is nfs", "Give another")

    monkeypatch.setattr(doctor, "refuse_network_filesystem", refused)
    kept = ability(doctor.examine(tmp_path), "keep runs")
    assert not kept.can
    assert "that is nfs" in kept.why
