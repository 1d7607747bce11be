"""Each edit on a picture of four colours: pixels, boxes and effects worked out by hand."""

from typing import Any

import numpy as np
import pytest
from PIL import Image

RED, GREEN, WHITE = (255, 0, 0), (0, 255, 0), (255, 255, 255)
IN_RED = (10.0, 5.0, 40.0, 20.0)


def test_crop_keeps_what_it_holds_and_destroys_what_it_cuts(picture: Any, make: Any) -> None:
    told = {"box": [0, 0, 0.5, 0.5]}
    made = make("crop", picture, [IN_RED], **told)
    assert (made.image.size, made.effect) == ((50, 25), "keeps")
    assert set(made.image.get_flattened_data()) == {RED}
    assert make("crop", picture, [IN_RED, (40, 5, 60, 20)], **told).effect == "destroys"
    assert make("crop", picture, [(60, 30, 70, 40)], **told).effect == "destroys"
    assert make("crop", picture, **told).effect == "may change"


def test_crop_moves_boxes_and_clips_them(picture: Any, make: Any) -> None:
    made = make("crop", picture, box=[0.2, 0.1, 0.7, 0.9])
    assert made.image.size == (50, 40)
    assert made.box((20, 5, 30, 10)) == (0, 0, 10, 5)
    assert made.box((0, 0, 100, 50)) == (0, 0, 50, 40)
    assert made.box((0, 0, 20, 50)) is None


def test_crop_takes_every_pixel_that_its_region_touches(picture: Any, make: Any) -> None:
    assert make("crop", picture, box=[0.101, 0, 0.509, 1]).image.size == (41, 50)


def test_mask_destroys_what_it_touches_and_keeps_the_rest(picture: Any, make: Any) -> None:
    told = {"box": [0.1, 0.1, 0.4, 0.4]}
    made = make("mask", picture, [(60, 30, 70, 40)], **told)
    assert (made.effect, made.image.size) == ("keeps", (100, 50))
    assert made.image.getpixel((10, 5)) == (128, 128, 128)
    assert made.image.getpixel((39, 19)) == (128, 128, 128)
    assert made.image.getpixel((40, 20)) == RED
    assert made.image.getpixel((9, 5)) == RED
    assert make("mask", picture, [(39, 19, 60, 30)], **told).effect == "destroys"
    assert make("mask", picture, [(40, 19, 60, 30)], **told).effect == "keeps"
    assert make("mask", picture, **told).effect == "may change"


def test_rotate_by_a_quarter_turn(picture: Any, make: Any) -> None:
    made = make("rotate", picture, [IN_RED], degrees=90)
    assert (made.image.size, made.effect) == ((50, 100), "may change")
    assert made.image.getpixel((2, 97)) == RED
    assert made.image.getpixel((47, 2)) == GREEN
    assert made.box(IN_RED) == (5, 60, 20, 90)


def test_rotate_by_half_a_turn_and_none(picture: Any, make: Any) -> None:
    assert make("rotate", picture, degrees=180).box(IN_RED) == (60, 30, 90, 45)
    still = make("rotate", picture, degrees=0)
    assert still.box(IN_RED) == IN_RED
    assert still.image.tobytes() == picture.tobytes()


def test_rotate_by_an_odd_angle_loses_nothing_and_fills_with_white(make: Any) -> None:
    made = make("rotate", Image.new("RGB", (100, 50), "black"), degrees=30)
    width, height = made.image.size
    assert (width, height) == pytest.approx((111.6, 93.3), abs=2)
    assert made.image.getpixel((0, 0)) == WHITE
    assert made.box((0, 0, 100, 50)) == pytest.approx((0, 0, width, height), abs=2)


def test_flip_mirrors(picture: Any, make: Any) -> None:
    across = make("flip", picture, [IN_RED], axis="left_right")
    assert across.effect == "may change"
    assert across.image.getpixel((99, 0)) == RED
    assert across.box(IN_RED) == (60, 5, 90, 20)
    down = make("flip", picture, axis="top_bottom")
    assert down.image.getpixel((0, 49)) == RED
    assert down.box(IN_RED) == (10, 30, 40, 45)


