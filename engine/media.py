"""The media sites of the configuration, as fetching wants them."""

from __future__ import annotations

from pathlib import Path

from adapters.contract import Permanent
from adapters.media.settings import FetchSettings, Site
from adapters.media.urls import checked
from engine.candidates import Candidate
from engine.fetching import Fetched
from engine.ports import Transfer, Transfers, silent
from state.values import Ref


class Sites:
    """`engine.fetching.Media` over the sites that are configured."""

    def __init__(self, settings: FetchSettings) -> None:
        self.settings = settings
        self.sources: tuple[Site, ...] = settings.sources

    def search(self, words: str, source: str) -> list[Candidate]:
        """Candidates in the site's own order. Raises AdapterError."""
        from adapters.media.searching import search  # only who asks pays for yt-dlp

        (site,) = [one for one in self.sources if one == source]
        settings = self.settings
        return [
            Candidate(
                found.url,
                found.title,
                found.uploader,
                found.duration_s,
                found.view_count,
                found.source,
                found.isrc,
            )
            for found in search(words, site, settings=settings)
            if found.whole
        ]

    def fetch(self, url: str, folder: Path, wanted_s: float, told: Transfers = silent) -> Fetched:
        """Fetch into a place of its own below a folder. Raises AdapterError."""
        from adapters.media.fetching import fetch

        try:
            address = checked(url)
        except ValueError as error:
            raise Permanent(str(error)) from None
        got = fetch(
            address,
            folder,
            settings=self.settings,
            wanted_s=wanted_s,
            progress=lambda at: told(Transfer(url, at.bytes, at.total, at.speed, at.eta)),
        )
        length = round(got.duration_s * 1000)
        return Fetched(got.path, Ref(got.source_ref), got.url, got.title, got.uploader, length)
