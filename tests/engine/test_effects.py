"""Carrying out actions: what ends up on the disk."""

from __future__ import annotations

from state.events import FileWritten
from tests.crate import Crate, song


def test_a_track_on_three_playlists_is_one_file_with_three_names(crate: Crate) -> None:
    for name in ("House", "Late", "Warm up"):
        crate.playlist(name, [song(1)])
    original = crate.music(song(1))
    crate.reconcile()
    placed = [e.event for e in crate.events() if isinstance(e.event, FileWritten) and e.event.audio]
    first, *others = placed
    assert first.source_root == "files/music"
    assert {(event.source_root, event.source) for event in others} == {(first.root, first.path)}
    assert {event.how for event in others} <= {"linked", "cloned"}
    inodes = {(crate.root / event.path).stat().st_ino for event in placed}
    assert len(inodes) == (1 if others[0].how == "linked" else 3)
    assert original.stat().st_ino not in inodes  # a tag written into ours must not reach it