def test_collage_in_a_row(picture: Any, make: Any) -> None:
    """The other picture of 20 × 25 becomes 40 × 50; between them lie 2 pixels."""
    other = Image.new("RGB", (20, 25), "blue")
    made = make("collage", picture, [IN_RED], others=[other], arrangement="row", place=1)
    assert (made.image.size, made.effect) == ((142, 50), "may change")
    assert made.box(IN_RED) == (52, 5, 82, 20)
    assert made.image.getpixel((0, 0)) == (0, 0, 255)
    assert made.image.getpixel((41, 0)) == WHITE
    assert made.image.getpixel((42, 0)) == RED


def test_collage_in_a_column(picture: Any, make: Any) -> None:
    other = Image.new("RGB", (50, 30), "blue")
    made = make("collage", picture, others=[other], arrangement="column", place=0)
    assert made.image.size == (100, 112)
    assert made.box(IN_RED) == IN_RED
    assert made.image.getpixel((50, 111)) == (0, 0, 255)


def test_collage_draws_the_place_by_lot(picture: Any, make: Any) -> None:
    others = [Image.new("RGB", (100, 50), "blue")] * 3
    told = {"others": others, "arrangement": "row"}
    found = {make("collage", picture, seed=f"s{i}", **told).box(IN_RED) for i in range(40)}
    assert found == {(10 + 102 * place, 5, 40 + 102 * place, 20) for place in range(4)}


def test_collage_needs_others_that_fit(picture: Any, make: Any) -> None:
    with pytest.raises(ValueError, match="of 0 other pictures"):
        make("collage", picture, arrangement="row", place=0)
    thread = Image.new("RGB", (1, 100))
    with pytest.raises(ValueError, match="1×50 pixels"):
        make("collage", picture, others=[thread], arrangement="row")


def test_annotate_draws_on_the_region_alone(picture: Any, make: Any) -> None:
    told = {"mark": "box", "box": [0.1, 0.2, 0.5, 0.8], "color": "black"}
    made = make("annotate", picture, [IN_RED], **told)
    assert made.effect == "may change"
    changed = np.argwhere((np.asarray(made.image) != np.asarray(picture)).any(axis=2))
    assert (changed.min(axis=0).tolist(), changed.max(axis=0).tolist()) == ([10, 10], [39, 49])
    assert made.image.getpixel((10, 10)) == (25, 25, 25)
    assert made.image.getpixel((13, 13)) == RED


def test_annotate_points_at_the_middle(picture: Any, make: Any) -> None:
    made = make("annotate", picture, mark="arrow", box=[0.6, 0.1, 1, 0.3], color="blue")
    assert made.image.getpixel((79, 10)) == (50, 80, 220)
    assert made.image.getpixel((71, 10)) == (50, 80, 220)
    assert made.image.getpixel((83, 10)) == WHITE


def test_annotate_sets_the_letter_that_is_wanted(picture: Any, make: Any) -> None:
    def pixels(letter: str) -> bytes:
        told = {"mark": "letter", "box": [0.5, 0, 1, 0.5], "letter": letter}
        return make("annotate", picture, **told).image.tobytes()

    assert len({pixels("A"), pixels("B"), picture.tobytes()}) == 3


def test_recolour_turns_red_into_green_into_blue(picture: Any, make: Any) -> None:
    made = make("recolour", picture, [IN_RED], degrees=120)
    assert made.effect == "may change"
    assert made.image.getpixel((0, 0)) == pytest.approx(GREEN, abs=6)
    assert made.image.getpixel((99, 49)) == pytest.approx((0, 0, 255), abs=6)
    assert made.image.getpixel((99, 0)) == WHITE


def test_grayscale_leaves_brightness(picture: Any, make: Any) -> None:
    made = make("grayscale", picture)
    assert made.effect == "may change"
    assert made.image.getpixel((0, 0)) == (76, 76, 76)
    assert made.image.getpixel((99, 49)) == (150, 150, 150)


