"""The autonomy level of a training set: who generated what the model learns from, and who verified
it (Self-Improvement in Multimodal LLMs: A Survey, arXiv 2510.02665).

    programmatic                       program            by program            "none"
    retrieve                           people             by people             "none"
    pool, with solvers                 another model      by another model      "none"
    own_answers, verifier = rule       the model itself   by program            "generation"
    own_answers, self_consistency      the model itself   by itself             "full"

The level says which of the two the model does itself: none, generation (of answers or of the wrong
answers that dpo rejects), or full: both. Departure: the survey numbers its levels; here they are
named by what they mean and the two parties stand beside them, so that any numbering follows.

A source that answers for itself says so by `AttributedSource`; of others it is read off what they
need: nobody (drawn by program), a writer (another model), or a labelled file (people).
"""

from collections.abc import Iterable
from typing import Final, Protocol, runtime_checkable

from generation.settings import GenerationSettings
from generation.source import AloneSource, SourceSettings, sources

PROGRAM: Final = "program"
PEOPLE: Final = "people"
ANOTHER_MODEL: Final = "another model"
ITSELF: Final = "the model itself"
NOBODY: Final = "nobody"


@runtime_checkable
class AttributedSource(Protocol):
    """What a source may say beside its contract: who its answers are from."""

    def parties(self, settings: SourceSettings) -> tuple[str, str]:
        """Who generated and who verified, as named above."""
        ...


def autonomy(config: GenerationSettings) -> dict[str, str]:
    """`level`, `generated_by` and `verified_by`; several parties are joined by commas."""
    both = [_parties(s, bool(config.agents.solvers)) for s in config.sources]
    generated = [by for by, _ in both]
    verified = [by for _, by in both]
    if config.negatives.samples:  # generated wrong on purpose, wrong by comparison with the key
        generated.append(ITSELF)
        verified.append(PROGRAM)
    return {
        "level": _level(ITSELF in generated, ITSELF in verified),
        "generated_by": _joined(generated),
        "verified_by": _joined(verified),
    }


def answers_itself(config: GenerationSettings) -> bool:
    """Whether a source asks the model that is to learn."""
    return any(ITSELF in _parties(source, solvers=False) for source in config.sources)


def _level(generates: bool, verifies: bool) -> str:
    if generates:
        return "full" if verifies else "generation"
    return "verification" if verifies else "none"


def _parties(settings: SourceSettings, solvers: bool) -> tuple[str, str]:
    plugin = sources.load(settings.plugin)
    if isinstance(plugin, AttributedSource):
        return plugin.parties(settings)
    if isinstance(plugin, AloneSource) and plugin.alone:
        return PROGRAM, PROGRAM
    if "writer" in plugin.roles(settings):
        return ANOTHER_MODEL, ANOTHER_MODEL if solvers else NOBODY
    return PEOPLE, ANOTHER_MODEL if solvers else PEOPLE


def _joined(parties: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(parties))
