"""The examples are scripts; their folder is where Python finds their modules when they run."""

import sys
from pathlib import Path

EXAMPLES = Path(__file__).parents[2] / "examples"
sys.path += [str(EXAMPLES / "tiny"), str(EXAMPLES / "error-driven")]
