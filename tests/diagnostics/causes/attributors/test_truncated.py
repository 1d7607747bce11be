"""Cut off or not."""

import pytest

from diagnostics.causes.attributors.truncated import PLUGIN


@pytest.mark.parametrize(("reason", "stage"), [("length", "truncated"), ("stop", None)])
def test_finish_reason(make, reason: str, stage: str | None):
    sample = make.sample(0)
    said = {"text": "so far", "finish_reason": reason}
    verdict = PLUGIN.attribute(sample, make.answered(sample, 0.0, completion=said))
    assert (verdict.stage if verdict else None) == stage