def test_blur_of_a_region_leaves_the_rest(picture: Any, make: Any) -> None:
    told = {"radius": 0.1, "box": [0.4, 0.4, 0.6, 0.6]}
    made = make("blur", picture, [(0, 0, 40, 20)], **told)
    assert made.effect == "keeps"
    assert made.image.getpixel((39, 25)) == picture.getpixel((39, 25))
    assert made.image.getpixel((50, 25)) != picture.getpixel((50, 25))
    assert make("blur", picture, [(39, 19, 41, 21)], **told).effect == "may change"
    assert make("blur", picture, **told).effect == "may change"


def test_blur_of_everything(picture: Any, make: Any) -> None:
    assert make("blur", picture, [IN_RED], radius=0.02).effect == "may change"


def test_noise_has_the_strength_that_is_wanted(make: Any) -> None:
    grey = Image.new("RGB", (200, 200), (128, 128, 128))
    made = make("noise", grey, [IN_RED], strength=0.1)
    values = np.asarray(made.image, dtype=float)
    assert made.effect == "may change"
    assert values.std() == pytest.approx(25.5, rel=0.02)
    assert values.mean() == pytest.approx(128, abs=0.5)
    assert make("noise", grey, seed="other", strength=0.1).image.tobytes() != made.image.tobytes()


def test_overlay_text_destroys_what_the_band_covers(picture: Any, make: Any) -> None:
    told = {"text": "SALE", "place": "bottom"}
    assert make("overlay_text", picture, [(60, 33, 70, 40)], **told).effect == "destroys"
    made = make("overlay_text", picture, [(60, 20, 70, 34)], **told)
    assert made.effect == "may change"
    assert made.image.crop((0, 0, 100, 34)).tobytes() == picture.crop((0, 0, 100, 34)).tobytes()
    band = made.image.crop((0, 34, 100, 50)).convert("L")
    assert band.getextrema() == (pytest.approx(0, abs=60), 255)
    assert make("overlay_text", picture, **told).effect == "may change"


@pytest.mark.parametrize(("place", "top"), [("top", 0), ("middle", 17), ("bottom", 34)])
def test_overlay_text_lies_where_it_is_wanted(
    place: str, top: int, picture: Any, make: Any
) -> None:
    made = make("overlay_text", picture, text="x", place=place)
    assert made.image.getpixel((0, top)) == made.image.getpixel((99, top + 15)) == WHITE


def test_overlay_text_that_could_not_be_read_is_refused(picture: Any, make: Any) -> None:
    with pytest.raises(ValueError, match="60 characters do not fit into 100 pixels"):
        make("overlay_text", picture, text="m" * 60, place="top")


def test_downscale_scales_boxes(picture: Any, make: Any) -> None:
    made = make("downscale", picture, [IN_RED], factor=0.4)
    assert (made.image.size, made.effect) == ((40, 20), "may change")
    assert made.box(IN_RED) == pytest.approx((4, 2, 16, 8))
    with pytest.raises(ValueError, match="30×15 pixels"):
        make("downscale", picture, factor=0.3)


def test_brightness_and_contrast_by_hand(make: Any) -> None:
    half = Image.new("RGB", (40, 20), (100, 100, 100))
    half.paste((200, 200, 200), (20, 0, 40, 20))
    darker, flatter = make("brightness", half, factor=0.5), make("contrast", half, factor=0.5)
    assert (darker.effect, flatter.effect) == ("may change", "may change")
    assert [darker.image.getpixel((x, 0))[0] for x in (0, 39)] == [50, 100]
    assert [flatter.image.getpixel((x, 0))[0] for x in (0, 39)] == [125, 175]


def test_pad_keeps_the_answer_and_moves_boxes(picture: Any, make: Any) -> None:
    made = make("pad", picture, [IN_RED], margin=0.1, color="black")
    assert (made.image.size, made.effect) == ((120, 70), "keeps")
    assert made.box(IN_RED) == (20, 15, 50, 30)
    assert made.image.getpixel((9, 9)) == (25, 25, 25)
    assert made.image.getpixel((10, 10)) == RED


def test_no_edit_makes_a_picture_larger_than_any_may_be(make: Any) -> None:
    with pytest.raises(ValueError, match="would leave a picture of 9000×9000"):
        make("pad", Image.new("RGB", (3000, 3000)), margin=1)
