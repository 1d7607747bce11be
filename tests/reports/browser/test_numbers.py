"""The numbers that a reader sees are those of `page.json`, and those are the artifacts'."""

import json

import pytest

from bench.reporting.numbers import plotted, read, read_samples
from blindspot.core.diagnosis import DiagnosisArtifact
from blindspot.core.evaluation import Evaluation
from blindspot.core.run_folder import RunFolder
from reports import formatting as f


def numbers(file) -> dict:
    name = "page.json" if file.stem == "report" else f"{file.stem}.json"
    return {
        p["name"]: p["numbers"] for p in json.loads(file.with_name(name).read_text())["sections"]
    }


def rows(page, section: str) -> dict[str, str]:
    """By name the text of each row of a section's first table."""
    found = page.locator(f"#{section} table").first.locator("tbody tr")
    return dict(
        found.evaluate_all("rows => rows.map(r => [r.querySelector('th').textContent.trim(),"
                           " r.textContent])")
    )  # fmt: skip


@pytest.mark.parametrize("name", ["round-0", "round-1"])
@pytest.mark.parametrize("section", ["benchmarks", "categories"])
def test_rates_in_the_browser_are_the_artifacts(open_page, pages, name, section):
    metrics = Evaluation(
        RunFolder(pages[name].parents[1]).round(int(name[-1])).evaluation
    ).metrics()
    kept = {"benchmarks": (*metrics.overall, *metrics.benchmarks), "categories": metrics.categories}
    shown = rows(open_page(pages[name]).page, section)
    told = {row["name"]: row for row in numbers(pages[name])[section]["rows"]}
    assert kept[section]
    for rate in (r for r in kept[section] if r.half == "held_out"):
        assert told[rate.name]["held_out"] == json.loads(rate.model_dump_json())
        assert f.rate(rate.rate, rate.interval) in shown[rate.name]


def test_weaknesses_in_the_browser_are_the_diagnosis(open_page, pages):
    file = pages["round-0"]
    kept = DiagnosisArtifact(RunFolder(file.parents[1]).round(0).diagnosis).diagnosis()
    told = numbers(file)["weaknesses"]["items"]
    shown = list(rows(open_page(file).page, "weaknesses").values())
    assert [item["weakness"] for item in told] == [
        json.loads(w.model_dump_json()) for w in kept.weaknesses
    ]
    for weakness, row in zip(kept.weaknesses, shown, strict=True):
        for text in (
            f.count(weakness.n),
            f.percent(weakness.raw_rate),
            f.rate(weakness.rate, weakness.interval),
            f.percent(weakness.gap),
            f.percent(weakness.coverage),
            f.p_value(weakness.p_adjusted),
        ):
            assert text in row


def test_no_table_shows_a_number_that_page_json_lacks(open_page, pages):
    for name in ("round-1", "index", "compare"):
        page, parts = open_page(pages[name]).page, numbers(pages[name])
        compared = read(page, parts)
        assert compared.lost == ()
        assert compared.count > 50
        assert plotted(page, parts).lost == ()
        samples = read_samples(page, parts)
        assert samples.lost == ()
        assert (samples.count > 0) == (name == "round-1")


def test_another_number_in_a_table_is_noticed(open_page, pages):
    page = open_page(pages["round-0"]).page
    page.evaluate("document.querySelector('#benchmarks td.num').textContent = '12.9'")
    page.evaluate("document.querySelector('#verdict p').textContent = 'Right in 3.14 %.'")
    lost = read(page, numbers(pages["round-0"])).lost
    assert lost == ("verdict: 3.14", "benchmarks: 12.9")
