"""Numbers as a person reads them in a terminal."""

import io

from rich.console import Console
from rich.table import Table

from blindspot import tables
from blindspot.comparison import Comparison, Difference, Flip
from blindspot.pairing import Side

ROW = Difference(
    name="chartqa",
    n=2500,
    clusters=1500,
    a=0.6123,
    b=0.64,
    difference=0.0277,
    interval=(0.004, 0.0525),
    lost=31,
    won=52,
    p=0.0274,
    p_adjusted=0.0548,
)
UNTESTED = Difference(
    name="mathverse",
    n=10,
    clusters=1,
    a=0.5,
    b=0.25,
    difference=-0.25,
    interval=(-1, 1),
    lost=3,
    won=0,
    no_p="scores lie between 0 and 1",
    only_a=1,
    only_b=2,
    other_half=3,
    unanswered=4,
    unanswered_a={"timeout": 4},
    unanswered_b={"image": 1, "server": 2},
)
MISSING = Difference(
    name="pope",
    n=0,
    clusters=0,
    a=None,
    b=None,
    difference=None,
    interval=(-1, 1),
    lost=0,
    won=0,
    no_p="no sample was answered in both",
    only_a=9000,
)


def flip(name: str, target: str = "4", a: str | None = "4", b: str | None = "5") -> Flip:
    return Flip(benchmark="chartqa", sample_id=name, target=target, a=(a,), b=(b,))


def comparison(*rows: Difference, **more) -> Comparison:
    sides = {n: Side(path=n, round=None, model=n) for n in "ab"}
    fields = {"half": "both", "overall": rows[0], "benchmarks": rows, "lost": (), "won": ()}
    return Comparison.model_validate({**sides, **fields, "notes": (), **more})


def shown(table: Table, width: int = 140) -> list[str]:
    """The lines that a terminal of this width shows, their cells joined by single spaces."""
    out = io.StringIO()
    Console(file=out, width=width).print(table)
    assert max(map(len, out.getvalue().splitlines())) <= width
    return [" ".join(line.replace("│", " ").split()) for line in out.getvalue().splitlines()]


def test_a_row() -> None:
    lines = shown(tables.differences(comparison(ROW)))
    assert "chartqa 2500 61.2 64.0 +2.8 [+0.4, +5.2] 31 52 0.027 0.055 0" in lines
    assert not any("mean over benchmarks" in line for line in lines)


def test_rows_without_a_test_or_a_rate() -> None:
    lines = shown(tables.differences(comparison(UNTESTED, MISSING)))
    assert "mathverse 10 50.0 25.0 -25.0 [-100.0, +100.0] 3 0 – – 10" in lines
    assert "pope 0 – – – 0 0 – – 9000" in lines
    assert any(line.startswith("mean over benchmarks 10") for line in lines)


def test_the_half_stands_in_the_title() -> None:
    assert "both halves" in shown(tables.differences(comparison(ROW)))[0]
    assert "the held-out half" in shown(tables.differences(comparison(ROW, half="held_out")))[0]


def test_remarks_say_what_is_left_out() -> None:
    assert list(tables.remarks(comparison(UNTESTED, notes=("Mind this.",)))) == [
        "Left out, without a score in A: timeout 4.",
        "Left out, without a score in B: image 1, server 2.",
        "Left out, not in both: 1 only in A, 2 only in B.",
        "Left out, in this half of one side only: 3.",
        "No p for mathverse: scores lie between 0 and 1.",
        "Mind this.",
    ]
    assert list(tables.remarks(comparison(ROW))) == [
        "p: exact McNemar; adjusted by Benjamini–Hochberg over benchmarks."
    ]


def test_flips_both_ways() -> None:
    lost, won = flip("s1"), flip("s2", a=None, b="4")
    lines = shown(tables.flips(comparison(ROW, lost=(lost,), won=(won,)), 10))
    assert "lost chartqa s1 4 4 5" in lines
    assert "won chartqa s2 4 unreadable 4" in lines


def test_some_flips_by_a_hash_and_not_the_first() -> None:
    found = comparison(ROW, lost=tuple(flip(f"s{i:02d}") for i in range(40)))
    lines = shown(tables.flips(found, 3))
    drawn = [line.split()[2] for line in lines if line.startswith("lost")]
    assert "3 of 40" in lines[0]
    assert len(drawn) == 3
    assert drawn == sorted(drawn)
    assert drawn != ["s00", "s01", "s02"]
    assert shown(tables.flips(found, 3)) == lines


def test_answers_that_a_terminal_would_obey_are_shown() -> None:
    hostile = flip("s1", a="\x1b[31mred\n[bold]x[/bold]", b="long " * 100)
    line = next(s for s in shown(tables.flips(comparison(ROW, lost=(hostile,)), 1)) if "s1" in s)
    assert "\x1b" not in line
    assert "[31mred [bold]x[/bold]" in line
    assert line.endswith("…")


def test_repeats_show_each_answer_once() -> None:
    several = flip("s1").model_copy(update={"b": ("5", None, "5", "6")})
    lines = shown(tables.flips(comparison(ROW, lost=(several,)), 1))
    assert "lost chartqa s1 4 4 5, unreadable, 6" in lines
