import json

from generation.agents.image_seeker import PLUGIN, Offer, SeekerRequest


def offers_in(request: SeekerRequest) -> object:
    [line] = [x for x in PLUGIN.prompt(request).splitlines() if x.startswith("Offers")]
    return json.loads(line.partition("(JSON): ")[2])


def test_offers_are_shown_by_number() -> None:
    offers = (Offer(number=0, title="Stall", tags=("fruit",), width=800), Offer(number=1, title=""))
    request = SeekerRequest(subject="a stall", idea="count", image_type="photo", offers=offers)
    assert offers_in(request) == [offer.model_dump(mode="json") for offer in offers]
    assert PLUGIN.images(request) == ()


def test_without_offers_it_writes_queries() -> None:
    request = SeekerRequest(subject="a stall", idea="count", image_type="photo")
    assert offers_in(request) == []
    assert "Where there are no offers, write one to three search queries" in PLUGIN.prompt(request)


def test_an_offer_with_many_tags_shows_some() -> None:
    offer = Offer(number=0, title="x", tags=tuple(f"t{i}" for i in range(999)))
    request = SeekerRequest(subject="", idea="", image_type="photo", offers=(offer,))
    assert offers_in(request) == [
        offer.model_copy(update={"tags": offer.tags[:20]}).model_dump(mode="json")
    ]
