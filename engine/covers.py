"""Getting the pictures of albums: once for each address, into a folder of ours.

No picture ever stops a track: what cannot be had now is asked for again later, after an hour, two,
four, … a week; what is none never again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from pathlib import Path

from adapters.contract import Permanent, Transient
from adapters.covers import suffix
from engine.library import Library
from engine.places import WORK
from engine.ports import Disk, Progress, quiet
from projections.origins import FETCHED
from projections.tags import cover, covers_wanted
from state.events import CoverFailed, CoverFetched
from state.values import TrackId

COVERS = "covers"
"""Where they lie, among what was fetched."""
TROUBLE = 3
"""So many addresses that give no answer, and the rest waits for another run."""


class Covers:
    """One turn over tracks whose pictures may be missing. The caller holds the effects lock.

    Args:
        folder: of what was fetched; it is ours already.
        get: the bytes behind an address; raises Permanent, Transient.
    """

    def __init__(
        self,
        library: Library,
        disk: Disk,
        folder: Path,
        get: Callable[[str], bytes],
        progress: Progress = quiet,
    ) -> None:
        self.library, self.disk, self.folder = library, disk, folder
        self.get, self.progress = get, progress
        self.failed: list[str] = []

    def run(self, tracks: Iterable[TrackId]) -> int:
        """Get what is missing; how many there were to be had."""
        urls = self.due(tracks)
        found = silent = 0
        for number, url in enumerate(urls, 1):
            self.progress("fetching covers", number, len(urls))
            try:
                self._keep(url, self.get(url))
                found += 1
            except (Permanent, Transient) as error:
                self.failed.append(str(error))
                permanent = isinstance(error, Permanent)
                self.library.append([CoverFailed(url, str(error), permanent)])
                silent += not permanent
            except OSError as error:
                why = f"{error.filename or self.folder}: {error.strerror or error}"
                self.failed.append(why)
                self.library.append([CoverFailed(url, why, False)])
                break  # the next one would meet it too
            if silent == TROUBLE:
                break
        return found

    def due(self, tracks: Iterable[TrackId]) -> list[str]:
        """The addresses of pictures that are missing and may be asked for now."""
        state, now = self.library.state, self.library.now()
        if not covers_wanted(state):
            return []
        urls = dict.fromkeys(cover(state, track) for track in tracks)
        return [url for url in urls if url and state.covers.is_due(url, now)]

    def _keep(self, url: str, data: bytes) -> None:
        """The same picture under two addresses is one file."""
        digest = hashlib.sha256(data).hexdigest()
        path = f"{COVERS}/{digest[:32]}.{suffix(data)}"
        final, work = self.folder / path, self.folder / WORK / digest[:32]
        self.disk.make_folders(final.parent)
        self.disk.make_folders(work.parent)
        self.disk.write(work, data)
        self.disk.replace(work, final)
        self.library.append([CoverFetched(url, FETCHED, path, digest, len(data))])
