from blindspot.core.records import Failure
from diagnostics.causes.probe import Intervention
from diagnostics.causes.probes.caption import PLUGIN, WANTED


def test_the_description_stands_before_the_question_and_the_picture_stays(means, make):
    sample = make.sample(1, prompt="How many?", attributes={"content": "two dogs"})
    given = means()
    (told,) = PLUGIN.interventions([sample], given)
    assert isinstance(told, Intervention)
    (request,) = told.requests
    assert request.prompt == "The picture shows: two dogs\n\nHow many?"
    assert (request.images, request.sampling) == (sample.images, given.sampling)


def test_the_farther_the_source_the_lower_the_confidence(means, make):
    says = [{"prompt": WANTED.instruction, "text": "two dogs"}]
    stated = make.sample(1, attributes={"content": "two dogs"})
    found = [
        PLUGIN.interventions([stated], means())[0],
        PLUGIN.interventions([make.sample(2)], means([], says))[0],
        PLUGIN.interventions([make.sample(2)], means(says))[0],
    ]
    given = [each.confidence for each in found if isinstance(each, Intervention)]
    assert len(given) == 3
    assert given == sorted(set(given), reverse=True)


def test_without_a_description_nothing_is_asked(means, make):
    failure = {"kind": "timeout", "message": "scripted", "retryable": True}
    given = means([{"prompt": WANTED.instruction, "failure": failure}])
    leaking = make.sample(1, attributes={"content": "answer: 3"})
    assert PLUGIN.interventions([leaking, make.sample(2)], given) == [
        None,
        Failure.model_validate(failure),
    ]


def test_what_it_speaks_for_is_the_kind_of_seeing(make):
    assert PLUGIN.kind == "repair"
    assert PLUGIN.stage(make.sample(1, "counting")) == "perception"
    assert PLUGIN.stage(make.sample(1, "ocr", "text_dense")) == "reading"
