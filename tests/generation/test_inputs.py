"""What lies at the sources' paths belongs to a training set's identity; where it lies does not."""

import pytest

from generation.inputs import files
from generation.source import SourceSettings
from generation.stage import generate


@pytest.fixture
def told(tmp_path):
    """Writes the file of an `own_answers` source that retrieves its questions."""
    (tmp_path / "support.jsonl").write_text('{"question": "How many?", "target": "3"}')
    (tmp_path / "answers.jsonl").write_text('{"prompt": "*", "text": "3"}')

    def written(verifier="rule", name="own.toml"):
        path = tmp_path / name
        path.write_text(
            f'verifier = "{verifier}"\n[model]\nbackend = "replay"\n'
            'checkpoint = "answers.jsonl"\n[questions]\nplugin = "retrieve"\n'
            'path = "support.jsonl"\n'
        )
        return SourceSettings(plugin="own_answers", path=path)

    return written


def test_the_file_its_questions_and_its_models_count(kit, told, tmp_path):
    config = kit.settings(sources=(SourceSettings(), told()))
    before = files(config)
    assert set(before) == {"source-1", "source-1-questions", "source-1-model-0"}
    told(verifier="unverified")
    after = files(config)
    assert {name for name in before if before[name] != after[name]} == {"source-1"}
    (tmp_path / "support.jsonl").write_text('{"question": "How many?", "target": "4"}')
    (tmp_path / "answers.jsonl").write_text('{"prompt": "*", "text": "4"}')
    again = files(config)
    changed = {name for name in after if after[name] != again[name]}
    assert changed == {"source-1-questions", "source-1-model-0"}


def test_where_they_lie_does_not_count(kit, told):
    one, two = (files(kit.settings(sources=(told(name=name),))) for name in ("a.toml", "b.toml"))
    assert one == two


def test_a_folder_counts_by_all_its_files_and_a_missing_path_not_at_all(kit, tmp_path):
    config = kit.settings(sources=(SourceSettings(plugin="pool", path=tmp_path / "pictures"),))
    assert files(config) == {}
    (tmp_path / "pictures" / "deep").mkdir(parents=True)
    (tmp_path / "pictures" / "deep" / "a.png").write_bytes(b"one")
    before = files(config)
    (tmp_path / "pictures" / "deep" / "a.png").write_bytes(b"two")
    assert list(before) == ["source-0"]
    assert files(config) != before


def test_the_manifest_names_them(kit, world, tmp_path):
    path = tmp_path / "own.toml"
    path.write_text('verifier = "unverified"\n[questions]\nsize = 48\n')
    config = kit.settings(
        sources=[SourceSettings(plugin="own_answers", path=path)], difficulty={"enabled": False}
    )
    inputs = world.inputs(kit.diagnosis(kit.share("counting/geometric", 2)))
    manifest = generate(config, inputs, world.root / "set", kit.policy).manifest
    assert manifest.inputs["source-0"] == files(config)["source-0"]
