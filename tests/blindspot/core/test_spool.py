"""Records that lie on disk read as they were written, in any order, and a full disk is told."""

import errno
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blindspot.core import spool
from blindspot.core.errors import StageError
from blindspot.core.records import Completion, Failure, Outcome
from blindspot.core.spool import Spool

TEXT = st.text(st.characters(exclude_categories=["Cs"]))
OUTCOMES = st.one_of(
    st.builds(Completion, text=TEXT, reasoning=st.none() | TEXT),
    st.builds(Failure, kind=st.just("timeout"), message=TEXT, retryable=st.booleans()),
)


@given(st.lists(OUTCOMES), st.lists(OUTCOMES, min_size=1))
def test_it_reads_like_the_list_of_what_was_appended(
    first: list[Outcome], more: list[Outcome]
) -> None:
    kept: Spool[Outcome] = Spool(Outcome)
    for outcome in first:
        kept.append(outcome)
    assert list(kept) == first
    for outcome in more:
        kept.append(outcome)
    everything = [*first, *more]
    assert (len(kept), kept[-1], kept[0]) == (len(everything), more[-1], everything[0])
    assert kept[1::2] == everything[1::2]
    assert list(reversed(kept)) == everything[::-1]
    with pytest.raises(IndexError):
        kept[len(everything)]


def test_nothing_is_left_among_the_temporary_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    kept: Spool[Completion] = Spool(Completion)
    kept.append(Completion(text="a"))
    assert kept[0] == Completion(text="a")
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_is_told_with_the_way_out(monkeypatch: pytest.MonkeyPatch) -> None:
    class Full(io.BytesIO):
        def write(self, data: object) -> int:
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(spool, "_opened", Full)
    with pytest.raises(StageError, match=r"No space left on device.*make room"):
        Spool(Completion).append(Completion(text="a"))
