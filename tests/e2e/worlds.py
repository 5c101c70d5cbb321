"""Libraries that are ready for a run in which much happens, and what is to be seen of one after."""

from __future__ import annotations

import hashlib
import os
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import pytest

import engine.observe
import engine.reconcile
from adapters.audio import ffmpeg, probe
from adapters.contract import Probe
from adapters.ignored import is_audio
from engine.library import Library
from projections.registry import State
from state.events import MatchPinned
from state.models import digest
from state.values import Ref
from tests.crate import Crate, Said, Song, song
from tests.e2e.killer import sync

MANY = ("--allow-removals", "99")

K1, K2, K3, LEAVES, SHARED, MOVES, RESTORED = (song(n, seconds=1) for n in range(1, 8))
NEW, FRESH, HOUSE1, HOUSE2, LOWER, EXCLUDED = (song(n, seconds=1) for n in range(11, 17))
SWAP1, SWAP2 = song(21, seconds=1), song(22, seconds=1)
TWIN1, TWIN2 = Song(31, "Same Title", "Same Artist", 1), Song(32, "Same Title", "Same Artist", 1)
DELETED = song(41, seconds=1)


def first_run(crate: Crate) -> None:
    """Nothing was ever recorded: the log, the marker and every folder are made by the run."""
    crate.playlist("House", [K1])
    crate.music(K1)


def every_kind(crate: Crate) -> None:
    """The next run places (copies, links), moves, parks, trashes, restores and writes."""
    kept = [K1, K2, K3, LEAVES, SHARED, MOVES, DELETED]
    crate.playlist("Keep", [*kept, RESTORED])
    crate.playlist("Other", [K1, SHARED, RESTORED])
    crate.playlist("House", [HOUSE1, HOUSE2])
    crate.playlist("Lower", [LOWER])
    crate.playlist("Swap One", [TWIN1, SWAP1])
    crate.playlist("Swap Two", [TWIN2, SWAP2])
    crate.playlist("Shut", [EXCLUDED])
    songs = [*kept, RESTORED, NEW, FRESH, HOUSE1, HOUSE2, LOWER, EXCLUDED, SWAP1, SWAP2]
    for each in songs:
        crate.music(each)
    with crate.library() as library:
        for each in (TWIN1, TWIN2):
            audio = probe(crate.music(each, f"{each.number}.wav")).audio
            library.append([MatchPinned(audio, Ref(each.uri))])
    crate.reconcile()
    crate.playlist("Keep", kept)
    crate.reconcile(allowed=99)  # trashes RESTORED in Keep

    crate.playlist("Keep", [K1, K2, K3, RESTORED, NEW, DELETED])
    crate.playlist("Other", [K1, K2, SHARED, RESTORED, MOVES])
    crate.playlist("Fresh", [K3, FRESH])
    (crate.csv / "House.csv").rename(crate.csv / "Club.csv")
    (crate.csv / "Lower.csv").rename(crate.csv / "LOWER.csv")
    crate.playlist("Swap One", [TWIN2, SWAP2])
    crate.playlist("Swap Two", [TWIN1, SWAP1])
    crate.configure(extra='[playlists]\nexclude = ["shut"]')
    crate.music(song(51, seconds=1))
    (crate.files / f"{K3.artist} - {K3.title}.wav").unlink()
    (crate.root / "Keep" / f"{DELETED.artist} - {DELETED.title}.wav").unlink()


def one_of_each(crate: Crate) -> None:
    """The next run holds one action of each kind, and few more."""
    kept = [K1, SHARED, MOVES]
    crate.playlist("Keep", [*kept, RESTORED])
    crate.playlist("Other", [SHARED, RESTORED])
    crate.playlist("House", [HOUSE1])
    for each in [*kept, RESTORED, HOUSE1, NEW]:
        crate.music(each)
    crate.reconcile()
    crate.playlist("Keep", kept)
    crate.reconcile(allowed=99)  # trashes RESTORED in Keep
    crate.playlist("Keep", [K1, RESTORED, NEW])
    crate.playlist("Other", [K1, SHARED, RESTORED, MOVES])
    (crate.csv / "House.csv").rename(crate.csv / "Club.csv")


def new_template(crate: Crate) -> None:
    """A template that renames every file, two of them into each other's place, and a playlist
    that got another name, so that its list moves too and has to be written anew."""
    one, other = Song(61, "Tom", "Jerry", 1), Song(62, "Jerry", "Tom", 1)
    crate.playlist("House", [K1, one, other])
    crate.playlist("Techno", [K1, K2])
    for each in (K1, K2, one, other):
        crate.music(each)
    crate.reconcile()
    crate.configure(target='path = "{playlist}/{title} - {artist}"')
    (crate.csv / "Techno.csv").rename(crate.csv / "TECHNO.csv")


# ---- what is to be seen ------------------------------------------------------------------------


