"""Files that are made whole and durable beside their place before there is an intent: so if there
is an intent and the file is gone, it was put there."""

from __future__ import annotations

from pathlib import Path

import msgspec

from adapters.contract import Permanent
from engine.places import WORK
from engine.ports import AudioHash, Disk
from engine.tagging import Tagger
from state.actions import Action
from state.values import Stamp


class Prepared:
    """Makes them: copies to be delivered, files with other tags.

    Args:
        audio: the hash of a file's audio.
    """

    def __init__(self, disk: Disk, audio: AudioHash, tagger: Tagger) -> None:
        self.disk, self.audio, self.tagger = disk, audio, tagger
        self._stamps: dict[str, Stamp | None] = {}

    def make(self, action: Action, root: Path, source: Path, number: int) -> Action:
        """The action with its file made, durable.

        Args:
            number: names the file; the next one that is free is taken.

        Raises:
            AdapterError: it cannot be made; `Unbearable`: nor ever.
            OSError: of the disk.
        """
        suffix = Path(action.path).suffix
        while self.disk.taken(root / (name := f"{WORK}/{number}-prepared{suffix}")):
            number += 1
        work = root / name
        if action.kind == "retag":
            tags = self.tagger.make(action, source, work)
            new = msgspec.structs.replace(action, prepared=name, tags=tags)
            stamp = self.disk.stamp(work)
        else:
            how = self.disk.copy(source, work, may_link=False)
            stamp = self.disk.stamp(work)
            if how == "copied" and self.audio(work) != action.audio:
                raise Permanent(f"{source}: its audio is not what was seen there before")
            new = msgspec.structs.replace(action, prepared=name, stamp=stamp)
        if self.disk.stamp(source) != action.stamp:
            raise Permanent(f"{source}: was changed meanwhile; the next run looks again")
        self.disk.sync_folder(root / WORK)
        self._stamps[name] = stamp
        return new

    def stamp(self, action: Action) -> Stamp | None:
        """What the file of an action was when it was made."""
        return self._stamps.get(action.prepared)
