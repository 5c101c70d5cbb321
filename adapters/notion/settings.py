"""`[notion]` in the configuration."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

POLICY = "notion.precedence"
"""The beginning of the names that the log keeps these settings under."""
TOKEN = "CRATELOG_NOTION_TOKEN"
"""The environment variable that outranks the token that was kept."""


Side = Literal["notion", "cratelog"]


class Precedence(BaseModel):
    """`[notion.precedence]`: whose word counts where a page says something else than cratelog."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    bpm: Side = "notion"
    key: Side = "notion"
    rating: Side = "notion"
    title: Side = "notion"

    def policy(self) -> dict[str, str]:
        """What is not the default, by dotted names."""
        told: dict[str, str] = self.model_dump()
        return {f"{POLICY}.{name}": side for name, side in told.items() if side != "notion"}


class NotionSettings(BaseModel):
    """`[notion]`: where the catalogue is, and how much may be asked."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    parent: str = ""
    """The page (its id or address) that holds the databases, or shall hold them."""
    tracks: str = ""
    """The id or address of a database; by default the one below `parent` called Tracks."""
    playlists: str = ""
    artists: str = ""
    albums: str = ""
    tasks: str = ""
    """That of open matters; by default the one called Tasks, where `sync notion setup --tasks` was
    said."""
    properties: dict[str, dict[str, str]] = {}
    """`[notion.properties.tracks]`: field = the name of its property; empty: leave it out."""
    precedence: Precedence = Precedence()
    """Whose BPM, key, rating and title count."""
    per_minute: int = Field(default=180, ge=1)
    """Requests in a minute; Business and Enterprise have 600."""
    patience: float = Field(default=65.0, ge=0)
    """Seconds of a `Retry-After` that are waited for; more ends the turn."""
    timeout: float = Field(default=65.0, gt=0)
    """Seconds for an answer; Notion gives up after 60."""
    sweep_days: int = Field(default=7, ge=1)
    """How often all pages are read again: what lies in the trash is noticed only then."""
    trash_after_days: int = Field(default=0, ge=0)
    """When a page that left the library goes into Notion's trash, if we made it and nobody wrote
    on it; 0: never."""
    base_url: str = "https://api.notion.com"
