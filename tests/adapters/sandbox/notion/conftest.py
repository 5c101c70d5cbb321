from __future__ import annotations

from collections.abc import Iterator

import pytest

from adapters.sandbox.clock import Clock
from adapters.sandbox.notion import Sandbox
from tests.adapters.sandbox.notion.api import Api


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def notion(clock: Clock) -> Iterator[Sandbox]:
    """One empty page, on a clock that stands still."""
    with Sandbox(clock=clock) as running:
        yield running


@pytest.fixture
def api(notion: Sandbox) -> Api:
    return Api(notion)
