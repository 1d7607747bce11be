"""The README quotes what the bench wrote, and nothing of its own."""

from pathlib import Path

ROOT = Path(__file__).parents[1]


def test_the_readme_quotes_the_benchs_file() -> None:
    readme = (ROOT / "README.md").read_text()
    quoted = readme.partition("<!-- T1 -->\n")[2].partition("<!-- /T1 -->")[0]
    assert quoted.strip() == (ROOT / "bench" / "results" / "T1.md").read_text().strip()
