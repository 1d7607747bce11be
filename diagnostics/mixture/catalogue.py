"""What the configured sources can make, as the mixture asks for it."""

from collections.abc import Mapping, Sequence

from blindspot.core.training_set import Makeable
from diagnostics.labelling.labelled import Category


class Catalogue:
    """What the configured sources can make; without any, everything."""

    def __init__(self, can_make: Sequence[Makeable]) -> None:
        self._can_make = tuple(can_make)

    def makes(self, category: Category) -> bool:
        return not self._can_make or any(self._of(category))

    def known(self, category: Category, condition: Mapping[str, str]) -> dict[str, str]:
        """The largest part of a condition that one source can make; of equally large ones the
        first by name.
        """
        if not self._can_make:
            return dict(condition)
        parts = [
            {k: v for k, v in sorted(condition.items()) if v in row.conditions.get(k, ())}
            for row in self._of(category)
        ]
        return min(parts, key=lambda part: (-len(part), list(part.items())), default={})

    def values(self, category: Category, attribute: str) -> list[str]:
        """The values of an attribute that some source can make."""
        return sorted({v for m in self._of(category) for v in m.conditions.get(attribute, ())})

    def categories(self) -> list[Category]:
        return sorted({(m.capability, m.image_type) for m in self._can_make})

    def _of(self, category: Category) -> list[Makeable]:
        return [m for m in self._can_make if (m.capability, m.image_type) == category]
