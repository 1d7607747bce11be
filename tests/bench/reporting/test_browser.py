"""A browser that is not there is an error with a way out."""

import pytest

from bench.reporting import browser
from blindspot.core.errors import ConfigError


def test_the_environment_names_the_program(monkeypatch):
    monkeypatch.setenv("CHROMIUM", "/opt/browser")
    assert browser.program() == "/opt/browser"


def test_the_first_of_the_usual_names_is_taken(monkeypatch, tmp_path):
    monkeypatch.delenv("CHROMIUM", raising=False)
    for name in ("google-chrome", "chromium-browser"):
        (tmp_path / name).write_text("#!/bin/sh\n")
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert browser.program() == str(tmp_path / "chromium-browser")


@pytest.mark.parametrize(
    ("program", "said"), [(None, "not installed"), ("/nowhere/chromium", "does not start")]
)
def test_no_browser_is_said(monkeypatch, tmp_path, program, said):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("CHROMIUM", raising=False)
    if program:
        monkeypatch.setenv("CHROMIUM", program)
    with pytest.raises(ConfigError, match=said), browser.browser():
        pass
