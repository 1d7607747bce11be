"""What the command line prints: tables of artifacts' numbers, on stdout."""

from collections.abc import Iterator, Sequence

from rich.table import Table
from rich.text import Text

from blindspot.comparison import Comparison, Difference, Flip
from blindspot.core.acceptance import Acceptance
from blindspot.core.artifact import published
from blindspot.core.diagnosis import Changes, DiagnosisArtifact
from blindspot.core.evaluation import Evaluation, Metric, Metrics, Rate
from blindspot.core.run_folder import RoundFolder
from blindspot.diagnosis_tables import verdict as verdict
from blindspot.printing import counts, percent, printable, signed, with_interval
from harness.halves import unit_hash

ANSWER_WIDTH = 32
"""Characters of an answer that a table shows."""


def own_metrics(metrics: Metrics) -> Table:
    """The headline metric of each benchmark, and their mean."""
    table = Table(title="All samples, % [95 % interval]", title_justify="left")
    table.add_column("benchmark")
    table.add_column("metric")
    for name in ("value", "n", "coverage"):
        table.add_column(name, justify="right")
    table.add_column("grader", overflow="fold")
    headlines = headline(metrics)
    for m in headlines:
        value, grader = with_interval(m.value, m.interval), metrics.graders[m.benchmark]
        table.add_row(Text(m.benchmark), m.name, value, str(m.n), percent(m.coverage), Text(grader))
    if len(headlines) > 1 and all(m.value is not None for m in headlines):
        table.add_section()
        mean = sum(m.value or 0.0 for m in headlines) / len(headlines)
        table.add_row("mean", "", percent(mean), "", "", "")
    return table


def benchmarks(rows: Sequence[Sequence[str]]) -> Table:
    """What is known of each benchmark before it is run."""
    table = Table(title="Benchmarks", title_justify="left")
    for name in ("name", "samples", "judge", "data here", "licence", "paper"):
        table.add_column(name, justify="right" if name == "samples" else "left", overflow="fold")
    for row in rows:
        table.add_row(*map(Text, row))
    return table


def headline(metrics: Metrics) -> list[Metric]:
    """The first metric of each benchmark."""
    firsts: dict[str, Metric] = {}
    for m in metrics.own:
        firsts.setdefault(m.benchmark, m)
    return list(firsts.values())


def standing(metrics: Metrics) -> Iterator[str]:
    """What stands beside the scores: further metrics, failures by kind, how far the judge can be
    trusted.
    """
    for name in metrics.graders:
        further = [m for m in metrics.own if m.benchmark == name][1:]
        if further:
            yield f"{name}: " + ", ".join(f"{m.name} {percent(m.value)}" for m in further) + "."
    if metrics.failures:
        yield f"Without a score, outside every rate: {counts(metrics.failures)}."
    for j in metrics.judged:
        agreement = (
            f"agreement with the rule {with_interval(j.agreed / j.audited, j.interval)} % "
            f"on {j.audited}"
            if j.audited
            else "no judge"
        )
        yield (
            f"{j.benchmark}: {j.by_rule} decided by rule, {j.by_judge} by the judge, "
            f"{j.unjudged} unjudged; {agreement}."
        )
    if any(j.unjudged and not j.audited for j in metrics.judged):
        yield (
            "Scores with unjudged answers speak of what the rule could decide, and of nothing "
            "else: configure [evaluation.judge] and add --regrade."
        )


def held_out(rounds: Sequence[RoundFolder]) -> Table:
    """Held-out accuracy per category and round, and the paired change since the first."""
    metrics = [Evaluation(r.evaluation).metrics() for r in rounds]
    table = Table(title="Held-out accuracy, % [95 % interval]", title_justify="left")
    table.add_column("category")
    for folder in rounds:
        table.add_column(f"round {folder.number}", justify="right")
    since = _last_changes(rounds)
    if since:
        table.add_column("change since round 0", justify="right")
    first = metrics[0]
    for name in [
        *(r.name for r in _half(first.categories)),
        *(r.name for r in _half(first.overall)),
    ]:
        cells = [_cell(name, [*m.categories, *m.overall]) for m in metrics]
        table.add_row(name, *cells, *([_change(name, since)] if since else []))
    return table


