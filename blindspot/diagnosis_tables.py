"""A diagnosis on the terminal: what was answered, the verdict table, what stands behind it.

    #  weakness                     right    rate, % [95 %]     gap   adjusted p  eff. n  learn
    1  counting on geometric        31/120   28.1 [20.9, 36.0]  33.4  2.1e-09     118     0.81
       new · stability 0.93 · reading stands out: 41 % fail there, 9 % elsewhere

Rates are shrunk (empirical Bayes), `right` is what was counted. All names come from data and are
printed as plain text. What is not known, or was not asked for, has no line.
"""

from collections.abc import Iterable, Iterator
from typing import Final

from rich import box
from rich.table import Table
from rich.text import Text

from blindspot.core.diagnosis import Diagnosis, Gap
from blindspot.core.records import CellShare, Weakness
from blindspot.core.statistics import wilson
from blindspot.printing import counts, percent, printable, signed, with_interval

UNSTABLE: Final = 0.6
"""Stability below which a weakness's borders are not to be relied on."""
ROWS: Final = 8
"""Rows of the mixture, of gaps and of slices with a stage that stands out that are shown."""

Part = Table | Text


def verdict(diagnosis: Diagnosis) -> Iterator[Part]:
    """What the diagnosis says, in the order in which to read it."""
    yield from map(_line, _answered(diagnosis))
    yield from _weaknesses(diagnosis)
    yield from map(_line, _reliance(diagnosis))
    yield from map(_line, _ended(diagnosis))
    yield from _gaps(diagnosis)
    yield from _stages(diagnosis)
    yield from _probes(diagnosis)
    yield from map(_line, _word_of_others(diagnosis))
    yield from _mixture(diagnosis)


def _weaknesses(diagnosis: Diagnosis) -> Iterator[Part]:
    if not diagnosis.weaknesses:
        yield _line("No slice is reliably below the rest.")
        return
    table = _table(
        "Weaknesses, by what there is to gain",
        "#",
        "weakness",
        "right",
        "rate, % [95 %]",
        "gap",
        "adj. p",
        "eff. n",
        "learn",
    )
    for rank, w in enumerate(diagnosis.weaknesses, 1):
        table.add_row(
            str(rank),
            _named(w, diagnosis),
            f"{w.passed:.6g}/{w.n}",
            with_interval(w.rate, w.interval),
            percent(w.gap),
            f"{w.p_adjusted:.2g}",
            f"{w.effective_n:.0f}",
            f"{w.learnability:.2f}",
        )
    yield table


def _named(weakness: Weakness, diagnosis: Diagnosis) -> Text:
    """Its name, and below it what else is known."""
    about = []
    if weakness.status:
        since = "" if weakness.status == "new" else f" since round {weakness.since}"
        about.append(f"{weakness.status}{since}")
    if weakness.stability is not None:
        unstable = "unstable" if weakness.stability < UNSTABLE else "stability"
        about.append(f"{unstable} {weakness.stability:.2f}")
    if stage := _stage(weakness, diagnosis):
        about.append(stage)
    name = Text(printable(weakness.name))
    return name.append(f"\n{printable(' · '.join(about))}", "dim") if about else name


def _stage(weakness: Weakness, diagnosis: Diagnosis) -> str:
    """The error stage that stands out in it, else the most frequent one."""
    place = weakness.capability, weakness.image_type, weakness.condition
    for e in diagnosis.excess:
        if (e.capability, e.image_type, e.condition) == place:
            return f"{e.stage} stands out: {e.share:.0%} fail there, {e.rest_share:.0%} elsewhere"
    if not weakness.stages:
        return ""
    most = max(sorted(weakness.stages), key=lambda s: weakness.stages[s])
    return f"{weakness.stages[most]:.0%} of its failures: {most}"


def _reliance(diagnosis: Diagnosis) -> Iterator[str]:
    """How far the table can be relied on."""
    null, pools = diagnosis.null, diagnosis.pools
    kinds = f" ({counts(pools)})" if len(pools) > 1 else ""
    alarms = with_interval(
        null.with_weakness / null.runs if null.runs else None, wilson(null.with_weakness, null.runs)
    )
    yield (
        f"Tested {diagnosis.candidates:,} slices{kinds}, false-discovery rate {diagnosis.q:.0%}. "
        f"With outcomes shuffled, {null.with_weakness} of {null.runs} runs report a weakness: "
        f"{alarms} %."
    )
    thin = [c for c in diagnosis.categories if c.verdict == "not enough data"]
    if thin:
        missing = ", ".join(f"{c.name} {c.missing}" for c in thin)
        yield f"Not enough data, with the samples that are missing: {missing}."
    others = [e for e in diagnosis.excess if not _of_a_weakness(e.name, diagnosis)]
    for e in others[:ROWS]:
        yield (
            f"{e.name} is not weak as such, but {e.stage} stands out: {e.share:.0%} fail there, "
            f"{e.rest_share:.0%} elsewhere (adjusted p {e.p_adjusted:.2g})."
        )


def _of_a_weakness(name: str, diagnosis: Diagnosis) -> bool:
    places = [(w.capability, w.image_type, w.condition) for w in diagnosis.weaknesses]
    return any(
        (e.capability, e.image_type, e.condition) in places
        for e in diagnosis.excess
        if e.name == name
    )


def _ended(diagnosis: Diagnosis) -> Iterator[str]:
    for e in diagnosis.ended:
        rates = f"{percent(e.before)} % then, {percent(e.after)} % now on the same {e.n} samples"
        yield f"No longer found since round {e.round}: {e.name}. {e.status.capitalize()}: {rates}."


