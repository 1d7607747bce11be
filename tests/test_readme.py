"""The README quotes what the benches wrote, and nothing of its own."""

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.mark.parametrize("name", ["T1", "harness"])
def test_the_readme_quotes_the_benchs_file(name: str) -> None:
    readme = (ROOT / "README.md").read_text()
    quoted = readme.partition(f"<!-- {name} -->\n")[2].partition(f"<!-- /{name} -->")[0]
    assert quoted.strip() == (ROOT / "bench" / "results" / f"{name}.md").read_text().strip()
