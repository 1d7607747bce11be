"""What a sample asks of the eye: whether a look answers it, and what went wrong if the look did.

counting/natural_scene    a look; seen wrongly is `perception`
ocr/text_dense            a look; seen wrongly is `reading`
arithmetic/math_formula   more than a look; its formula seen wrongly is `reading`
science/diagram           more than a look; seen wrongly is `perception`
"""

from typing import Final

from blindspot.core.records import Sample

_OF_TEXT: Final = frozenset({"ocr", "document_reading", "chart_reading"})
_OF_THINGS: Final = frozenset(
    {
        *("perception", "presence", "counting", "color", "shape", "localisation", "spatial"),
        *("size_comparison", "clock_reading", "hallucination_resistance", "unanswerable"),
    }
)
_WRITTEN: Final = frozenset({"text_dense", "math_formula"})
"""Image types whose content is text."""


def is_look(sample: Sample) -> bool:
    """Whether the picture alone answers it, and nothing but the picture can. Naming a thing is not
    a look: it takes knowing the name.
    """
    return sample.capability in _OF_TEXT | _OF_THINGS


def seeing_stage(sample: Sample) -> str:
    """`reading` or `perception`: where the answer breaks if the picture was not made out."""
    if sample.capability in _OF_TEXT:
        return "reading"
    written = sample.image_type in _WRITTEN and sample.capability not in _OF_THINGS
    return "reading" if written else "perception"
