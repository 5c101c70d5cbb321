"""Tracks to add, and a sink whose waiting takes no time."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import requests

from adapters.eagle.client import Client
from adapters.eagle.items import Desired, track_url
from adapters.eagle.settings import EagleSettings
from adapters.eagle.sink import Eagle
from adapters.sandbox.clock import Clock
from adapters.sandbox.eagle import Sandbox
from adapters.sandbox.eagle.library import Item


def settings_of(app: Sandbox, **more: Any) -> EagleSettings:
    told = app.introduction()
    given = {"base_url": told["url"], "library": told["library"]}
    return EagleSettings.model_validate(given | more)


def sink(
    app: Sandbox,
    clock: Clock,
    session: requests.Session | None = None,
    timeout: float = 5.0,
    **more: Any,
) -> Eagle:
    settings = settings_of(app, **more)
    client = Client(settings, timeout=timeout, session=session)
    return Eagle(settings, client, clock=clock, sleep=clock.advance)


def track(folder: Path, name: str, **more: Any) -> Desired:
    """A track with a file of its own."""
    path = folder / f"{name}.m4a"
    path.write_bytes(f"sound of {name}".encode())
    return Desired(track_url(f"spotify:track:{name}"), name, path=str(path), **more)


def there(app: Sandbox, desired: Desired) -> list[Item]:
    """The items of a track in the open library, seen or not, in the trash or not."""
    everything = [*app.open.items.values(), *app.open.importing.values()]
    return [item for item in everything if item.url == desired.url]
