"""What a teacher's verdict changes of what is known already."""

import pytest

from blindspot.core.records import Attribution
from diagnostics.causes.explaining import _told
from diagnostics.causes.failed import Failed


def said(stage: str, source: str, **more) -> Attribution:
    return Attribution(sample_id="s000000", stage=stage, source=source, confidence=0.8, **more)


VERDICT = said("reading", "teacher", wrong_step="reads 42", skill="reading axes", evidence="42")


@pytest.fixture
def failed(make):
    def of(stage: str, source: str) -> Failed:
        sample = make.sample(0)
        return Failed(sample, make.answered(sample, 0.0), said(stage, source, evidence="4"))

    return of


def test_what_was_open_takes_the_whole_verdict(failed) -> None:
    assert _told(failed("unresolved", "none"), VERDICT).attribution == VERDICT


def test_a_stage_that_a_rule_named_stays_and_gets_step_and_skill(failed) -> None:
    told = _told(failed("calculation", "calculation"), VERDICT).attribution
    assert (told.stage, told.source, told.evidence) == ("calculation", "calculation", "4")
    assert (told.wrong_step, told.skill) == ("reads 42", "reading axes")


def test_without_a_verdict_nothing_changes(failed) -> None:
    before = failed("calculation", "calculation")
    assert _told(before, None) is before
