"""Names and colours that figures use, no two of one list alike.

>>> distinct(random.Random(0), range(10, 100), 3)
[59, 63, 15]
"""

import random
from collections.abc import Sequence
from typing import Final, TypeVar

from generation.canvas import Ink

T = TypeVar("T")

TINTS: Final[dict[str, Ink]] = {
    "red": (205, 45, 45),
    "green": (40, 145, 70),
    "blue": (45, 90, 205),
    "orange": (242, 145, 30),
    "purple": (135, 60, 170),
    "yellow": (244, 214, 60),
    "brown": (125, 80, 45),
    "pink": (240, 130, 185),
}
"""Colours that nobody takes for one another."""

GOODS: Final = (
    "Apples", "Bread", "Butter", "Cheese", "Coffee", "Eggs", "Honey", "Lemons", "Milk", "Noodles",
    "Olives", "Onions", "Pears", "Rice", "Salt", "Soap", "Soup", "Sugar", "Tea", "Yogurt",
)  # fmt: skip
DAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
WEEKDAYS: Final = (
    "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday",
)  # fmt: skip
MONTHS: Final = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip
SHORT_MONTHS: Final = tuple(month[:3] for month in MONTHS)
FIRST_NAMES: Final = (
    "Alice", "Bruno", "Clara", "David", "Elena", "Felix", "Grace", "Hugo", "Irene", "Jonas",
    "Karla", "Liam", "Maria", "Noah", "Olga", "Peter", "Rosa", "Simon", "Tara", "Viktor",
)  # fmt: skip
LAST_NAMES: Final = (
    "Adler", "Baker", "Costa", "Dvorak", "Eriksen", "Fischer", "Garcia", "Haas", "Ivanov",
    "Jensen", "Keller", "Lopez", "Meyer", "Novak", "Okoye", "Petrov", "Quinn", "Rossi", "Santos",
    "Weber",
)  # fmt: skip
TOWNS: Final = (
    "Alden", "Birch", "Corby", "Dale", "Elm", "Ford", "Glen", "Hart", "Ives", "Kirk", "Lund",
    "Mill", "Nord", "Oak", "Pine", "Ryde", "Stow", "Tarn", "Vale", "Wick",
)  # fmt: skip
PLACES: Final = (
    "Bank", "Cafe", "Church", "Cinema", "Hotel", "Library", "Market", "Museum", "Park", "Pool",
    "School", "Station", "Theatre", "Zoo",
)  # fmt: skip
REGIONS: Final = ("North", "South", "East", "West", "Coast", "Hills")


def distinct(rng: random.Random, population: Sequence[T], count: int) -> list[T]:
    """`count` different ones, in an order of their own."""
    return rng.sample(population, count)


def price(cents: int) -> str:
    """`3.45` for 345."""
    return f"{cents // 100}.{cents % 100:02d}"