def _gaps(diagnosis: Diagnosis) -> Iterator[Part]:
    """Overall, then where the reference model is furthest ahead."""
    if diagnosis.reference is None:
        return
    names = {w.id: w.name for w in diagnosis.weaknesses}
    model, rows = diagnosis.reference.model, diagnosis.reference.rows
    table = _table(
        f"Against {printable(model)} on the same samples, %",
        "where",
        "n",
        "here",
        "there",
        "gap [95 %]",
        "adj. p",
    )
    overall = [r for r in rows if r.name == "overall"]
    worst = sorted((r for r in rows if r.name != "overall"), key=lambda r: (r.gap, r.name))
    for row in (*overall, *worst[:ROWS]):
        table.add_row(_plain(names.get(row.name, row.name)), *_gap(row))
    yield table


def _gap(row: Gap) -> list[str]:
    rates = percent(row.rate), percent(row.reference_rate)
    return [str(row.n), *rates, signed(row.gap, row.interval), f"{row.p_adjusted:.2g}"]


def _stages(diagnosis: Diagnosis) -> Iterator[Part]:
    found = [s for s in diagnosis.stages if s.n or s.corrected]
    if not found:
        return
    corrected = any(s.corrected is not None for s in found)
    columns = ["error stage", "failed", "share, % [95 %]"]
    table = _table("Where answers broke", *columns, *(["corrected by people"] if corrected else []))
    for s in found:
        cells = [str(s.n), with_interval(s.share, s.interval)]
        if corrected:
            span = s.corrected_interval
            cells.append(with_interval(s.corrected, span) if span else "–")
        table.add_row(_plain(s.stage), *cells)
    yield table


def _probes(diagnosis: Diagnosis) -> Iterator[Part]:
    if not diagnosis.probes:
        return
    table = _table(
        "Failed samples asked again",
        "how",
        "speaks for",
        "asked",
        "answered",
        "right now",
        "of all failed, % [95 %]",
    )
    for p in diagnosis.probes:
        numbers = [str(n) for n in (p.asked, p.answered, p.turned)]
        share = with_interval(p.share, p.interval) if p.share is not None else "–"
        table.add_row(_plain(p.probe), _plain(p.stage or "–"), *numbers, share)
    yield table
    for p in diagnosis.probes:
        if p.failures:
            yield _line(f"No answer under {p.probe}: {counts(p.failures)}.")


def _word_of_others(diagnosis: Diagnosis) -> Iterator[str]:
    """What the teacher and people said about causes."""
    if t := diagnosis.teacher:
        failures = f"; no answer: {counts(t.failures)}" if t.failures else ""
        left = f"; {t.left} more were beyond its budget" if t.left else ""
        yield (
            f"The teacher saw {t.asked} failed samples twice: {t.decided} decided, on {t.disagreed}"
            f" it disagreed with itself, {t.unreadable} unreadable{failures}{left}."
        )
    if h := diagnosis.human:
        agreed = with_interval(
            h.agreed / h.labelled if h.labelled else None, wilson(h.agreed, h.labelled)
        )
        unknown = f" {h.unknown} labels are about other responses than these." if h.unknown else ""
        yield (
            f"People named {h.labelled} error stages; {h.agreed} are as attributed: "
            f"{agreed} %.{unknown}"
        )


def _answered(diagnosis: Diagnosis) -> Iterator[str]:
    """The overall rate, and what stands outside it."""
    suspect = ""
    if diagnosis.suspect_rate is not None and diagnosis.suspect_rate > diagnosis.rate:
        suspect = (
            f"; {percent(diagnosis.suspect_rate)} if answers that look wrongly graded were right"
        )
    rate = with_interval(diagnosis.rate, diagnosis.interval)
    yield f"Diagnosis half: {diagnosis.n:,} samples answered, {rate} % right{suspect}."
    causes = {k: n for k, n in diagnosis.excluded.items() if k != "unmapped"}
    if causes:
        yield f"Without an answer, outside every rate: {counts(causes)}."
    if unmapped := diagnosis.excluded.get("unmapped"):
        yield f"Of no known category, and of no weakness: {unmapped:,}."


def _mixture(diagnosis: Diagnosis) -> Iterator[Part]:
    table = _table("The training set that this asks for", "cell", "share, %", "samples", "aims at")
    names = {w.id: w.name for w in diagnosis.weaknesses}
    shown, rest = diagnosis.mixture[:ROWS], diagnosis.mixture[ROWS:]
    for cell in shown:
        aim = names.get(cell.weakness or "", "")
        table.add_row(_plain(cell.name), percent(cell.share), str(cell.quota), _plain(aim or "–"))
    if rest:
        table.add_section()
        table.add_row(f"{len(rest)} more", *_total(rest), "")
    if shown:
        yield table
    yield _line(diagnosis.mixture_note)


def _total(cells: Iterable[CellShare]) -> tuple[str, str]:
    listed = list(cells)
    return percent(sum(c.share for c in listed)), str(sum(c.quota for c in listed))


def _table(title: str, *columns: str) -> Table:
    table = Table(
        title=Text(f"\n{title}"),
        title_justify="left",
        box=box.SIMPLE_HEAD,
        pad_edge=False,
        padding=(0, 1),
    )
    words = {"weakness", "where", "cell", "error stage", "how", "speaks for", "aims at"}
    for name in columns:
        left = name in words
        table.add_column(
            name, justify="left" if left else "right", overflow="fold", no_wrap=not left
        )
    return table


def _plain(text: str) -> Text:
    return Text(printable(text))


def _line(text: str) -> Text:
    return Text(printable(text))
