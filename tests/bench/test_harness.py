import asyncio
import json
import os
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import openai
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openai.types.chat import ChatCompletion

from bench import harness, rows
from bench.bare_client import ask, ask_raw, messages
from bench.endpoint import Call, Fault, FaultKind, Script, answer, question, target
from bench.harness_arms import (
    ARMS,
    Arm,
    ArmError,
    Place,
    Run,
    Server,
    command,
    first_call,
    serving,
    span,
    watch,
)
from bench.harness_data import Data, Kind, icon, make, photo
from bench.harness_faults import (
    ACCURACY,
    FAILING,
    PASSING,
    Reported,
    kills,
    outcome,
    reported,
    script,
    theirs,
)
from bench.harness_figures import (
    Estimate,
    Finding,
    at_least,
    at_most,
    beyond,
    estimate,
    lost,
    sent_again,
    shares,
    worst,
)
from bench.harness_speed import imported, unjudged
from bench.harness_trials import FULL, SMOKE, Bench
from bench.lmms_arm import TASK
from bench.processes import cpu_of, reap, start


def call(sample: int, arrived: float = 0.0, answered: float | None = None) -> Call:
    return Call(sample=sample, arrived=arrived, size=1, digest="", answered=answered)


# arithmetic


def test_estimate_is_the_median_with_an_interval_of_it():
    assert estimate([0.5]) == Estimate(0.5, None)
    assert estimate([2.0, 2.0, 2.0]) == Estimate(2.0, (2.0, 2.0))
    found = estimate([1.0, 9.0, 2.0])
    assert found.value == 2.0
    assert found.interval == (1.0, 9.0)


@given(st.lists(st.floats(0, 1e6), min_size=2, max_size=12))
def test_an_interval_holds_its_median_and_stays_inside_what_was_seen(values: list[float]):
    found = estimate(values)
    assert found.interval is not None
    low, high = found.interval
    assert min(values) <= low <= found.value * (1 + 1e-12) + 1e-12
    assert found.value <= high * (1 + 1e-12) + 1e-12
    assert high <= max(values)


def test_shares_are_taken_within_a_repetition():
    found = shares({"bare": [100.0, 200.0, 400.0], "blindspot": [90.0, 200.0, 420.0], "x": [50.0]})
    assert found["blindspot"] == Estimate(1.0, (0.9, 1.05))
    assert found["x"] == Estimate(0.5)
    assert set(found) == {"blindspot", "x"}


def test_costs_beyond_the_bare_client_are_milliseconds_per_sample():
    found = beyond({"blindspot": [2.5, 2.25]}, [2.0, 2.0], samples=1000)
    assert found["blindspot"].value == pytest.approx(0.375)
    assert found["blindspot"].interval == pytest.approx((0.25, 0.5))


def test_worst_is_the_largest_with_the_span():
    assert worst([0, 3, 1]) == Estimate(3, (0, 3))
    assert worst([4]) == Estimate(4)


@pytest.mark.parametrize(
    ("interval", "reached", "below"),
    [
        ((0.91, 0.95), True, False),
        ((0.80, 0.89), False, True),
        ((0.87, 0.93), True, True),  # the favourable end reaches it, and it is narrow
        ((0.5, 1.5), None, None),
        ((0.95, 1.5), True, False),  # wide, but all of it on one side
        ((0.1, 0.85), False, True),
    ],
)
def test_met_needs_an_interval_that_decides(
    interval: tuple[float, float], reached: bool | None, below: bool | None
):
    found = {"blindspot": Estimate(0.9, interval)}
    assert at_least(found, 0.9, precision=0.1) is reached
    assert at_most(found, 0.9, precision=0.1) is below


def test_met_is_open_where_nothing_was_repeated_or_measured():
    assert at_least({"blindspot": Estimate(2.0)}, 0.9, precision=0.1) is None
    assert at_most({}, 0.9, precision=0.1) is None


