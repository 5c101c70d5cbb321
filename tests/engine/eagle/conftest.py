from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.sandbox.clock import Clock
from adapters.sandbox.eagle import Sandbox
from tests.engine.eagle.shelf import Shelf


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def app(tmp_path: Path, clock: Clock) -> Iterator[Sandbox]:
    """The app with the small library; what is added is seen a moment later."""
    with Sandbox(tmp_path / "libraries", clock=clock, delay=0.5) as running:
        yield running


@pytest.fixture
def shelf(tmp_path: Path, app: Sandbox, clock: Clock) -> Shelf:
    return Shelf(tmp_path, app, clock)
