"""Which models several threads may ask at once."""

import pytest

from blindspot.core.model import ModelSettings
from generation.settings import GenerationSettings
from generation.spending import served

LOCAL = {"checkpoint": "tiny"}
SERVED = {"backend": "openai_api", "base_urls": ["http://127.0.0.1:9/v1"], "model": "m"}


def settings(*solvers, **others) -> GenerationSettings:
    roles = {role: {"model": model} for role, model in others.items()}
    agents = {"solvers": [{"model": model} for model in solvers], **roles}
    return GenerationSettings.model_validate({"sources": [{"plugin": "web"}], "agents": agents})


@pytest.mark.parametrize(
    ("config", "policy", "expected"),
    [
        (settings(SERVED, SERVED, validator=SERVED), SERVED, {"solver", "validator", "policy"}),
        (settings(SERVED, LOCAL, validator=SERVED), SERVED, {"validator", "policy"}),
        (settings(SERVED, SERVED), LOCAL, {"solver"}),
        (settings(), LOCAL, set()),
    ],
)
def test_a_role_is_served_where_all_its_models_are(config, policy, expected):
    assert served(config, ModelSettings.model_validate(policy)) == expected
