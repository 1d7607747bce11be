"""Artifacts: the folders that stages read and write, and nothing else passes between stages.

A stage writes into a draft, the `.tmp` sibling of its folder, and publishes it by renaming it
once `manifest.json` is inside. So a folder without a manifest does not exist, a killed stage
leaves a draft that the next run resumes, and two readers never see half a result. The digest of
an artifact covers what it says and what it came from, not when, where or by which commit it was
made. The manifest names every file's digest and bears a seal of its own: whoever opens an artifact
reads what was published, or an error.
"""

import errno
import hashlib
import json
import os
import shutil
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache, lru_cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field

from blindspot.core.errors import ConfigError, DataError, StageError

SCHEMA_VERSION: Final = 2
"""Of all artifacts; raised when an older reader could misread a newer artifact."""

MANIFEST: Final = "manifest.json"
_DRAFT: Final = "draft.json"
_FILLED_IN: Final = frozenset({"to_label.csv"})
"""Forms of an artifact that people fill in where they lie."""
_DENIED: Final = (errno.EROFS, errno.EACCES, errno.EPERM)
_SETTLED: Final = 5_000_000_000
"""Nanoseconds after which a file's time tells every later change; clocks of disks are coarse."""


class Manifest(BaseModel):
    """Where an artifact came from and what is in it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: str
    """`evaluation`, `diagnosis`, `training_set`, `checkpoint`."""
    schema_version: int = SCHEMA_VERSION
    """Of this layout."""
    created: str
    """UTC time of publishing, ISO 8601."""
    blindspot_version: str
    """Of the package that wrote it."""
    git_commit: str | None
    """Commit of the checkout that wrote it, or None outside one."""
    git_dirty: bool | None
    """Whether that checkout had uncommitted changes."""
    config: dict[str, Any]
    """The stage's resolved settings, operational ones left out."""
    inputs: dict[str, str]
    """Digest of every input: artifacts, benchmark files, model fingerprint."""
    seeds: dict[str, int] = Field(default_factory=dict)
    """Seeds that the stage drew from."""
    counts: dict[str, int] = Field(default_factory=dict)
    """How much of what, failures included."""
    facts: dict[str, Any] = Field(default_factory=dict)
    """What else a reader must know: names, versions, verdicts."""
    durations: dict[str, float] = Field(default_factory=dict)
    """Seconds per step; no part of the digest."""
    files: dict[str, str]
    """SHA-256 of every other file in the folder."""
    seal: str = ""
    """SHA-256 of all that stands above; empty in a manifest that was written before there were
    seals.
    """

    @property
    def digest(self) -> str:
        """SHA-256 over everything but time, place and commit."""
        outside = {"created", "durations", "git_commit", "git_dirty", "blindspot_version", "seal"}
        return digest_of(self.model_dump(mode="json", exclude=outside))


@dataclass(frozen=True)
class Artifact:
    """A published folder."""

    path: Path
    manifest: Manifest

    @property
    def digest(self) -> str:
        return self.manifest.digest


def digest_of(value: Any) -> str:
    """SHA-256 of a value's canonical JSON."""
    return hashlib.sha256(canonical_json(value).encode()).hexdigest()


