"""The examples are scripts; their folder is where Python finds their modules when they run."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[2] / "examples" / "tiny"))
