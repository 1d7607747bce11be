"""The image seeker: a topic in, search queries out; from what was found, the best places.

    "a market stall"                             →  queries "market stall fruit", …
    "a market stall", 0 "Stall", 1 "Logo"        →  chosen 0

It sees no picture, only what strangers wrote of it; that a chosen number is among the offers is for
whoever asks to see to.
"""

from pathlib import Path
from typing import Final

from blindspot.core.records import Record
from generation.agent import Agent
from generation.prompting import quoted, shortened

PROMPT: Final = Path(__file__).with_suffix(".txt").read_text()
TITLE: Final = 200
"""Characters of a title or tag that are shown."""
TAGS: Final = 20
"""Tags of an offer that are shown."""


class Offer(Record):
    """One picture that a search found, as its words describe it: quoted data, no instructions."""

    number: int
    """Its place among the offers, from 0."""
    title: str
    """What its page or file is called."""
    tags: tuple[str, ...] = ()
    """Words that it is filed under."""
    width: int = 0
    """Pixels, 0 where it is not known."""
    height: int = 0
    """Pixels, 0 where it is not known."""


class SeekerRequest(Record):
    """What to look for, or what to choose from."""

    subject: str
    """What the picture should show."""
    idea: str
    """Which question it should serve."""
    image_type: str
    """The term."""
    offers: tuple[Offer, ...] = ()
    """What was found; empty while queries are wanted."""


class Seeking(Record):
    """What the image seeker replies."""

    queries: tuple[str, ...]
    """One to three search queries, the most promising first; empty when choosing."""
    chosen: tuple[int, ...]
    """Numbers of offers that suit, the best first; empty when none does, or when nothing is
    offered.
    """


class ImageSeeker:
    """The `image_seeker`."""

    reply = Seeking

    def prompt(self, request: SeekerRequest) -> str:
        return PROMPT.format(
            subject=quoted(request.subject),
            idea=quoted(request.idea),
            image_type=quoted(request.image_type),
            offers=quoted([_shown(offer) for offer in request.offers]),
        )

    def images(self, request: SeekerRequest) -> tuple[str, ...]:
        return ()


def _shown(offer: Offer) -> dict[str, object]:
    tags = [shortened(tag, TITLE) for tag in offer.tags[:TAGS]]
    size = {"width": offer.width, "height": offer.height}
    return {"number": offer.number, "title": shortened(offer.title, TITLE), "tags": tags, **size}


PLUGIN: Final[Agent[SeekerRequest, Seeking]] = ImageSeeker()
