from blindspot.core.model import Request
from diagnostics.causes.probe import Intervention
from diagnostics.causes.probes.resampled import PLUGIN


def test_the_same_request_is_drawn_several_times(means, make):
    sample, given = make.sample(1, prompt="How many?"), means()
    (drawn,) = PLUGIN.interventions([sample], given)
    assert isinstance(drawn, Intervention)
    assert [r.repeat for r in drawn.requests] == [0, 1, 2]
    assert {(r.prompt, r.images) for r in drawn.requests} == {("How many?", sample.images)}
    assert {r.sampling.temperature for r in drawn.requests} == {0.7}
    assert {r.sampling.max_tokens for r in drawn.requests} == {77}
    assert (PLUGIN.kind, PLUGIN.stage(sample)) == ("redraw", None)


def test_no_draw_is_one_that_an_evaluation_at_that_temperature_made(means, make):
    sample, given = make.sample(1), means()
    (drawn,) = PLUGIN.interventions([sample], given)
    assert isinstance(drawn, Intervention)
    sampling = given.sampling.model_copy(update={"temperature": 0.7})
    earlier = {
        Request(prompt=sample.prompt, images=sample.images, sampling=sampling, repeat=i).key("m")
        for i in range(10)
    }
    assert not earlier & {request.key("m") for request in drawn.requests}
