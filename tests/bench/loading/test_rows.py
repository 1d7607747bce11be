"""What is met and missed by planted figures, and that plot and table show them."""

from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

from bench.loading import afterwards, asking, continuing, making, resuming, weighing
from bench.loading.evaluated import Evaluated
from bench.loading.generated import Generated
from bench.loading.plot import draw, lines
from bench.loading.series import series, table
from bench.rows import Row

Making = Callable[..., Evaluated]
Slots = Callable[..., Generated]


def met(rows: list[Row], part: str) -> list[bool | None]:
    return [row.met for row in rows if part in row.measure]


def test_memory_that_grows_misses(evaluated: Making):
    found = [evaluated(n) for n in (1_000, 10_000, 100_000)]
    assert met(asking.memory_rows(found), "") == [True, True]
    found[-1] = evaluated(100_000, memory=2.1e9)
    adding = asking.memory_rows(found)
    assert met(adding, "") == [False, False]
    assert adding[1].value == (2.1e9 - 3.05e8) / 90 / 1e6


def test_a_quadratic_step_misses(evaluated: Making):
    found = [evaluated(n, cpu=n * n / 1e6) for n in (1_000, 10_000)]
    per_sample, exponent = asking.cpu_rows(found)
    assert per_sample.value == 10.0
    assert exponent.met is False


def test_a_slow_resume_a_lost_answer_and_a_request_too_many_miss(evaluated: Making):
    good = evaluated(1_000)
    assert all(row.met for row in continuing.rows(good))
    taken = {"wall": 21.0, "cpu": 1.0, "memory": 1, "calls": 1}
    bad = evaluated(1_000, finished=taken)
    assert bad.killed
    bad.killed.update(first=20.5, lost=1)
    assert [row.met for row in continuing.rows(bad)] == [False] * 4


def test_a_resume_that_was_left_out_has_no_row(evaluated: Making):
    left_out = Evaluated(200, (1.0, 1.0), evaluated(200).whole, None, None)
    assert list(continuing.rows(left_out)) == []
    shown = series([left_out], [])["evaluation"]["200"]
    assert not [name for name in shown if "resume" in name or "diagnose" in name]


def test_weights_per_thousand():
    per_thousand, exponent = weighing.rows("L3", "ledger", "samples", {1_000: 5e6, 10_000: 6e7})
    assert per_thousand.value == 6
    assert "5 at 1,000" in per_thousand.measure
    assert exponent.met is False


def test_generation(generated: Slots):
    found = [generated(n) for n in (1_000, 5_000, 20_000)]
    assert all(row.met in (True, None) for row in making.cost_rows(found))
    assert all(row.met in (True, None) for row in making.disk_rows(found))
    assert met(making.rate_rows(found[0]), "share") == [True]
    assert met(resuming.rows(generated(1_000, first=20.5, again=65)), "first call") == [False]
    assert met(resuming.rows(generated(1_000, again=65)), "again") == [False]
    heavy = making.cost_rows([*found, generated(40_000, memory=3 * 10**9)])
    assert met(heavy, "GB") == met(heavy, "MB") == [False]


def test_afterwards(evaluated: Making):
    slow = {"wall": 61.0, "cpu": 9e3, "memory": 3e9}
    found = [evaluated(1_000), evaluated(10_000, report=slow)]
    assert met(list(afterwards.rows("diagnose", found)), "") == [True] * 3
    assert met(list(afterwards.rows("report", found)), "") == [False] * 3


def test_plot_and_table_show_every_figure(evaluated: Making, generated: Slots, tmp_path: Path):
    sizes = (1_000, 10_000)
    found = series([evaluated(n) for n in sizes], [generated(n) for n in sizes])
    draw(found, tmp_path / "one.svg")
    draw(found, tmp_path / "two.svg")
    assert (tmp_path / "one.svg").read_bytes() == (tmp_path / "two.svg").read_bytes()
    assert ElementTree.parse(tmp_path / "one.svg").getroot().tag.endswith("svg")
    assert lines(found["evaluation"], ", MB")["ledger"] == {1_000: 0.6, 10_000: 6.0}
    shown = table(found)
    assert "| evaluation, samples | 1,000 | 10,000 |" in shown
    assert "| ledger, MB | 4 | 40 |" in shown.split("generation, slots")[1]


def test_what_cannot_stand_on_a_log_axis_is_left_out():
    assert lines({"10": {"a, s": 0.0, "b, s": 2.0, "c, MB": 1.0}}, ", s") == {"b": {10: 2.0}}
