"""What else file systems do to a library: odd names, shifting times, clones, too little room.

A scene plays in a folder of its own, returns how many runs it was made of, and raises
AssertionError if something is not as it should be.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from functools import partial
from pathlib import Path

from state.events import FileWritten
from tests.crate import Crate, Song, song
from tests.e2e import killer, worlds
from tests.lab import cut, volumes
from tests.lab.volumes import Kind

ZONES = ("Asia/Tokyo", "America/New_York", "UTC")
SHIFTS = (1, -3600)
"""Seconds by which all times are moved."""
REFUSED = set('<>:"|?*\\')


def odd_names(crate: Crate) -> None:
    """Names that Windows refuses, and such as differ in case only. The next run is the first.

    Backups lie outside of the volume: it would refuse their names too.
    """
    crate.csv = crate.base.parents[1] / "backups"
    crate.csv.mkdir()
    crate.configure()
    songs = [
        Song(1, "What? Yes: No", "AC/DC", 1),
        Song(2, "Con", "Aux.", 1),
        Song(3, "Trailing...", "Dots. ", 1),
        Song(4, "Straße", "Björk", 1),
    ]
    for number, each in enumerate(songs):
        crate.music(each, f"{number}.wav")
    crate.playlist("CON", songs[:2])
    crate.playlist("Who <is> it?", songs)
    crate.playlist("Ends with dots...", songs[1:])
    crate.playlist("House", songs[2:])
    crate.playlist("more/house", songs[:3])


def names_and_times(kind: Kind, folder: Path) -> int:
    """All names can be written, and neither a new start nor another time zone is news."""
    ready = cut.rig(kind, folder / "ready", odd_names)
    with ready.mounted() as crate:
        said = killer.sync(crate, ready.words)
        assert said.code == 0 and said.summary["actions"] == {"place": 14, "write": 5}, said
        tree = crate.tree()
        _acceptable({part for name in tree for part in name.split("/")})
        worlds.settled(crate, ready.words)
        for zone in ZONES:
            ready.disk.again(zone)
            worlds.settled(crate, ready.words)
        for seconds in SHIFTS:
            _shift(crate, seconds)
            worlds.settled(crate, ready.words)
        assert crate.tree() == tree
        audit = killer.sync(crate, ("replay",))
        assert audit.code == 0, audit
    return 2 + len(ZONES) + len(SHIFTS)


def _acceptable(names: set[str]) -> None:
    odd = [name for name in names if REFUSED & set(name) or name.endswith((".", " "))]
    devices = [name for name in names if name.split(".")[0].upper() in ("CON", "AUX")]
    assert not odd + devices, odd + devices


def _shift(crate: Crate, seconds: int) -> None:
    """As file systems do that keep local time, or no parts of a second."""
    for folder in (crate.files, crate.root):
        for path in folder.rglob("*"):
            if path.is_file():
                then = path.stat().st_mtime_ns // 2_000_000_000 * 2 + seconds
                os.utime(path, (then, then))


def clones(kind: Kind, folder: Path) -> int:
    """Files share their bytes with those they came from, and never a name: an edit stays one."""
    songs = [song(number, seconds=1) for number in (1, 2)]

    def world(crate: Crate) -> None:
        for each in songs:
            crate.music(each)
        crate.playlist("House", songs)
        crate.playlist("Techno", songs)

    ready = cut.rig(kind, folder / "ready", world)
    with ready.mounted() as crate:
        said = killer.sync(crate, ready.words)
        assert said.code == 0 and said.summary["actions"] == {"place": 4, "write": 2}, said
        written = [each.event for each in crate.events() if isinstance(each.event, FileWritten)]
        how = [event.how for event in written if event.audio]
        assert how == ["cloned"] * 4, how
        placed = [crate.root / name for name in crate.audio_tree()]
        assert all(path.stat().st_nlink == 1 for path in [*placed, *crate.files.iterdir()])
        worlds.settled(crate, ready.words)
        before = worlds.contents(crate.base)
        with placed[0].open("r+b") as file:
            file.write(b"edited by a DJ program")
        now = worlds.contents(crate.base)
        edited = {name for name in now if now[name] != before.get(name)}
        assert edited == {placed[0].relative_to(crate.base).as_posix()}, edited
    return 2


# ---- too little room -----------------------------------------------------------------------------

STEP = 24
"""Kilobytes by which a volume is made larger from one run to the next."""


def full(what: str, folder: Path) -> int:
    """A volume runs full in the middle of a run, each time a little later, then gets room.

    Args:
        what: `size` or `nr_inodes`, options of tmpfs.
    """
    path = folder / "volume"
    path.mkdir()
    expected = killer.child(partial(_on_tmpfs, path, _enough))[1]
    points = 0
    while True:
        room = points * STEP if what == "size" else points
        status, ran_full = killer.child(
            partial(_on_tmpfs, path, partial(_runs_full, expected, what, room))
        )
        assert status == 0
        if not ran_full:
            assert points > 5, f"it was full at {points} sizes only"
            return points
        points += 1


def _on_tmpfs(path: Path, work: Callable[[Path, Crate], object]) -> object:
    volumes.apart()
    _mount("-t", "tmpfs", "-o", "size=64m,nr_inodes=10000", "cratelog-lab", str(path))
    try:
        crate = Crate(path / "library")
        worlds.one_of_each(crate)
        worlds.read_once(crate)
        return work(path, crate)
    finally:
        subprocess.run(["umount", "--lazy", str(path)], check=True)


def _enough(path: Path, crate: Crate) -> worlds.Seen:
    assert killer.sync(crate, cut.WORDS).code == 0
    return worlds.seen(crate)


def _runs_full(expected: worlds.Seen, what: str, room: int, path: Path, crate: Crate) -> bool:
    """Whether the run met its end with so much room (kilobytes, or files)."""
    stat = os.statvfs(path)
    used = (stat.f_blocks - stat.f_bfree) * stat.f_frsize // 1024
    files = stat.f_files - stat.f_ffree
    limit = f"size={used + room}k" if what == "size" else f"nr_inodes={files + room}"
    _mount("-o", f"remount,{limit}", str(path))
    said = killer.sync(crate, ("reconcile", *worlds.MANY))
    _mount("-o", "remount,size=64m,nr_inodes=10000", str(path))
    if said.code == 0 and worlds.seen(crate) == expected:
        return False
    assert said.code in (1, 3) and _is_told(said.err), said
    worlds.heals(crate, cut.WORDS, expected)
    assert killer.sync(crate, ("replay", "--verify")).code == 0
    return True


def _is_told(words: str) -> bool:
    return any(each in words for each in ("No space left", "disk is full", "open database"))


def _mount(*words: str) -> None:
    subprocess.run(["mount", *words], check=True, capture_output=True)
