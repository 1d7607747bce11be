"""What the other measures say of what they saw."""

from bench.processes import End
from bench.reporting import findings, hostile, speed, weight
from bench.reporting.findings import Finding
from bench.reporting.hostile import ALL, ATTACKS, RUNNING, unprotected

SIZE = {"long_side": 320, "quality": 70}


def test_a_page_must_weigh_no_more_than_the_target():
    pictures = {"shown": 300, "left_out": 7, "most": 300, **SIZE}
    heavy, light, asked = weight.rows({"round": 15.1, "index": 4.9}, 0, pictures)
    assert [heavy.met, light.met, asked.met] == [False, True, True]
    assert "300 thumbnails of 320 px, WebP quality 70, 7 left out" in heavy.measure
    assert weight.rows({}, 1, pictures)[-1].met is False


def test_a_light_page_of_few_pictures_decides_nothing():
    few = {"shown": 181, "left_out": 0, "most": 300, **SIZE}
    assert weight.rows({"round": 12.8}, 0, few)[0].met is None
    assert weight.rows({"round": 15.1}, 0, few)[0].met is False
    assert weight.rows({"round": 12.8}, 0, few | {"shown": 300})[0].met is True


def test_the_slowest_paint_decides():
    assert speed.paint_row([0.2, 0.4, 0.3]).value == 0.3
    assert speed.paint_row([0.2, 0.4, 0.3]).met is True
    assert speed.paint_row([0.2, 0.4, 2.1]).met is None
    assert speed.paint_row([2.0, 2.4, 2.1]).met is False


def test_time_and_memory_are_judged_apart():
    seconds, gigabytes = speed.cost_rows([End(50, 40, 10**9), End(70, 50, 10**9)], "x")
    assert (seconds.value, seconds.interval, seconds.met) == (60, (50, 70), None)
    assert (gigabytes.value, gigabytes.met) == (1, True)


def test_elements_are_counted_by_how_bad_they_are():
    found = [
        Finding("color-contrast", "serious", ("p", "a")),
        Finding("label", "critical", ("input",)),
        Finding("region", "moderate", ("div",)),
    ]
    bad, mild = findings.rows(found, "here")
    assert (bad.value, bad.met, mild.value, mild.met) == (3, False, 1, None)
    assert "color-contrast, label" in bad.measure
    assert findings.rows([], "here")[0].met is True


def test_anything_that_runs_or_stands_there_is_a_miss():
    assert [r.met for r in hostile.rows(0, 0, 9, RUNNING)] == [True, True]
    assert [r.met for r in hostile.rows(1, 2, 9, RUNNING)] == [False, False]


def test_strings_that_never_run_prove_nothing():
    assert [r.met for r in hostile.rows(0, 0, 9, RUNNING - 1)] == [None, True]
    assert hostile.rows(1, 0, 9, RUNNING - 1)[0].met is False


def test_the_page_without_protection_holds_the_strings_as_they_are(tmp_path):
    text = unprotected(tmp_path / "new" / "page.html").read_text(encoding="utf-8")
    assert ALL in text
    assert all(f"'{n}'" in a or f"`{n}`" in a for n, a in list(ATTACKS.items())[:RUNNING])