def differences(found: Comparison) -> Table:
    """B against A per benchmark, and the mean over benchmarks where there are several."""
    halves = "both halves" if found.half == "both" else f"the {found.half.replace('_', '-')} half"
    title = f"B against A on {halves}, %: samples that both answered"
    table = Table(title=title, title_justify="left")
    table.add_column("benchmark", overflow="fold")
    for name in ("n", "A", "B", "B − A [95 %]", "lost", "won", "p", "adjusted p", "left out"):
        table.add_column(name, justify="right", overflow="fold")
    for row in found.benchmarks:
        table.add_row(Text(row.name), *_difference(row))
    if len(found.benchmarks) > 1:
        table.add_section()
        table.add_row("mean over benchmarks", *_difference(found.overall))
    return table


def acceptance(found: Acceptance) -> Table:
    """What the round's gate saw, a row per strong category and one for validation."""
    title = "What was strong, before and after training, % (canary split)"
    table = Table(title=title, title_justify="left")
    table.add_column("category")
    for name in ("n", "before", "after", "lost", "won", "lower bound of change", "verdict"):
        table.add_column(name, justify="right")
    for row in [*found.categories, *([found.validation] if found.validation else [])]:
        rates = [percent(row.before), percent(row.after)]
        verdict = "" if row is found.validation else row.verdict
        counts = [str(row.lost), str(row.won), f"{100 * row.lower:+.1f}"]
        table.add_row(row.name, str(row.n), *rates, *counts, verdict)
    return table


def flips(found: Comparison, count: int) -> Table:
    """At most `count` samples of each direction, drawn by a hash of their ids."""
    title = (
        f"Lost: A right, B wrong, {min(count, len(found.lost))} of {len(found.lost)}. "
        f"Won: A wrong, B right, {min(count, len(found.won))} of {len(found.won)}"
    )
    table = Table(title=title, title_justify="left")
    for name in ("", "benchmark", "sample", "target", "A answered", "B answered"):
        table.add_column(name, overflow="fold")
    for direction, rows in (("lost", found.lost), ("won", found.won)):
        drawn = sorted(rows, key=lambda f: unit_hash(f.sample_id))[:count]
        for row in sorted(drawn, key=lambda f: (f.benchmark, f.sample_id)):
            table.add_row(direction, *_flip(row))
        table.add_section()
    return table


def remarks(found: Comparison) -> Iterator[str]:
    """What the numbers leave out, and what a reader must know before a claim."""
    total = found.overall
    for name, kinds in (("A", total.unanswered_a), ("B", total.unanswered_b)):
        if kinds:
            yield f"Left out, without a score in {name}: {counts(kinds)}."
    if total.only_a or total.only_b:
        yield f"Left out, not in both: {total.only_a} only in A, {total.only_b} only in B."
    if total.other_half:
        yield f"Left out, in this half of one side only: {total.other_half}."
    for row in found.benchmarks:
        if row.no_p:
            yield f"No p for {row.name}: {row.no_p}."
    if any(row.p is not None for row in found.benchmarks):
        yield "p: exact McNemar; adjusted by Benjamini–Hochberg over benchmarks."
    yield from found.notes


def _difference(row: Difference) -> list[str]:
    return [
        str(row.n),
        percent(row.a),
        percent(row.b),
        signed(row.difference, row.interval),
        str(row.lost),
        str(row.won),
        *("–" if p is None else f"{p:.2g}" for p in (row.p, row.p_adjusted)),
        str(row.unanswered + row.only_a + row.only_b + row.other_half),
    ]


def _flip(row: Flip) -> list[Text]:
    answers = [", ".join(dict.fromkeys(a or "unreadable" for a in said)) for said in (row.a, row.b)]
    cells = [row.benchmark, row.sample_id, *map(_short, (row.target, *answers))]
    return [Text(printable(cell)) for cell in cells]


def _short(text: str) -> str:
    return text if len(text) <= ANSWER_WIDTH else text[: ANSWER_WIDTH - 1] + "…"


def _half(rates: Sequence[Rate]) -> list[Rate]:
    return [r for r in rates if r.half == "held_out"]


def _cell(name: str, rates: Sequence[Rate]) -> str:
    found = [r for r in _half(rates) if r.name == name]
    return with_interval(found[0].rate, found[0].interval) if found else "–"


def _last_changes(rounds: Sequence[RoundFolder]) -> Changes | None:
    last = rounds[-1]
    return DiagnosisArtifact(last.diagnosis).changes() if published(last.diagnosis) else None


def _change(name: str, changes: Changes | None) -> str:
    rows = changes.rows if changes else ()
    for row in rows:
        if row.since == 0 and row.half == "held_out" and row.name == name:
            return signed(row.change, row.interval)
    return "–"
