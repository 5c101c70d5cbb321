from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.eagle.settings import EagleSettings
from adapters.eagle.sink import Eagle
from adapters.sandbox.clock import Clock
from adapters.sandbox.eagle import Sandbox
from tests.adapters.eagle.tracks import settings_of, sink


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def app(tmp_path: Path, clock: Clock) -> Iterator[Sandbox]:
    """The app with the small library; what is added is seen two seconds later."""
    with Sandbox(tmp_path / "libraries", clock=clock, delay=2.0) as running:
        yield running


@pytest.fixture
def settings(app: Sandbox) -> EagleSettings:
    return settings_of(app)


@pytest.fixture
def eagle(app: Sandbox, clock: Clock) -> Iterator[Eagle]:
    made = sink(app, clock)
    yield made
    made.close()
