"""What the monitors said, read again: the way out of a broken file is one that works."""

from pathlib import Path

import pytest

from blindspot.core.errors import DataError
from blindspot.core.monitors import read


@pytest.mark.parametrize("said", [None, "", '{"round": 1}'])
def test_who_writes_it_anew_is_named(tmp_path: Path, said: str | None) -> None:
    file = tmp_path / "monitors.json"
    if said is not None:
        file.write_text(said)
    with pytest.raises(DataError, match="`blindspot run`, which writes it anew, or delete"):
        read(file)
