from __future__ import annotations

from collections.abc import Iterator

import pytest

from adapters.sandbox.clock import Clock
from adapters.sandbox.spotify import Sandbox
from tests.adapters.sandbox.wire import Wire


@pytest.fixture
def spotify() -> Iterator[Sandbox]:
    """The small library, on a clock that stands still."""
    with Sandbox(clock=Clock()) as running:
        yield running


@pytest.fixture
def wire(spotify: Sandbox) -> Wire:
    return Wire(spotify, spotify.token)
