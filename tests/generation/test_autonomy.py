"""Who generated and who verified, and the level that follows."""

import pytest

from generation.autonomy import answers_itself, autonomy

AGENT = {"model": {"backend": "replay"}}


@pytest.fixture
def own(tmp_path):
    def written(verifier, model=""):
        path = tmp_path / f"{verifier}.toml"
        path.write_text(f'verifier = "{verifier}"\n{model}\n')
        return {"sources": [{"plugin": "own_answers", "path": str(path)}]}

    return written


@pytest.mark.parametrize(
    ("changes", "level", "generated", "verified"),
    [
        ({"sources": [{}]}, "none", "program", "program"),
        (
            {"sources": [{}], "negatives": {"samples": 4}},
            "generation",
            "program, the model itself",
            "program",
        ),
        ({"sources": [{"plugin": "retrieve"}]}, "none", "people", "people"),
        ({"sources": [{"plugin": "pool"}]}, "none", "another model", "nobody"),
        (
            {"sources": [{"plugin": "pool"}, {}], "agents": {"solvers": [AGENT]}},
            "none",
            "another model, program",
            "another model, program",
        ),
    ],
)
def test_sources_and_gates_say_who(kit, changes, level, generated, verified):
    found = autonomy(kit.settings(**changes))
    assert found == {"level": level, "generated_by": generated, "verified_by": verified}


@pytest.mark.parametrize(
    ("verifier", "level", "verified"),
    [
        ("rule", "generation", "program"),
        ("self_consistency", "full", "the model itself"),
        ("unverified", "generation", "nobody"),
    ],
)
def test_own_answers_are_the_models(kit, own, verifier, level, verified):
    found = autonomy(kit.settings(**own(verifier)))
    assert found == {
        "level": level,
        "generated_by": "the model itself",
        "verified_by": verified,
    }


@pytest.mark.parametrize(
    ("verifier", "verified"),
    [("rule", "program"), ("self_consistency", "another model"), ("unverified", "nobody")],
)
def test_answers_of_a_model_that_the_file_names_are_another_models(kit, own, verifier, verified):
    config = kit.settings(**own(verifier, '[model]\nbackend = "replay"'))
    assert autonomy(config) == {
        "level": "none",
        "generated_by": "another model",
        "verified_by": verified,
    }
    assert not answers_itself(config)
    assert answers_itself(kit.settings(**own(verifier)))
