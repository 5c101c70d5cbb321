"""Every test has a home of its own and cannot touch the user's."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

from adapters import processes
from adapters.spotify import quota
from tests.crate import Crate

# The same examples at every run: a change is judged by what it changed. `--hypothesis-profile hunt`
# looks for new ones.
settings.register_profile("cratelog", deadline=None, derandomize=True)
settings.register_profile("hunt", deadline=None, max_examples=2000)
settings.load_profile("cratelog")


@pytest.fixture(autouse=True)
def clean_env(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No setting of the person who runs the tests reaches them."""
    for name in os.environ:
        if name.startswith(("CRATELOG", "XDG_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path / "person"))
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")
    monkeypatch.setattr(processes, "running", lambda: iter(()))


@pytest.fixture
def crate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Crate:
    """An empty library with a folder for backups, one for music and one to lay out."""
    made = Crate(tmp_path / "crate")
    monkeypatch.setenv("CRATELOG_HOME", str(made.home))
    monkeypatch.setattr(quota, "GAP", 0.0)  # the pauses have a test of their own
    return made
