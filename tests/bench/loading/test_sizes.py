"""Every file of a run folder counts once, under its kind."""

from pathlib import Path

from bench.loading.sizes import weights


def test_kinds(tmp_path: Path):
    files = {
        "ledger.sqlite": 100,
        "ledger.sqlite-wal": 20,
        "images/ab/c.png": 7,
        "pictures.sqlite": 11,
        "round-0/evaluation/samples.parquet": 5,
        "round-0/evaluation/metrics.json": 3,
    }
    for name, size in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(b"x" * size)
    (tmp_path / "again").symlink_to(tmp_path / "ledger.sqlite")
    found = {"ledger": 120, "parquet": 5, "images": 7, "pictures.sqlite": 11, "rest": 3}
    assert weights(tmp_path) == found
