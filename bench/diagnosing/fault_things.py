"""What the questions of `fault_questions` are about, and words for numbers."""

from typing import Final

THINGS: Final = (
    *("dog", "bench", "bicycle", "umbrella", "lamp"),
    *("kite", "truck", "backpack", "clock", "bottle"),
)
COLORS: Final = (
    *("red", "blue", "green", "yellow", "black"),
    *("white", "orange", "purple", "brown", "gray"),
)
SHAPES: Final = (
    *("circle", "square", "triangle", "rectangle", "pentagon"),
    *("hexagon", "star", "oval"),
)
WORDS: Final = (
    *("HARBOUR", "Meadow Lane", "Fresh Bakery", "EXIT 42", "Riverside Hotel", "Grand Central"),
    *("Sunset Boulevard", "NO PARKING", "Kowalski", "Tomorrowland", "咖啡馆营业中", "Cafetería"),
)
COUNTRIES: Final = ("Spain", "Portugal", "Italy", "Greece", "Morocco", "Croatia", "Peru", "Chile")
SUMMED: Final = (
    ("arithmetic", "text_dense", "item", "What is the price of both items together?"),
    ("arithmetic", "chart_graph", "bar", "What is the sum of the two highest bars?"),
    ("geometry", "geometric", "side", "How long is side AC?"),
)
SPELT: Final = {
    str(i): word
    for i, word in enumerate(
        ("three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"), 3
    )
}
WORDED: Final = ("several", "a lot of them", "many", "quite a few", "plenty", "some")