def test_a_kill_loses_what_was_answered_and_asked_again_beyond_the_concurrency():
    before = [call(n, answered=1.0) for n in range(10)] + [call(10), call(11)]
    after = [call(n, answered=2.0) for n in range(7, 14)]
    assert sent_again(before, after) == 5  # 7, 8, 9 answered; 10, 11 under way
    assert lost(before, after, concurrency=2) == 1
    assert lost(before, after, concurrency=64) == 0
    assert outcome(before, after, missing=3, concurrency=2) == {
        "answered": 10,
        "lost": 4,
        "again": 5,
    }


def test_a_call_repeated_before_the_kill_counts_once():
    before = [call(1), call(1, answered=1.0), call(2)]
    assert sent_again(before, [call(1), call(1)]) == 1


def test_span_is_from_the_first_arrival_to_the_last_answer():
    calls = [call(1, 5.0, 6.0), call(2, 4.0, 9.5), call(3, 4.5)]
    assert span(calls) == 5.5
    assert span([call(1, 5.0)]) == 0.0


def test_row_of_a_finding_names_what_is_to_be_beaten():
    by_arm = {
        "bare": Estimate(1.0),
        "openai": Estimate(0.5),
        "blindspot": Estimate(0.95, (0.9, 1)),
    }
    row = Finding("H1", "share", "≥ 0.9", by_arm, True).row
    assert (row.value, row.interval, row.to_beat, row.met) == (0.95, (0.9, 1), "openai 0.5", True)
    assert unjudged([Finding("H1", "share", "", by_arm, True)])[0].met is None


def test_modules_are_read_from_what_python_prints_of_imports():
    text = (
        "import time: self [us] | cumulative | imported package\n"
        "import time:       312 |        312 |     encodings.aliases\n"
        "round 0: evaluation\n"
        "import time:       100 |        412 | encodings\n"
    )
    assert imported(text) == ["encodings.aliases", "encodings"]


def test_results_of_lmms_eval_are_read_from_its_last_line():
    text = 'Postprocessing: {"x": 1}\n100%\n\n{"results": {"alias": "a", "accuracy,none": 0.64}}\n'
    assert theirs(text).accuracy == 0.64
    assert theirs(text).failures == 0


# scripts


@pytest.mark.parametrize("samples", [50, 1000])
def test_faults_are_independent_of_being_right_and_exactly_as_many(samples: int):
    made = script(samples)
    wrong = set(made.wrong)
    for_good = {n for n, f in made.faults.items() if f.attempts is None}
    assert len(wrong) == round((1 - ACCURACY) * samples)
    assert len(for_good) == round(FAILING * samples)
    assert len(made.faults) == len(for_good) + round(PASSING * samples)
    assert len(for_good & wrong) == round(FAILING * (1 - ACCURACY) * samples)
    assert {f.kind for f in made.faults.values()} >= {"rate_limit", "server", "drop", "garbage"}


def test_a_script_survives_json():
    made = script(50)
    again = Script.read(json.loads(json.dumps(asdict(made))))
    assert again.faults == made.faults
    assert tuple(again.wrong) == tuple(made.wrong)


def test_an_answer_is_right_or_wrong_by_its_last_number():
    assert answer(7, right=True).endswith(f"Answer: {target(7)}")
    assert not answer(7, right=False).endswith(f" {target(7)}")


# endpoint


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with serving() as found:
        yield found


def chat(server: Server, number: int) -> ChatCompletion:
    client = openai.OpenAI(base_url=server.url, api_key="bench", max_retries=0)
    with client:
        return client.chat.completions.create(
            model="mock", messages=[{"role": "user", "content": question(number)}]
        )


