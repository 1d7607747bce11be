"""What a training set is made from beside the run's own artifacts: what lies at the sources' paths,
and the models that a source names itself.

    files(config)   {"source-0": "9f86d0…", "source-0-model-0": "models/qwen@1c…"}

A path that does not exist is left out here; the source that needs it refuses to open.
"""

from collections.abc import Iterator

from blindspot.core.digests import path_digest
from blindspot.core.model import fingerprint
from generation.settings import GenerationSettings
from generation.source import ConfiguredSource, SourceSettings, sources


def files(config: GenerationSettings) -> dict[str, str]:
    """Digests by the place of the source in the settings."""
    return {
        f"source-{number}{name}": digest
        for number, settings in enumerate(config.sources)
        for name, digest in _of(settings)
    }


def _of(settings: SourceSettings) -> Iterator[tuple[str, str]]:
    if settings.path is None or not settings.path.exists():
        return
    yield "", path_digest(settings.path)
    plugin = sources.load(settings.plugin)
    if isinstance(plugin, ConfiguredSource):
        for name, digest in _of(plugin.questions(settings)):
            yield f"-questions{name}", digest
        for number, model in enumerate(plugin.models(settings)):
            yield f"-model-{number}", fingerprint(model)
