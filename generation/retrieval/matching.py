"""Which rows may serve a cell, which of them first, and what is searched for.

A row's labels are believed: one that contradicts the cell never serves it, one that agrees comes
before one that says nothing. Of those without a label, rows whose words the taxonomy's patterns
speak for come before the rest. Conditions count likewise if the data know them; others came
from a benchmark and only help the search.

Measured on the 8,800 questions of the demo's benchmark without their labels and attributes, over
its 15 categories, the share of the first 50 rows that are the category's own:

    the cell has                                search alone    patterns first
    no brief                                         .30              .70
    a brief, "aims at X: weak"                       .20              .63
    two questions that failed                        .93              .93

Definitions alone say too little: which questions a model failed is what finds more of their kind.
The one category never found asks what another asks, of pictures that do not show it.

    cell counting/chart_graph bars=4    row counting/chart_graph bars=4          (4, 1)
                                        row –/chart_graph "How many bars …?"     (3, 0)
                                        row counting/chart_graph bars=6          no
"""

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import product
from typing import Final

import numpy as np
import scipy.sparse as sp
from scipy.sparse.csgraph import connected_components

from blindspot.core import taxonomy
from blindspot.core.records import Axis, CellShare
from blindspot.core.training_set import Makeable, PlanCell
from generation.retrieval.labelled import Labelled, Row

HELD_SHARE: Final = 0.2
"""Share of the data that serves `validation` and `canary` alone, so that nothing that is trained on
shares a picture or group with what is measured.
"""


def agreement(
    row: Row,
    cell: CellShare,
    conditions: Mapping[str, Sequence[str]],
    suggested: tuple[bool, bool] = (False, False),
) -> tuple[int, int] | None:
    """How far a row agrees with a cell: (labels, conditions), of the `conditions` that the data
    know; None where it contradicts. A label counts 2; where the row has none on the axis of
    capability or image type, that its words suggest it counts 1.
    """
    labels = ((row.capability, cell.capability), (row.image_type, cell.image_type))
    statements = row.statements
    met = [
        (statements.get(name, ""), value)
        for name, value in cell.condition.items()
        if value in conditions.get(name, ())
    ]
    if any(said and said != wanted for said, wanted in (*labels, *met)):
        return None
    known = sum(2 if said else int(s) for (said, _), s in zip(labels, suggested, strict=True))
    return known, sum(bool(said) for said, _ in met)


def suggested(rows: Sequence[Row], axis: Axis, term: str) -> list[bool]:
    """Whether each row's question or options have what the taxonomy's patterns for a term look
    for; they are rarely wrong, and most questions have none.
    """
    known = taxonomy.load(None).terms(axis).get(term)
    looked_for = [re.compile(each, re.IGNORECASE) for each in (known.patterns if known else ())]
    texts = ["\n".join([row.question, *row.options]) for row in rows]
    return [any(each.search(text) for each in looked_for) for text in texts]


def query(cell: PlanCell) -> str:
    """What is searched for: the terms, their definitions, the conditions, the cell's brief, the
    skills that are missing and the questions that failed.
    """
    want, terms = cell.want, taxonomy.load(None)
    known = [terms.capabilities.get(want.capability), terms.image_types.get(want.image_type)]
    conditions = [f"{name} {value}" for name, value in sorted(want.condition.items())]
    definitions = [term.definition for term in known if term]
    gap = [*definitions, *conditions, cell.brief, *cell.skills, *cell.examples]
    return "\n".join([want.capability, want.image_type, *gap])


def categories(
    data: Labelled, capabilities: Sequence[str], image_types: Sequence[str]
) -> list[Makeable]:
    """What the data can serve: labelled pairs; of a label that rows lack, every term."""
    found = {(row.capability, row.image_type) for row in data.rows}
    terms = taxonomy.load(None)
    every = (capabilities or tuple(terms.capabilities), image_types or tuple(terms.image_types))
    conditions = {pair: _values(data, pair) for pair in sorted(found)}
    return [
        Makeable(capability=capability, image_type=image_type, conditions=conditions[pair])
        for pair in sorted(found)
        for capability, image_type in product(*_terms(pair, every))
    ]


def parts(bonds: Sequence[Sequence[str]]) -> list[str]:
    """For each row the name of its part: rows that share a bond, if only over others, are in one.

    >>> parts([["a", "b"], ["c"], ["b"]])
    ['a', 'c', 'a']
    """
    names = sorted({bond for each in bonds for bond in each})
    numbers = {name: i for i, name in enumerate(names)}
    rows = [i for i, each in enumerate(bonds) for _ in each]
    columns = [len(bonds) + numbers[bond] for each in bonds for bond in each]
    size = len(bonds) + len(names)
    graph = sp.csr_array((np.ones(len(rows)), (rows, columns)), shape=(size, size))
    _, labels = connected_components(graph, directed=False)
    first: dict[int, str] = {}
    for name in names:
        first.setdefault(labels[len(bonds) + numbers[name]], name)
    return [first.get(labels[i], "") for i in range(len(bonds))]


def is_held(part: str) -> bool:
    """Whether a part of the data is for measuring, not for training; decided by its name alone."""
    bucket = int.from_bytes(hashlib.sha256(part.encode()).digest()[:4], "big") / 2**32
    return bucket < HELD_SHARE


def _terms(
    pair: tuple[str, str], every: tuple[Sequence[str], Sequence[str]]
) -> Iterable[Sequence[str]]:
    return ((said,) if said else known for said, known in zip(pair, every, strict=True))


def _values(data: Labelled, pair: tuple[str, str]) -> dict[str, tuple[str, ...]]:
    """The conditions that rows of one pair of labels meet."""
    found: dict[str, set[str]] = {}
    for row in data.rows:
        if (row.capability, row.image_type) == pair:
            for name, value in row.statements.items():
                if name in data.conditions:
                    found.setdefault(name, set()).add(value)
    return {name: tuple(sorted(values)) for name, values in sorted(found.items())}
