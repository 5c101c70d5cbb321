"""`[spotify]` in the configuration."""

from __future__ import annotations

import os

from pydantic import BaseModel, ConfigDict, Field

CLIENT_ID = "CRATELOG_SPOTIFY_CLIENT_ID"
"""The environment variable that outranks `client_id`."""


class SpotifySettings(BaseModel):
    """`[spotify]`: one's own app at Spotify, and where Spotify is."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    client_id: str = ""
    """Of the app, from the developer dashboard. No secret: PKCE needs none."""
    redirect_port: int = Field(default=0, ge=0, le=65535)
    """The port of the registered redirect address; 0: it was registered without one."""
    liked: bool = True
    """Whether Liked Songs are a playlist too."""
    playing: bool = False
    """Whether every look asks what is playing now too; `sync next` always does."""
    budget: int = Field(default=500, ge=20)
    """Requests in 24 hours."""
    poll_minutes: int = Field(default=0, ge=0)
    """Not asked more often than this; 0: at every run."""
    sweep_days: int = Field(default=7, ge=1)
    """How often all is read again that is otherwise read only where it seems to have changed."""
    base_url: str = "https://api.spotify.com/v1/"
    accounts_url: str = "https://accounts.spotify.com"

    @property
    def app(self) -> str:
        """The client id that is in force; empty: none is known."""
        return (os.environ.get(CLIENT_ID) or self.client_id).strip()
