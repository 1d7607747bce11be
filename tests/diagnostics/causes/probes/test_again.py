from diagnostics.causes.probe import Intervention
from diagnostics.causes.probes.again import PLUGIN


def test_only_a_sentence_is_added(means, make):
    sample, given = make.sample(1, prompt="How many?"), means()
    (again,) = PLUGIN.interventions([sample], given)
    assert isinstance(again, Intervention)
    (request,) = again.requests
    assert request.prompt == "Here is a question.\n\nHow many?"
    assert (request.images, request.sampling) == (sample.images, given.sampling)
    assert (PLUGIN.kind, PLUGIN.stage(sample)) == ("control", None)
