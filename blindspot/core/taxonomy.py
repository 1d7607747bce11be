"""The terms of a category, `capability/image_type`: what was asked, of what kind of picture.

A benchmark maps its own metadata to these terms; a user's own benchmark may bring others, which are
kept as they are.
"""

from typing import Final

IMAGE_TYPES: Final = {
    "geometric": "shapes, and figures of geometry problems",
    "medical": "scans, slides, photographs of patients",
    "chart_graph": "plots of data: bars, lines, pies, scatter plots",
    "text_dense": "pages, forms, receipts, screenshots, tables: mostly text",
    "diagram": "schematics, flow charts, circuits, puzzles, scientific drawings",
    "math_formula": "written mathematics, chemical structures, sheet music",
    "map": "maps of places",
    "natural_scene": "photographs of scenes outdoors or indoors",
    "artistic": "paintings, drawings, comics, posters",
    "everyday_object": "photographs of one or a few things",
    "architectural": "buildings and plans of buildings",
    "mixed": "several kinds, or a kind that nobody stated",
}

CAPABILITIES: Final = {
    "perception": "what is to be seen: scene, style, mood, attributes",
    "recognition": "naming a thing, person, place or species",
    "presence": "whether something is there",
    "counting": "how many",
    "color": "which color",
    "shape": "which shape",
    "localisation": "where in the picture",
    "spatial": "how things lie to one another",
    "size_comparison": "which is larger, longer, nearer",
    "ocr": "reading text as it stands",
    "document_reading": "finding what a document says in answer to a question",
    "chart_reading": "reading values and relations from a plot",
    "clock_reading": "reading a dial or gauge",
    "arithmetic": "computing with numbers that are given or read",
    "geometry": "lengths, angles, areas, solids",
    "math_reasoning": "mathematics beyond arithmetic and geometry",
    "knowledge": "facts or professional knowledge that the picture does not hold",
    "science": "physics, chemistry, biology, earth science",
    "logical_reasoning": "patterns, sequences, puzzles, inference over several steps",
    "instance_reasoning": "attributes and relations of things in a scene, inferred",
    "hallucination_resistance": "not asserting what the picture does not show or contradicts",
    "unanswerable": "saying that the picture does not answer it",
}
