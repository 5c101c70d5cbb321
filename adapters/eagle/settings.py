"""`[eagle]` in the configuration."""

from __future__ import annotations

import os
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

TOKEN = "CRATELOG_EAGLE_TOKEN"
"""The environment variable with the token of Preferences › Developer; only an app on another
machine asks for it."""


class EagleSettings(BaseModel):
    """`[eagle]`: which library, and where the app is."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    library: str = ""
    """Path (`…/Music.library`) or name of the library; no other is written to. Only one that is
    given by its path can be read while the app is closed."""
    files: str = "playlists"
    """The target whose files are imported."""
    read: bool = False
    """The audio in the library may be put into playlists, as that of `[files]`."""
    folder: str = "cratelog"
    """The folder at the top that holds one for each playlist; empty: they lie at the top."""
    patience: float = Field(default=30.0, ge=0)
    """Seconds until what was added has to be seen."""
    batch: int = Field(default=100, ge=1, le=1000)
    """So many items are added in one request."""
    base_url: str = "http://127.0.0.1:41595/"

    @property
    def secret(self) -> str:
        """The token that is in force; empty: none."""
        return os.environ.get(TOKEN, "").strip()

    @property
    def named(self) -> str:
        """What the log calls the library."""
        return self.library.rstrip("/\\")

    @property
    def path(self) -> Path | None:
        """Where the library lies, if its path is given."""
        given = "/" in self.library or "\\" in self.library
        return Path(self.library).expanduser() if given else None
