"""`[fetch]` and `[soundcloud]` in the configuration."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from adapters.media.urls import Kind, checked

Site = Literal["soundcloud", "youtube", "youtube-music"]
"""Where audio can be looked for."""


Browser = Literal[
    "", "brave", "chrome", "chromium", "edge", "firefox", "opera", "safari", "vivaldi", "whale"
]


class FetchSettings(BaseModel):
    """`[fetch]`: where audio comes from, and how much of it at once."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    sources: tuple[Site, ...] = ()
    """Sites that are searched, the preferred one first; none: nothing is fetched."""
    limit: int = Field(default=25, ge=1)
    """Tracks that one run fetches."""
    parallel: int = Field(default=2, ge=1, le=8)
    """Tracks that are fetched at the same time."""
    cookies_from_browser: Browser = ""
    """A browser on this machine whose login to the sites is used; empty: none."""
    base_url: str = ""
    """A stand-in for all sites (`sync sandbox media`); empty: the sites themselves."""


class SoundcloudSettings(BaseModel):
    """`[soundcloud]`: whose uploads, likes and sets are looked at. No login is needed."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    users: tuple[str, ...] = ()
    """Names as in the address, `someone` of soundcloud.com/someone: their uploads."""
    likes: tuple[str, ...] = ()
    """Names of users whose likes are a playlist."""
    sets: tuple[str, ...] = ()
    """Addresses of sets, soundcloud.com/someone/sets/something."""
    poll_minutes: int = Field(default=0, ge=0)
    """Not asked more often than this; 0: at every run."""
    base_url: str = ""

    @field_validator("users", "likes")
    @classmethod
    def _are_names(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(_user(name) for name in names)

    @field_validator("sets")
    @classmethod
    def _are_sets(cls, urls: tuple[str, ...]) -> tuple[str, ...]:
        found = [checked(url, expected=Kind.PLAYLIST) for url in urls]
        for address in found:
            if not address.ref.startswith("soundcloud:") or "/sets/" not in address.ref:
                raise ValueError(f"{address.url} is no set: soundcloud.com/USER/sets/NAME is one")
        return tuple(address.url for address in found)


def _user(name: str) -> str:
    """`someone`, of that or of its address."""
    name = name.strip().removeprefix("https://").removeprefix("www.")
    name = name.removeprefix("soundcloud.com/").strip("/").lower()
    if not name or not all(letter.isalnum() or letter in "-_" for letter in name):
        raise ValueError(f"{name!r} is no user: write SOMEONE of soundcloud.com/SOMEONE")
    return name
