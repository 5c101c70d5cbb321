"""Which tracks should be put into another program's folder, once and never again.

The program takes files away and keeps them as it likes, so what lies there says nothing of what is
wanted: what was delivered is known from the log alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from projections.files import FileRow, TrashRow
from projections.formats import KEEP
from projections.naming import collision_key, name, place, suffix
from projections.origins import Origins, is_delivered
from projections.wishes import (
    UNASSIGNED_FOLDER,
    Layout,
    Waiting,
    Wish,
    extension,
    fields,
    target_root,
)
from state.values import UNASSIGNED, Placement, Ref, TrackId

if TYPE_CHECKING:
    from projections.layout import Layouter

__all__ = ["Delivery", "is_delivered"]


class Delivery:
    """The computation of what one drop folder is still to be given."""

    def __init__(self, shared: Layouter, target: str) -> None:
        self.shared, self.state, self.target = shared, shared.state, target
        self.root = target_root(target)
        self.template = self.state.policy.text(f"targets.{target}.path")
        format = self.state.policy.text(f"targets.{target}.format", KEEP)
        self.origins = Origins(self.state, shared.serving, self.root, shared.canonical, format)
        rows = [row for row in self.state.files.delivered if row.target == target]
        self.done = {self.state.identity.track(row.track) for row in rows}
        # A program that has taken a file may keep its name: no other track gets it.
        self.taken = {collision_key(row.path) for row in rows}
        self.taken |= {
            collision_key(row.path) for row in self.state.files.files if row.root == self.root
        }

    def layout(self) -> Layout:
        """Wishes for what was not delivered yet; what was is no wish any more."""
        wishes: dict[Placement, Wish] = {}
        waiting: list[Waiting] = []
        guests: dict[Placement, FileRow] = {}
        online = self.state.files.online(self.root)
        for track, playlist in self._wanted():
            wish = Placement(self.target, UNASSIGNED, Ref(track))
            if track in self.done or self.shared.pin(wish) is False:
                continue
            if online and (guest := self.origins.guest(track)) is not None:
                guests[wish] = guest
                continue
            origin, why = self.origins.find(wish)
            if origin is None:
                waiting.append(Waiting(track, playlist, why))
            else:
                wishes[wish] = self._named(wish, playlist, origin)
        return Layout(
            self.target,
            self.root,
            wishes,
            (),
            tuple(self.shared.groups),
            {},
            tuple(waiting),
            tuple(self.origins.conversions.values()),
            guests,
        )

    def _wanted(self) -> Iterator[tuple[TrackId, str]]:
        """Every track on a laid-out playlist or asked for by itself, with the first's name."""
        met: set[TrackId] = set()
        for group in self.shared.groups:
            for track in self.shared.tracks_of[group.lead]:
                if track not in met:
                    met.add(track)
                    yield track, group.name
        for row in sorted(self.state.library.tracks, key=lambda row: row.ref):
            track = self.state.identity.track(row.ref)
            if track in self.shared.asked and track not in met:
                met.add(track)
                yield track, UNASSIGNED_FOLDER

    def _named(self, wish: Placement, playlist: str, origin: FileRow | TrashRow) -> Wish:
        said = fields(self.state, TrackId(wish.track))
        ending = extension(origin.file.path if isinstance(origin, TrashRow) else origin.path)
        tail, attempt = suffix(wish.track), 0
        sticky = name(self.template, said, tail)
        path = place(sticky, "", ending)
        while collision_key(path) in self.taken:
            attempt += 1
            longer = tail if attempt == 1 else f"{tail}-{attempt}"
            sticky = name(self.template, said, longer, force_suffix=True)
            path = place(sticky, "", ending)
        self.taken.add(collision_key(path))
        return Wish(wish, playlist, path, sticky, "", None, origin)
