"""Playlists brought in once, from files that are in no configuration."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from adapters import csv_files
from adapters.contract import Sighting, SourceListed
from adapters.csv_export import CsvSource


def sightings(paths: Sequence[Path]) -> list[Sighting]:
    """What backups say. That something is not among them says nothing: no listing is closed."""
    seen = CsvSource(paths).observe()
    return [each for each in seen if not isinstance(each, SourceListed)]


def clash(paths: Sequence[Path], configured: Sequence[Path]) -> str:
    """Why these backups cannot be brought in beside the configured ones; empty: they can.

    A playlist is known by the name of the folder that it lies in: another folder of the same name
    would overwrite what the configured one says, until that changes again.
    """
    homes = {_home(path): path for path in configured}
    origins = {shelf.origin for shelf in csv_files.shelves(configured)}
    for path in paths:
        for shelf in csv_files.shelves([path]):
            if shelf.origin in origins and _home(path) not in homes:
                return (
                    f"{path}: its playlists would be taken for those of the configured folder of "
                    f"the same name, {shelf.origin!r}; rename its folder, or add it under [csv]"
                )
    return ""


def _home(path: Path) -> Path:
    """What gives a backup its origin: the folder, or the zip."""
    path = path.resolve()
    single = path.suffix.lower() in (".csv", ".json") and not path.is_dir()
    return path.parent if single else path