def test_an_answer_takes_the_latency_and_is_recorded(server: Server):
    server.begin(Script(latency=0.2, wrong=[4]))
    assert chat(server, 3).choices[0].message.content == answer(3, right=True)
    assert chat(server, 4).choices[0].message.content == answer(4, right=False)
    first, second = server.calls()
    assert (first.sample, second.sample, first.fault) == (3, 4, None)
    assert first.answered is not None
    assert 0.2 <= first.answered - first.arrived < 1.0
    assert first.size > len(question(3))
    assert first.digest != second.digest
    assert first.arrived <= time.monotonic()


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        ("rate_limit", openai.RateLimitError),
        ("server", openai.InternalServerError),
        ("refused", openai.BadRequestError),
        ("drop", openai.APIConnectionError),
        ("garbage", json.JSONDecodeError),
    ],
)
def test_a_fault_hits_its_sample_and_no_other(
    server: Server, kind: FaultKind, error: type[Exception]
):
    server.begin(Script(latency=0.0, faults={1: Fault(kind)}))
    with pytest.raises(error):
        chat(server, 1)
    assert chat(server, 2).choices
    assert [(c.fault, c.answered is None) for c in server.calls()] == [(kind, True), (None, False)]


def test_an_empty_answer_has_no_choices(server: Server):
    server.begin(Script(latency=0.0, faults={1: Fault("empty")}))
    assert chat(server, 1).choices == []


def test_a_passing_fault_ends_and_a_429_says_when(server: Server):
    server.begin(Script(latency=0.0, retry_after=1.5, faults={1: Fault("rate_limit", attempts=2)}))
    for _ in range(2):
        with pytest.raises(openai.RateLimitError) as found:
            chat(server, 1)
        assert found.value.response.headers["retry-after"] == "1.5"
    assert chat(server, 1).choices
    assert [c.fault for c in server.calls()] == ["rate_limit", "rate_limit", None]


def test_a_call_that_names_no_sample_is_answered_and_not_recorded(server: Server):
    server.begin(Script(latency=0.0))
    with openai.OpenAI(base_url=server.url, api_key="bench") as client:
        asked: Any = [{"role": "user", "content": "Say 1."}]
        assert client.chat.completions.create(model="mock", messages=asked).choices
    assert server.calls() == []


def test_waiting_ends_when_so_many_are_answered_or_time_is_up(server: Server):
    server.begin(Script(latency=0.0, faults={2: Fault("refused")}))
    assert not server.wait(started=1, seconds=0.01)
    chat(server, 1)
    with pytest.raises(openai.BadRequestError):
        chat(server, 2)
    assert server.wait(started=2)
    assert server.wait(finished=1)
    assert not server.wait(finished=2, seconds=0.01)


# data


def test_pictures_are_drawn_by_their_seed():
    assert icon(np.random.default_rng(1)) == icon(np.random.default_rng(1))
    assert icon(np.random.default_rng(1)) != icon(np.random.default_rng(2))
    size = len(photo(np.random.default_rng(1)))
    assert 150_000 < size < 300_000


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Data:
    return make(tmp_path_factory.mktemp("data"), Kind("tiny", samples=75, pictures=40))


def test_both_harnesses_read_the_rows_and_the_bare_client_the_same_pictures(data: Data):
    table = pq.read_table(data.parquet).to_pylist()
    files = sorted(data.pictures.iterdir())
    assert (len(table), len(files)) == (75, 40)
    assert table[41]["image"]["bytes"] == files[1].read_bytes()
    assert (table[41]["question"], table[41]["target"]) == (question(41), target(41))
    assert table[0]["question"] in json.dumps(messages(files[0], 0))
    assert TASK in (data.task / "bench.yaml").read_text()
    before = data.parquet.stat().st_mtime_ns
    assert make(data.folder.parent, data.kind).parquet.stat().st_mtime_ns == before


# arms


@pytest.mark.parametrize("asked", [ask, ask_raw])
def test_the_bare_client_asks_every_sample_once(server: Server, data: Data, asked: Any):
    server.begin(Script(latency=0.01))
    pictures = sorted(data.pictures.iterdir())[:20]
    answers = asyncio.run(asked(server.url, pictures, 4))
    assert len(answers) == 20
    calls = server.calls()
    assert sorted(c.sample for c in calls) == list(range(20))
    assert 1 < most_at_once(calls) <= 4