@dataclass(frozen=True)
class Seen:
    """What a person finds, and what the log says: nothing of when or in how many runs it came."""

    tree: dict[str, str]
    """Path below the root → digest of the content."""
    trash: tuple[str, ...]
    """Digests of all that is in the trash."""
    sources: dict[str, str]
    """Backups and music, which nobody may touch."""
    stray: tuple[str, ...]
    """Files of ours that should not outlive a run."""
    files: tuple[Any, ...]
    missing: tuple[Any, ...]
    trashed: tuple[Any, ...]
    matters: tuple[str, ...]
    open: int
    """Intents without an outcome."""
    chain: str
    """What is wrong with the log."""
    replayed: str
    """Projections whose saved state is not what the log gives from its first event on."""

    def unlike(self, other: Seen) -> str:
        """In words: in what the two differ."""
        return "\n".join(
            f"{field.name}: {getattr(self, field.name)!r}\n   instead of "
            f"{getattr(other, field.name)!r}"
            for field in fields(self)
            if getattr(self, field.name) != getattr(other, field.name)
        )


def seen(crate: Crate) -> Seen:
    """Look at a library after a run."""
    private = crate.root / ".cratelog"
    tree = contents(crate.root)
    with crate.library(read_only=True) as library:
        state = library.state
        fault = library.log.verify()
        return Seen(
            {name: text for name, text in tree.items() if not name.startswith(".cratelog")},
            tuple(sorted(contents(private / "trash").values())),
            contents(crate.files) | contents(crate.csv),
            (*contents(private / "work"), *contents(private / "park")),
            tuple(sorted(map(_file, (row for row in state.files.files if row.ours)))),
            tuple(sorted((row.path, row.audio, row.ours) for row in state.files.missing)),
            tuple(sorted((row.audio, row.file.path) for row in state.files.trash)),
            tuple(sorted(row.matter for row in state.matters.open)),
            len(state.runs.intents),
            str(fault or ""),
            _replayed(library),
        )


def _file(row: Any) -> tuple[str, ...]:
    wish = row.placement
    place = (wish.target, wish.playlist, wish.track) if wish is not None else ("", "", "")
    return (row.path, row.name, row.folder, row.audio, row.text, row.playlist, *place)


def _replayed(library: Library) -> str:
    anew = State()
    anew.fold(library.log.read())
    pairs = zip(library.state.projections, anew.projections, strict=True)
    return " ".join(live.name for live, fresh in pairs if digest(live) != digest(fresh))


def contents(folder: Path) -> dict[str, str]:
    """Relative path → digest, of every file below a folder."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


def undecodable(folder: Path) -> list[str]:
    """Audio under a final name that does not play to its end, after any run or kill."""
    found = []
    for path in sorted(folder.rglob("*")):
        final = path.is_file() and is_audio(path.name) and "work" not in path.parts
        if final and not _plays(path):
            found.append(path.relative_to(folder).as_posix())
    return found


def _plays(path: Path) -> bool:
    """Whether all of it can be decoded; of equal bytes that is asked once."""
    key = hashlib.sha256(path.read_bytes()).hexdigest()
    if key not in _played:
        options = ("-v", "error", "-xerror", "-i", str(path), "-map", "0:a:0", "-f", "null", "-")
        done = subprocess.run([ffmpeg(), *options], capture_output=True)
        _played[key] = done.returncode == 0 and not done.stderr
    return _played[key]


_played: dict[str, bool] = {}


def heals(crate: Crate, words: Sequence[str], expected: Seen) -> None:
    """After a run that was cut off: the same command, and all is as if nothing had happened."""
    again = sync(crate, words)
    assert again.code == 0, f"the next run ended with {again}"
    found = seen(crate)
    assert found == expected, found.unlike(expected)
    settled(crate, words)


def settled(crate: Crate, words: Sequence[str]) -> None:
    """The same command once more finds nothing to do."""
    third: Said = sync(crate, words)
    told = third.summary
    assert (third.code, told["events"], told["actions"]) == (0, 0, {}), f"not settled: {third}"


@contextmanager
def fast_folder(otherwise: Path) -> Iterator[Path]:
    """A folder in memory, where there is such a thing: nothing here asks what a power cut does."""
    memory = Path("/dev/shm")
    if not os.access(memory, os.W_OK):
        yield otherwise
        return
    with tempfile.TemporaryDirectory(dir=memory) as folder:
        yield Path(folder)


def quick(patch: pytest.MonkeyPatch) -> None:
    """Read equal files once: what `probe` says depends on nothing but a file's bytes."""
    patch.setattr(engine.observe, "probe", _probe_once)
    patch.setattr(engine.reconcile, "probe", _probe_once)


def read_once(crate: Crate) -> None:
    """Read all audio of a library before children are made, so that none of them need."""
    for path in crate.files.rglob("*.wav"):
        _probe_once(path)


def _probe_once(path: Path) -> Probe:
    key = hashlib.sha256(path.read_bytes()).hexdigest(), path.suffix
    if key not in _probed:
        _probed[key] = probe(path)
    return _probed[key]


_probed: dict[tuple[str, str], Probe] = {}
