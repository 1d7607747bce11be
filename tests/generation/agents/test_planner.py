from generation.agents.planner import PLUGIN, PlannerRequest
from generation.prompting import FORMS


def test_it_is_told_the_cell_and_how_many_topics() -> None:
    request = PlannerRequest(
        capability="counting",
        capability_definition="how many",
        image_type="photo",
        image_type_definition="of a camera",
        brief="aims at crowds: hard",
        examples=("How many hats?",),
        count=7,
    )
    said = PLUGIN.prompt(request)
    for words in ('"counting"', '"how many"', '"photo"', '"aims at crowds: hard"'):
        assert words in said
    assert '["How many hats?"]' in said
    assert "exactly 7 topics" in said
    assert all(f"{kind}: " in said for kind in FORMS)
    assert PLUGIN.images(request) == ()
