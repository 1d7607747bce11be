"""The evaluation that D11 measures on, and its rows."""

from collections import Counter

from bench.diagnosing import scale
from bench.diagnosing.scale import Diagnosed, answered, cost_rows, long_rows, order_row, write
from bench.processes import End
from blindspot.core.evaluation import Evaluation


def test_what_is_diagnosed():
    samples, predictions = zip(*answered(2000), strict=True)
    assert len({s.benchmark for s in samples}) == 11
    assert len({s.category for s in samples}) == 60
    assert {len(s.attributes) for s in samples} == {6}
    pictures = Counter(s.images[0] for s in samples)
    assert set(pictures.values()) >= {1, 5}
    failed = [p for p in predictions if p.failure]
    assert 0 < len(failed) < 60
    assert all(250 < len(p.completion.text) < 350 for p in predictions if p.completion)


def test_orders_differ_in_rows_alone(tmp_path):
    for order in range(2):
        write(tmp_path / str(order), 100, order)
    one, two = (Evaluation(tmp_path / str(i)) for i in range(2))
    assert one.samples() != two.samples()
    assert sorted(one.samples(), key=lambda s: s.id) == sorted(two.samples(), key=lambda s: s.id)
    assert [p.sample_id for p in one.predictions()] == [s.id for s in one.samples()]


def test_rows(monkeypatch):
    monkeypatch.setattr(scale, "ITEMS", 50)
    fast, slow = End(wall=10, cpu=1, memory=10**9), End(wall=70, cpu=1, memory=3 * 10**9)
    assert [r.met for r in cost_rows("here", [fast, fast], 100)] == [True, True]
    assert [r.met for r in cost_rows("here", [slow, slow], 100)] == [False, False]
    assert [r.met for r in long_rows("here", fast)] == [None, True]
    assert [r.met for r in long_rows("here", slow)] == [None, False]
    assert order_row(100, Diagnosed(fast, b"a"), Diagnosed(fast, b"a")).met is True
    assert order_row(100, Diagnosed(fast, b"a"), Diagnosed(fast, b"b")).met is False
