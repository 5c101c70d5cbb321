from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import pytest

from adapters.media.fetching import Fetched, fetch
from adapters.media.settings import FetchSettings
from adapters.media.urls import checked
from adapters.sandbox.media import Catalogue, Sandbox
from adapters.sandbox.media.catalogue import Track

EVERYWHERE = ("soundcloud", "youtube", "youtube-music", "direct")
SECONDS = 6


class Fetch(Protocol):
    def __call__(self, url: str, *, wanted_s: float = ...) -> Fetched: ...


@pytest.fixture
def sites() -> Iterator[Sandbox]:
    """One track everywhere; its number is 101."""
    made = Catalogue()
    made.add("Harbour Lights", "Rhea Lund", SECONDS, sites=EVERYWHERE, isrc="QZES72600001")
    with Sandbox(made) as running:
        yield running


@pytest.fixture
def track(sites: Sandbox) -> Track:
    return sites.catalogue.tracks[101]


@pytest.fixture
def settings(sites: Sandbox) -> FetchSettings:
    return FetchSettings(base_url=sites.url)


@pytest.fixture
def fetched(settings: FetchSettings, tmp_path: Path) -> Fetch:
    """Fetch an address of the sites into one folder."""

    def now(url: str, *, wanted_s: float = 0.0) -> Fetched:
        return fetch(checked(url), tmp_path / "audio", settings=settings, wanted_s=wanted_s)

    return now
