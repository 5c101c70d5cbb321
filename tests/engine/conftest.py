"""A stand-in of Notion with a clock that tests advance, and a library that is shown in it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.sandbox.clock import Clock
from adapters.sandbox.notion import Sandbox
from tests.engine import on_notion
from tests.engine.on_notion import Shelf


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def notion(clock: Clock) -> Iterator[Sandbox]:
    with Sandbox(clock=clock) as running:
        yield running


@pytest.fixture
def shelf(tmp_path: Path, notion: Sandbox, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Shelf:
    return on_notion.shelf(tmp_path, notion, clock, monkeypatch)
