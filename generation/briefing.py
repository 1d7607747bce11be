"""What is looked for: the planner's topics, one for each place that wants a picture.

    counting/natural_scene, slots 0 to 7  →  "a market stall with fruit", "a bicycle rack", …

A cell's slots are planned in sets of eight. Each set has a field of life to look in, and some of
the cell's examples, in turn: a planner that draws greedily answers the same question alike,
whatever its seed. A place reads its own topic from the set that its slot belongs to, so that what
it gets does not depend on which others are asked for with it. For three attempts it keeps its
topic: an agent or a search that already answered is not asked again, and there is more than one
picture of most things.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from blindspot.core import taxonomy
from blindspot.core.artifact import digest_of
from blindspot.core.records import Failure
from blindspot.core.taxonomy import Taxonomy
from blindspot.core.training_set import PlanCell
from generation.agents.planner import PLUGIN as PLANNER
from generation.agents.planner import PlannerRequest, Topic, Topics
from generation.means import Means
from generation.retrieval.places import place
from generation.source import Want

SET: Final = 8
"""Topics that are asked for at once."""
TRIES: Final = 3
"""Attempts of one place that share a topic."""
EXAMPLES: Final = 6
"""Of a cell's examples that one set shows."""
FIELDS: Final = (
    *("food and cooking", "sport", "transport", "health", "weather", "music", "animals", "plants"),
    *("industry", "schools", "trade", "science", "history", "the sea", "mountains", "cities"),
    *("farming", "households", "tools", "clothing", "energy", "news", "crafts", "travel"),
)
"""What sets of one cell differ by."""


@dataclass(frozen=True)
class _Set:
    """The topics of a few slots, over a few attempts."""

    cell: PlanCell
    seed: str
    number: int
    turn: int
    """Among all sets of the cell, over its slots and then its attempts."""

    @property
    def count(self) -> int:
        """Topics wanted: the last set of a cell is shorter."""
        return min(SET, max(1, self.cell.quota - self.number * SET))


def topics(wants: Sequence[Want], means: Means) -> list[Topic | Failure]:
    """What each place looks for, or why nothing is known, in order. One call for each set of slots
    that any place belongs to.
    """
    sets = [_set(want) for want in wants]
    planned = dict(zip(_unique(sets), _asked(_unique(sets), means), strict=True))
    return [_own(planned[each.seed], want) for want, each in zip(wants, sets, strict=True)]


def tried(want: Want) -> int:
    """How often a place has already tried the topic that it has now.

    >>> [tried(Want(cell, f"0/0/train/ocr/map/5/{attempt}")) for attempt in range(4)]
    [0, 1, 2, 0]
    """
    return place(want).attempt % TRIES


def topic_seed(want: Want) -> str:
    """What tells a place's topic from all others: its seed without the try."""
    slot, _, _ = want.seed.rpartition("/")
    return f"{slot}/topic {place(want).attempt // TRIES}"


def _set(want: Want) -> _Set:
    at = place(want)
    cell, _, _ = want.seed.rsplit("/", 2)
    number = at.number // SET
    turn = number + -(-at.quota // SET) * (at.attempt // TRIES)
    return _Set(want.cell, f"{cell}/topics {number}.{at.attempt // TRIES}", number, turn)


def _unique(sets: Sequence[_Set]) -> dict[str, _Set]:
    return {each.seed: each for each in sets}


def _asked(sets: dict[str, _Set], means: Means) -> list[Topics | Failure]:
    if not sets:
        return []
    terms = taxonomy.load(None)
    return means.staff.consult(
        "planner",
        PLANNER,
        [_request(each, terms) for each in sets.values()],
        [each.cell.name for each in sets.values()],
        seeds=list(sets),
    )


def _request(of: _Set, terms: Taxonomy) -> PlannerRequest:
    want, examples = of.cell.want, of.cell.examples
    capability = terms.capabilities.get(want.capability)
    image_type = terms.image_types.get(want.image_type)
    first = of.turn * EXAMPLES
    shown = [examples[(first + i) % len(examples)] for i in range(min(EXAMPLES, len(examples)))]
    return PlannerRequest(
        capability=want.capability,
        capability_definition=capability.definition if capability else "",
        image_type=want.image_type,
        image_type_definition=image_type.definition if image_type else "",
        brief=f"{of.cell.brief}; as far as it fits, from this field: {_field(of)}",
        examples=tuple(shown),
        count=of.count,
    )


def _field(of: _Set) -> str:
    """Cells and rounds begin at different fields, and take them in turn."""
    begins = int(digest_of(of.seed.rpartition("/")[0])[:8], 16)
    return FIELDS[(begins + of.turn) % len(FIELDS)]


def _own(planned: Topics | Failure, want: Want) -> Topic | Failure:
    """The topic of one place. A planner that names too few serves places twice; one that names none
    serves nobody.
    """
    if isinstance(planned, Failure):
        return planned
    named = {(t.subject.casefold(), t.idea.casefold()): t for t in planned.topics if t.subject}
    if not named:
        return Failure(kind="unreadable", message="the planner named no topic", retryable=False)
    return list(named.values())[place(want).number % SET % len(named)]
