"""The command that makes the README's picture, in a process of its own as a person runs it."""

import subprocess
import sys

import pytest
from PIL import Image


@pytest.mark.usefixtures("chromium")
def test_a_picture_is_as_wide_as_asked(pages, tmp_path):
    out = tmp_path / "new" / "page.png"
    run = pages["round-0"].parents[1]
    before = sorted(run.rglob("*"))
    line = [sys.executable, "-m", "bench.screenshot", str(run), str(out), "--width", "390"]
    subprocess.run(line, check=True, timeout=120)
    with Image.open(out) as image:
        assert image.width == 390
        assert len(image.convert("RGB").getcolors(1 << 24) or ()) > 10
    assert sorted(run.rglob("*")) == before