def canonical_json(value: Any) -> str:
    """JSON with sorted keys and no spaces: equal values give equal text."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def file_digest(path: Path) -> str:
    """SHA-256 of a file's bytes; a process reads a file once, as long as its size, time and inode
    stay. One written in the last seconds is read each time: its next change may leave them alike.
    """
    stat = path.stat()
    settled = time.time_ns() - stat.st_mtime_ns > _SETTLED
    read = _read_digest if settled else _read_digest.__wrapped__
    return read(path.resolve(), stat.st_size, stat.st_mtime_ns, stat.st_ino)


@lru_cache(maxsize=4096)
def _read_digest(path: Path, size: int, mtime_ns: int, inode: int) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def folder_digests(folder: Path) -> dict[str, str]:
    """SHA-256 of every file below a folder, by relative path; manifests and drafts are left out."""
    files = sorted(p for p in folder.rglob("*") if p.is_file() and p.name not in (MANIFEST, _DRAFT))
    return {p.relative_to(folder).as_posix(): file_digest(p) for p in files}


def open_artifact(path: Path, kind: str) -> Artifact:
    """Open a published artifact. Raises DataError when it is missing, of another kind or of
    another schema version, or when one of its files is not what was published.
    """
    file = path / MANIFEST
    if not file.is_file():
        raise DataError(
            f"No {kind} at {path}",
            "the folder has no manifest.json",
            f"Run the stage that writes the {kind} first",
        )
    try:
        raw = json.loads(file.read_text())
        if raw.get("schema_version") != SCHEMA_VERSION:
            raise DataError(
                f"The {kind} at {path}",
                f"it has schema version {raw.get('schema_version')}, "
                f"this blindspot reads {SCHEMA_VERSION}",
                "Make it again with this version, or read it with the version that wrote it",
            )
        manifest = Manifest.model_validate(raw)
        # Neither exists of half a character, or of great depth.
        seal, _ = _seal(raw), manifest.digest
    except (OSError, ValueError, AttributeError, RecursionError) as error:
        raise DataError(
            f"The manifest {file}", "it cannot be read", "Delete the folder and run the stage again"
        ) from error
    if manifest.kind != kind:
        raise DataError(
            f"The artifact at {path}",
            f"it is a {manifest.kind}, not a {kind}",
            "Give the right folder",
        )
    if manifest.seal not in ("", seal):
        raise _damaged(path, kind, MANIFEST)
    for name, digest in manifest.files.items():
        if name not in _FILLED_IN and _digest(path, kind, name) != digest:
            raise _damaged(path, kind, name)
    return Artifact(path, manifest)


def _seal(raw: Mapping[str, Any]) -> str:
    """Of a manifest as it stands in its file."""
    return digest_of({name: value for name, value in raw.items() if name != "seal"})


def _digest(path: Path, kind: str, name: str) -> str:
    """Of one of an artifact's files; that of none where it is missing."""
    try:
        return file_digest(path / name)
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
        return ""
    except OSError as error:
        raise DataError(
            f"The {kind} at {path}",
            f"its {name} cannot be read: {error.strerror or error}",
            f"Make it readable, or make the {kind} again with --redo {kind}",
        ) from error


def _damaged(path: Path, kind: str, name: str) -> DataError:
    return DataError(
        f"The {kind} at {path}",
        f"its {name} is not what was published: it was damaged, changed or removed",
        f"Put the file back, or make the {kind} again with --redo {kind}",
    )


def published(path: Path) -> bool:
    """Whether an artifact stands there whole."""
    return (path / MANIFEST).is_file()


class Draft:
    """An artifact in the making, at `<out>.tmp`; a draft that is already there is resumed,
    never deleted.

    Raises ConfigError when the draft was begun with other settings or inputs.
    """

    def __init__(
        self, out: Path, kind: str, config: Mapping[str, Any], inputs: Mapping[str, str]
    ) -> None:
        self.out, self.kind = out, kind
        self.path = out.with_name(out.name + ".tmp")
        self._config, self._inputs = dict(config), dict(inputs)
        self._begin()

    def publish(
        self,
        *,
        seeds: Mapping[str, int] | None = None,
        counts: Mapping[str, int] | None = None,
        facts: Mapping[str, Any] | None = None,
        durations: Mapping[str, float] | None = None,
    ) -> Artifact:
        """Write the manifest and rename the folder to its final name."""
        manifest = Manifest(
            kind=self.kind,
            **provenance(),
            config=self._config,
            inputs=self._inputs,
            seeds=dict(seeds or {}),
            counts=dict(counts or {}),
            facts=dict(facts or {}),
            durations={k: round(v, 3) for k, v in (durations or {}).items()},
            files=folder_digests(self.path),
        )
        raw = json.loads(json.dumps(manifest.model_dump(mode="json")))
        raw["seal"] = _seal(raw)
        write_text(self.path / MANIFEST, json.dumps(raw, indent=1, sort_keys=True))
        (self.path / _DRAFT).unlink()
        self.path.rename(self.out)
        return Artifact(self.out, manifest)

    def _begin(self) -> None:
        """Make the folder, or take up the one that a killed run left."""
        identity = {"kind": self.kind, "config": self._config, "inputs": self._inputs}
        identity = json.loads(canonical_json(identity))
        note = self.path / _DRAFT
        if note.is_file():
            begun = _begun(note)
            if begun != identity:
                raise changed(self.kind, self.path, begun, identity)
            return
        if (self.path / MANIFEST).is_file():  # killed between its manifest and its renaming
            write_text(note, canonical_json(identity))
            (self.path / MANIFEST).unlink()
            return
        try:
            self.path.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ConfigError(
                f"The folder {self.path}",
                error.strerror or str(error),
                "Give a folder that can be written",
            ) from error
        write_text(note, canonical_json(identity))


