"""What belongs together never straddles the halves, whatever the order of rows."""

import io
from pathlib import Path

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from blindspot.core.images import ImageStore, encode
from blindspot.core.records import Sample
from harness.halves import components, half


def photo(seed: int) -> Image.Image:
    numbers = np.random.default_rng(seed)
    small = Image.fromarray(numbers.integers(0, 256, (12, 16, 3), dtype=np.uint8))
    return small.resize((160, 120), Image.Resampling.BICUBIC)


def jpeg(image: Image.Image) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=80)
    return buffer.getvalue()


def sample(name: str, group: str | None = None, *images: str) -> Sample:
    return Sample(
        id=name,
        benchmark="b",
        group=group,
        question="q",
        prompt="q",
        images=images,
        target="t",
        answer_kind="text",
    )


@given(
    st.lists(st.tuples(st.sampled_from("abcdef"), st.integers(0, 5)), min_size=1, max_size=20),
    st.randoms(),
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
def test_groups_and_pictures_stay_together(tmp_path: Path, rows, random) -> None:
    store = ImageStore(tmp_path / "images")
    names = [store.put(encode(Image.new("RGB", (4, 4), (i, 0, 0)))) for i in range(6)]
    samples = [sample(str(i), group, names[picture]) for i, (group, picture) in enumerate(rows)]
    found = dict(zip([s.id for s in samples], components(samples, store), strict=True))
    for one in samples:
        for other in samples:
            if one.group == other.group or one.images == other.images:
                assert found[one.id] == found[other.id]
    shuffled = random.sample(samples, len(samples))
    assert found == dict(zip([s.id for s in shuffled], components(shuffled, store), strict=True))


def test_the_same_pixels_in_another_file_are_the_same_picture(tmp_path: Path) -> None:
    store, picture = ImageStore(tmp_path / "images"), Image.new("RGB", (4, 4), "red")
    palette = store.put(encode(picture.quantize()))
    one, other = components(
        [sample("1", None, store.put(encode(picture))), sample("2", None, palette)], store
    )
    assert one == other


def test_halves_have_their_share() -> None:
    drawn = [half(str(i), 0.3) for i in range(4000)]
    assert 0.27 < drawn.count("diagnosis") / 4000 < 0.33


@given(st.lists(st.integers(0, 7), min_size=1, max_size=8, unique=True), st.randoms())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
def test_copies_stay_together_and_strangers_move_nobody(tmp_path: Path, some, random) -> None:
    """Pictures 0 to 3 are photographs, 4 to 7 the same ones as JPEG."""
    store = ImageStore(tmp_path / "images")
    shown = [*(encode(photo(i)) for i in range(4)), *(jpeg(photo(i)) for i in range(4))]
    samples = [sample(str(i), None, store.put(shown[i])) for i in some]
    found = dict(zip(some, components(samples, store), strict=True))
    assert all((found[i] == found[j]) == (i % 4 == j % 4) for i in some for j in some)
    strangers = [sample("0-stranger", None, store.put(encode(photo(99)))), sample("00-no-picture")]
    more = random.sample([*samples, *strangers], len(samples) + 2)
    again = dict(zip((s.id for s in more), components(more, store), strict=True))
    assert all(again[str(i)] == found[i] for i in some)


def test_samples_without_pictures_stand_alone(tmp_path: Path) -> None:
    store = ImageStore(tmp_path / "images")
    assert components([sample("1"), sample("2")], store) == ["b:1", "b:2"]
