"""Executors are found by name, and every one of them keeps the contract's order and errors."""

import pytest

from blindspot.core.errors import UnknownNameError
from generation.executor import executors, open_executor
from generation.settings import GenerationSettings


def test_the_folder_lists_both_without_importing_ray():
    assert executors.names() == ["local", "ray"]


def test_the_default_is_this_process():
    settings = GenerationSettings()
    with open_executor(settings.executor, settings.ray_address) as executor:
        seen = []
        assert executor.map(lambda item: seen.append(item) or -item, [3, 1, 2]) == [-3, -1, -2]
    assert seen == [3, 1, 2]


def test_a_name_that_there_is_not_says_which_there_are():
    with pytest.raises(UnknownNameError, match=r"Did you mean 'local'\? Known: local, ray"):
        open_executor("locl", "")