def _begun(note: Path) -> Any:
    try:
        return json.loads(note.read_text())
    except ValueError as error:
        raise DataError(
            f"The draft {note.parent}",
            f"its {note.name} cannot be read",
            "Delete the folder and run the same command again",
        ) from error


def changed(kind: str, path: Path, old: Mapping[str, Any], new: Mapping[str, Any]) -> ConfigError:
    """The error for a folder made with other settings: names the first difference and the way
    out.
    """
    return ConfigError(
        f"The {kind} at {path} was made with other settings",
        first_difference(old, new),
        f"Use a new folder (--out), put the setting back, or make it again with --redo {kind}",
    )


def first_difference(old: Any, new: Any, where: str = "") -> str:
    """`config.seed was 0, now 1`: the first place where two JSON values differ."""
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        for key in sorted({*old, *new}):
            if old.get(key) != new.get(key):
                return first_difference(
                    old.get(key), new.get(key), f"{where}.{key}" if where else str(key)
                )
    return f"{where} was {_short(old)}, now {_short(new)}"


def write_text(path: Path, text: str) -> None:
    """Write a file whole or not at all. Raises StageError when the disk is full."""
    part = path.with_name(path.name + ".part")
    try:
        part.write_text(text, encoding="utf-8")
        part.replace(path)
    except OSError as error:
        raise disk_error(path, error) from error


def disk_error(path: Path, error: OSError) -> StageError:
    """The error for a file that could not be written."""
    if error.errno in _DENIED:
        way_out = "Make it writable and run the same command again, it continues"
        return StageError(f"Writing {path}", error.strerror or str(error), way_out)
    free = shutil.disk_usage(next(p for p in [path, *path.parents] if p.exists())).free
    way_out = (
        f"{free / 2**20:.0f} MiB are free there; "
        "make room and run the same command again, it continues"
    )
    return StageError(f"Writing {path}", error.strerror or str(error), way_out)


def _short(value: Any) -> str:
    text = canonical_json(value)
    return text if len(text) <= 60 else text[:57] + "…"


def provenance() -> dict[str, Any]:
    """When, by which version and from which commit something was made."""
    commit, dirty = _git()
    return {
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "blindspot_version": package_version(),
        "git_commit": commit,
        "git_dirty": dirty,
    }


@cache
def package_version() -> str:
    """Version of the installed blindspot."""
    try:
        return version("blindspot-lmm")
    except PackageNotFoundError:
        return "0+source"


@cache
def _git() -> tuple[str | None, bool | None]:
    """Commit and dirtiness of the checkout that this code runs from."""
    here = Path(__file__).resolve().parent
    try:
        run = {"cwd": here, "capture_output": True, "text": True, "check": True, "timeout": 10}
        commit = subprocess.run(["git", "rev-parse", "HEAD"], **run).stdout.strip()
        status = subprocess.run(["git", "status", "--porcelain"], **run).stdout.strip()
    except (OSError, subprocess.SubprocessError):
        return None, None
    return commit, bool(status)


def remove(path: Path) -> None:
    """Delete an artifact and its draft, the draft's name first changed so that a kill leaves
    nothing half.
    """
    for folder in (path, path.with_name(path.name + ".tmp")):
        if folder.exists():
            doomed = folder.with_name(f".{folder.name}.deleted-{os.getpid()}")
            folder.rename(doomed)
            shutil.rmtree(doomed)
