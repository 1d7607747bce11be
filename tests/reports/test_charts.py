from reports.charts import Series, curve, forest, intervals, label, rates_over_rounds

ONE = Series("shrunk", [(0.4, (0.3, 0.5)), None], "@accent", "circle")


def test_intervals_are_drawn_from_end_to_end():
    whiskers, dots = intervals(["a", "b"], [ONE])["data"]
    assert whiskers["x"] == [0.3, 0.5, None]
    assert dots["x"] == [0.4]
    assert dots["y"] == [0.0]


def test_the_margin_is_drawn_and_lies_inside_the_axis():
    layout = forest(["a", "b"], [ONE], -0.05)["layout"]
    assert [s["x0"] for s in layout["shapes"]] == [0.0, -0.05]
    low, high = layout["xaxis"]["range"]
    assert low < -0.05
    assert high > 0.5


def test_changes_are_told_in_points_and_rates_in_per_cent():
    fallen = Series("change", [(-0.031, (-0.06, 0.0))], "@accent", "circle")
    figure = forest(["a"], [fallen], -0.05)
    assert figure["layout"]["xaxis"]["ticktext"] == ["−6", "−4", "−2", "0"]
    assert figure["data"][1]["text"] == ["a: −3.1 points"]
    assert intervals(["a"], [ONE])["data"][1]["text"] == ["a: 40.0 %"]


def test_the_last_round_is_the_full_one():
    figure = rates_over_rounds([0, 1], ["a"], [[None, None]])
    symbols = [t["marker"]["symbol"] for t in figure["data"] if t["mode"] == "markers"]
    assert symbols == ["circle-open", "circle"]


def test_values_that_are_no_number_leave_a_gap():
    assert curve([1, 2], [0.5, None], share=False)["data"][0]["y"] == [0.5, None]


def test_plotly_gets_no_tags():
    assert label("<b>x</b>\u202e&") == "&lt;b&gt;x&lt;/b&gt;⟨U+202E⟩&amp;"


def test_long_labels_leave_room_for_the_chart():
    assert label("x" * 50) == "x" * 43 + "…"
