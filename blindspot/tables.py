"""What the command line prints: tables of artifacts' numbers, on stdout."""

from collections.abc import Sequence

from rich.table import Table

from blindspot.core.artifact import published
from blindspot.core.diagnosis import Changes, Diagnosis, DiagnosisArtifact
from blindspot.core.evaluation import Evaluation, Rate
from blindspot.core.run_folder import RoundFolder


def percent(value: float | None) -> str:
    """0.6123 → `61.2`."""
    return "–" if value is None else f"{100 * value:.1f}"


def with_interval(value: float | None, interval: tuple[float, float]) -> str:
    """`61.2 [57.9, 64.4]`."""
    return f"{percent(value)} [{percent(interval[0])}, {percent(interval[1])}]"


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


def verdict(diagnosis: Diagnosis) -> Table:
    """The supported weaknesses, by rank."""
    title = (
        f"Weaknesses (false-discovery rate {diagnosis.q:.0%}, {diagnosis.candidates} slices tested)"
    )
    table = Table(title=title, title_justify="left")
    for name in ("weakness", "n", "rate, % [95 %]", "gap", "adjusted p", "main stage", "quota"):
        table.add_column(name, justify="left" if name in ("weakness", "main stage") else "right")
    quotas = {c.weakness: c.quota for c in diagnosis.mixture if c.weakness}
    for w in diagnosis.weaknesses:
        stage = max(w.stages, key=lambda s: w.stages[s], default="–")
        rate = with_interval(w.rate, w.interval)
        quota = str(quotas.get(w.id, 0))
        table.add_row(w.name, str(w.n), rate, percent(w.gap), f"{w.p_adjusted:.2g}", stage, quota)
    return table


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
            low, high = row.interval
            return f"{100 * row.change:+.1f} [{100 * low:+.1f}, {100 * high:+.1f}]"
    return "–"