def most_at_once(calls: list[Call]) -> int:
    ends = [(c.arrived, 1) for c in calls] + [(c.answered or 0.0, -1) for c in calls]
    now, most = 0, 0
    for _, step in sorted(ends):
        now += step
        most = max(most, now)
    return most


def test_watching_reads_rate_and_cost_from_outside(server: Server, data: Data, tmp_path: Path):
    server.begin(Script(latency=0.02))
    place = Place(tmp_path / "raw", data, concurrency=5)
    run = watch(server, command("raw", place, server.url), place, samples=40)
    assert 20 < run.rate <= 5 / 0.02
    assert run.wall > 40 / 5 * 0.02
    assert 0 <= run.cpu_requesting <= run.cpu + 0.02
    assert run.memory > 5_000_000
    assert json.loads(run.output) == {"answers": 40}


def test_the_first_call_ends_the_command(server: Server, data: Data, tmp_path: Path):
    server.begin(Script(latency=0.5))
    place = Place(tmp_path / "first", data, concurrency=1)
    begun = time.monotonic()
    seconds = first_call(server, command("raw", place, server.url), place)
    assert 0 < seconds < time.monotonic() - begun
    assert [c.answered for c in server.calls()] == [None]
    server.begin(Script())
    with pytest.raises(ArmError, match="asked nothing:\nwhat happened"):
        first_call(server, [sys.executable, "-c", "print('what happened')"], place)


def test_cpu_of_a_session_counts_what_it_used():
    before = cpu_of(os.getpid())
    end = time.process_time() + 0.1
    while time.process_time() < end:
        pass
    assert cpu_of(os.getpid()) - before >= 0.08


def test_memory_is_that_of_the_command_and_not_of_the_bench(tmp_path: Path):
    held = bytearray(200_000_000)
    small = [sys.executable, "-c", "import time; time.sleep(0.1)"]
    assert 5e6 < reap(start(small, tmp_path), time.monotonic()).memory < 60e6
    large = [sys.executable, "-c", "import time; x = b'1' * 150_000_000; time.sleep(0.1)"]
    assert 150e6 < reap(start(large, tmp_path), time.monotonic()).memory < len(held) + 10e6


def test_blindspot_leaves_what_failed_out_and_counts_it(server: Server, data: Data, tmp_path: Path):
    made = script(75)
    refused = {n: Fault("refused") for n, f in made.faults.items() if f.attempts is None}
    server.begin(replace(made, latency=0.01, faults=refused))
    place = Place(tmp_path / "ours", data, concurrency=8)
    run = watch(server, command("blindspot", place, server.url), place, samples=60)
    assert sorted({c.sample for c in server.calls()}) == list(range(75))
    said = reported("blindspot", place.folder, run.output)
    assert said == Reported(accuracy=said.accuracy, failures=15, answered=60)
    assert said.accuracy == pytest.approx(ACCURACY, abs=1e-5)


def test_an_arm_that_fails_says_so(server: Server, data: Data, tmp_path: Path):
    server.begin(Script())
    place = Place(tmp_path / "broken", data, concurrency=2)
    line = [sys.executable, "-c", "print('what happened'); raise SystemExit(3)"]
    with pytest.raises(ArmError, match="ended with 3:\nwhat happened"):
        watch(server, line, place, samples=40)


def test_every_arm_has_its_command(data: Data, tmp_path: Path):
    lines = {a: command(a, Place(tmp_path / a, data, 7), "http://x/v1") for a in ARMS}
    assert len({" ".join(line) for line in lines.values()}) == len(ARMS)
    assert "7" in lines["bare"]
    assert "7" in lines["openai"]
    assert "concurrency = 7" in (tmp_path / "blindspot" / "config.toml").read_text()


# the bench


RUN = Run(
    rate=100.0,
    cpu_requesting=2.0,
    cpu=4.0,
    wall=5.0,
    memory=10**8,
    endpoint_busy=0.1,
    output="",
)


