"""Tags of simulated files: the product's own tagger, but for what a format makes of them."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import msgspec

from engine.tagging import Tagger, Unbearable
from state.actions import Action
from state.values import Retagged, Written
from tests.simulator.history import REFUSED
from tests.simulator.music import song, tag_of
from tests.simulator.system import SimPath

THEIRS = "tag "
"""How the tags begin that a person writes."""


class SimTagger(Tagger):
    """As many words as there are fit into one field."""

    def _made(
        self,
        action: Action,
        told: Retagged,
        source: Path,
        work: Path,
        base: Written | None,
        theirs: tuple[str, ...],
    ) -> Retagged:
        if told.tagged == REFUSED:
            raise Unbearable(f"{source}: cannot bear that")
        old = cast(SimPath, source).read_bytes()
        said = tag_of(old)
        if said.startswith(THEIRS) or (base is not None and base.texts["title"] != (said,)):
            theirs = ("title",)
        new = old if theirs else song(action.audio, told.tagged)
        self.disk.write(work, new)
        return msgspec.structs.replace(
            told, was=_written(said), now=_written(tag_of(new)), theirs=theirs, size=len(new)
        )


def _written(said: str) -> Written:
    return Written("mp4", {"title": (said,)})
