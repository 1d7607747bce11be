"""Files that data names, and never those outside of its folder."""

import os

import pytest

from blindspot.core.named_files import inside, read


def test_a_file_below_the_folder(tmp_path):
    (tmp_path / "cats").mkdir()
    (tmp_path / "cats" / "7.jpg").write_bytes(b"jpeg")
    assert read(tmp_path, "cats/7.jpg") == b"jpeg"
    with pytest.raises(OSError, match=r"'cats/8\.jpg' is no file"):
        read(tmp_path, "cats/8.jpg")


def test_a_larger_file_is_refused(tmp_path):
    (tmp_path / "large.png").write_bytes(b"123456")
    assert read(tmp_path, "large.png", most=6) == b"123456"
    with pytest.raises(OSError, match="has more than 5 bytes"):
        read(tmp_path, "large.png", most=5)


@pytest.mark.parametrize(
    "path",
    [
        *(
            "../secret.png",
            "cats/../../secret.png",
            "/etc/hostname",
            "link.png",
            "linked/secret.png",
        ),
        *("round.png", "a\0b", ".", ".."),
    ],
)
def test_nothing_outside_is_read(tmp_path, path):
    (tmp_path / "secret.png").write_bytes(b"secret")
    folder = tmp_path / "data"
    (folder / "cats").mkdir(parents=True)
    (folder / "link.png").symlink_to(tmp_path / "secret.png")
    (folder / "linked").symlink_to(tmp_path)
    (folder / "round.png").symlink_to(folder / "round.png")
    assert inside(folder, path) is None
    with pytest.raises(OSError, match="leads out of its folder"):
        read(folder, path)


def test_a_pipe_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe.png")
    with pytest.raises(OSError, match="is no file"):
        read(tmp_path, "pipe.png")


def test_a_link_that_stays_inside_is_followed(tmp_path):
    (tmp_path / "a.png").write_bytes(b"a")
    (tmp_path / "b.png").symlink_to(tmp_path / "a.png")
    assert read(tmp_path, "b.png") == b"a"
