from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.sandbox.clock import Clock
from adapters.sandbox.eagle import Sandbox
from tests.adapters.sandbox.wire import Wire


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def eagle(tmp_path: Path, clock: Clock) -> Iterator[Sandbox]:
    """The small library, on a clock that stands still."""
    with Sandbox(tmp_path / "libraries", clock=clock, delay=2.0) as running:
        yield running


@pytest.fixture
def wire(eagle: Sandbox) -> Wire:
    return Wire(eagle)


@pytest.fixture
def sound(tmp_path: Path) -> Path:
    path = tmp_path / "A song.MP3"
    path.write_bytes(b"sound")
    return path
