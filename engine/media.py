"""The media sites of the configuration, as fetching wants them."""

from __future__ import annotations

from engine.config import FetchSettings
from engine.fetching import Media


def sites(settings: FetchSettings) -> Media:
    """What is configured; nothing is asked of anybody yet."""
    raise NotImplementedError