def bench(tmp_path: Path) -> Bench:
    extent = replace(FULL, tiny=Kind("tiny", 4, 4), repetitions=3, slow_repetitions=1)
    server: Any = None
    return Bench(server, extent, tmp_path / "work", tmp_path / "data")


def test_arms_take_turns_and_slow_ones_run_less_often(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    order: list[str] = []

    def run(self: Bench, name: str, arm: Arm, kind: Kind) -> Run:
        order.append(name)
        return RUN

    monkeypatch.setattr(Bench, "run", run)
    runs = bench(tmp_path).race("r", SMOKE.tiny)
    assert {arm: len(found) for arm, found in runs.items()} == {
        "bare": 3,
        "blindspot": 3,
        "async_openai": 1,
        "openai": 1,
    }
    assert order[:4] == ["r-0-bare", "r-0-blindspot", "r-0-async_openai", "r-0-openai"]
    assert order[4:] == ["r-1-blindspot", "r-1-bare", "r-2-bare", "r-2-blindspot"]


def test_a_trial_is_run_once(tmp_path: Path):
    made: list[int] = []

    def make() -> int:
        made.append(1)
        return len(made)

    assert [bench(tmp_path).once("x", make) for _ in range(3)] == [1, 1, 1]


def test_any_kill_that_loses_something_misses_the_target(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    def kill(bench: Bench, arm: Arm, number: int) -> dict[str, int]:
        return {"lost": int(arm != "blindspot"), "again": 10 + 60 * number}

    monkeypatch.setattr("bench.harness_faults._kill", kill)
    answers, again = kills(bench(tmp_path))
    assert answers.met is True
    assert answers.by_arm["async_openai"].value == 1
    assert again.by_arm["blindspot"].value == 10 + 60 * (FULL.kills - 1)
    assert again.met is False


def test_the_table_is_made_of_all_results_with_their_commits(tmp_path: Path):
    finding = Finding("H1", "share", "≥ 0.9", {"blindspot": Estimate(0.95, (0.9, 1.0))}, True)
    for name, at in (("H1", "abc1"), ("H2", None)):
        raw = {"commit": at, "notes": ["a note"], "findings": [asdict(replace(finding, id=name))]}
        (tmp_path / f"harness-{name}.json").write_text(json.dumps(raw))
    text = harness.markdown(tmp_path)
    assert "| H1 | share | – | 0.95 (0.9 … 1) | – | – | ≥ 0.9 | yes | abc1 |" in text
    assert "| H2 |" in text
    assert "| yes | – |" in text
    assert text.count("- a note") == 1


def test_a_full_measure_is_kept_for_the_readme(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(harness, "RESULTS", tmp_path)
    monkeypatch.setattr(harness, "BUILD", tmp_path / "build")
    finding = Finding("H3", "lost", "0", {"blindspot": Estimate(0.0)}, True)
    monkeypatch.setitem(harness.MEASURES, "H3", lambda bench: [finding])
    harness.main(["--full", "--only", "H3", "--json", str(tmp_path / "rows.json")])
    kept = json.loads((tmp_path / "harness-H3.json").read_text())
    assert kept["rows"][0]["met"] is True
    assert kept["commit"] == rows.commit()
    assert "| H3 | lost |" in (tmp_path / "harness.md").read_text()
    harness.main(["--only", "H3", "--json", str(tmp_path / "rows.json")])
    assert json.loads((tmp_path / "rows.json").read_text())["rows"][0]["met"] is None


@pytest.mark.parametrize("at", ["abc1", "abc1+", None])
def test_trials_of_uncommitted_code_are_measured_anew_and_pictures_are_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at: str | None
):
    monkeypatch.setattr(harness, "BUILD", tmp_path)
    monkeypatch.setattr(harness, "commit", lambda: at)
    work = harness._work(full=True)
    (work / "trials").mkdir(parents=True)
    (tmp_path / "data").mkdir()
    assert harness._work(full=True) == work
    assert work.exists() == (at == "abc1")
    assert (tmp_path / "data").exists()
