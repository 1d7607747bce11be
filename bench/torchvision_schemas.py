"""Declares two operators that are missing where torchvision's library was built for another torch,
and `import torchvision` therefore ends with `operator torchvision::nms does not exist`.

    .vllm/bin/python bench/torchvision_schemas.py     installs it into that environment

Installed, it runs at the start of every process of the environment, so also in those that vLLM
starts, and declares them when torchvision is first imported. Nothing calls them: vLLM uses
torchvision to resize pictures.
"""

import importlib.abc
import shutil
import sys
import sysconfig
from pathlib import Path
from typing import Any

OPERATORS = ("nms", "qnms")
SIGNATURE = "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor"
_kept: list[Any] = []


class _BeforeTorchvision(importlib.abc.MetaPathFinder):
    """Finds nothing; is asked before torchvision is found."""

    def find_spec(self, fullname: str, path: Any, target: Any = None) -> None:
        if fullname == "torchvision":
            sys.meta_path.remove(self)
            _declare()


def _declare() -> None:
    import torch

    library = torch.library.Library("torchvision", "DEF")
    for operator in OPERATORS:
        library.define(operator + SIGNATURE)
    _kept.append(library)  # the declarations end with the object


def _install() -> None:
    here = Path(__file__)
    packages = Path(sysconfig.get_path("purelib"))
    shutil.copy(here, packages / here.name)
    (packages / f"{here.stem}.pth").write_text(f"import {here.stem}\n")


if __name__ == "__main__":
    _install()
else:
    sys.meta_path.insert(0, _BeforeTorchvision())
