"""Means for labellers, and taxonomies of a test's own."""

from collections.abc import Callable
from pathlib import Path

import pytest

from blindspot.core import taxonomy
from blindspot.core.run_folder import RunFolder
from blindspot.core.taxonomy import Taxonomy
from diagnostics.labelling.labeller import Means

MINE = """
name = "mine"

[image_types]
plot = { definition = "plots of data" }
other = { definition = "anything else", patterns = ['\\bphotograph\\b'] }

[capabilities]
adding = { definition = "sums", patterns = ['\\bsum\\b'] }
reading = { definition = "values", patterns = ['\\bvalue\\b'] }

[[maps]]
benchmark = "tiny"
attribute = "skills"
[maps.capabilities]
"Sums" = "adding"
"Look-up" = { reading = 2, adding = 1 }

[[maps]]
benchmark = "tiny"
attribute = "kind"
[maps.image_types]
"chart" = "plot"
"chart on a photograph" = { plot = 1, other = 1 }
"""


@pytest.fixture
def mine(tmp_path: Path) -> Taxonomy:
    """A user's taxonomy."""
    file = tmp_path / "mine.toml"
    file.write_text(MINE)
    return taxonomy.load(file)


@pytest.fixture
def folder(tmp_path: Path) -> RunFolder:
    """An empty run."""
    return RunFolder(tmp_path / "run")


MakeMeans = Callable[..., Means]


@pytest.fixture
def means(folder: RunFolder) -> MakeMeans:
    """Means with the taxonomy that comes with blindspot, or with another."""

    def make_means(terms: Taxonomy | None = None, settings=None) -> Means:
        return Means(terms or taxonomy.load(None), folder, settings)

    return make_means
