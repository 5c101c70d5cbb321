"""Names and files as nobody should write them: one clear line, and the rest goes on."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest

from projections.naming import collision_key
from tests.crate import Crate, Said, Song, song
from tests.e2e.worlds import contents

ONE, TWO = song(1, seconds=1), song(2, seconds=1)


@pytest.fixture
def house(crate: Crate) -> Crate:
    """A playlist of two tracks, one of which has audio; nothing was run yet."""
    crate.playlist("House", [ONE, TWO])
    crate.music(ONE)
    return crate


def goes_on(crate: Crate, code: int, *words: str) -> Said:
    """A run that says these lines, does the rest, and does nothing the second time."""
    outside = _outside(crate)
    said = crate.sync("reconcile")
    assert said.code == code, said
    lines = said.err.splitlines()
    assert len(lines) == len(words) and all(map(str.__contains__, lines, words)), said
    before = contents(crate.root)
    again = crate.sync("reconcile", "--json")
    assert (again.code, again.summary["events"]) == (code, 0)
    assert again.summary["actions"] == {}
    assert contents(crate.root) == before and _outside(crate) == outside
    return said


def _outside(crate: Crate) -> dict[str, str]:
    """Everything beside the root and the library's own folder."""
    found = contents(crate.base)
    return {
        name: text for name, text in found.items() if not name.startswith(("Playlists/", "home/"))
    }


# ---- names -------------------------------------------------------------------------------------


def test_playlists_that_differ_in_case_only(crate: Crate) -> None:
    crate.playlist("House", [ONE, TWO])
    crate.playlist("house", [TWO])
    for each in (ONE, TWO):
        crate.music(each)
    goes_on(crate, 0)
    folders = {name.split("/")[0] for name in crate.audio_tree()}
    assert len(folders) == 2 == len({collision_key(folder) for folder in folders})
    assert len(crate.audio_tree()) == 3


def test_backups_whose_names_differ_in_form_only(crate: Crate) -> None:
    for form, track in (("NFC", ONE), ("NFD", TWO)):
        crate.playlist(unicodedata.normalize(form, "Café"), [track])  # type: ignore[arg-type]
        crate.music(track)
    goes_on(crate, 3, "but for its form; rename one of the two")
    assert len(crate.audio_tree()) == 1


def test_tracks_whose_names_differ_in_form_only_get_two_names(crate: Crate) -> None:
    composed = Song(1, unicodedata.normalize("NFC", "Mañana"), "Ä", 1)
    decomposed = Song(2, unicodedata.normalize("NFD", "Mañana"), "A\u0308", 1)
    crate.playlist("Latin", [composed, decomposed])
    for each in (composed, decomposed):
        crate.music(each, f"{each.number}.wav")
    goes_on(crate, 0)
    assert len({collision_key(name) for name in crate.audio_tree()}) == 2


@pytest.mark.parametrize(
    ("artist", "title"),
    [
        ("DJ", "🎧" * 400),
        ("..", "../../etc/passwd"),
        ("/etc", "passwd"),
        ("CON", 'a/b\\c:d*?"<>|\x07'),
        ("...", "..."),
        ("-rf", "~"),
        (".cratelog", "trash"),
    ],
)
def test_a_track_can_be_called_anything(crate: Crate, artist: str, title: str) -> None:
    track = Song(1, title, artist, 1)
    crate.playlist("House", [track])
    crate.music(track, "1.wav")
    goes_on(crate, 0)
    (name,) = crate.audio_tree()
    folder, file = name.split("/")
    assert folder == "House" and len(file.encode()) <= 255
    assert not file.startswith(".") and not set('\\:*?"<>|\x07') & set(file)


@pytest.mark.parametrize(
    "name", ["CON", "-rf", "#tag", "a" * 200, " blank ", "nul.csv", "$HOME", "x\ny", "\x1b[31mred"]
)
def test_a_playlist_can_be_called_anything_that_a_file_can(crate: Crate, name: str) -> None:
    crate.playlist("new", [ONE])
    (crate.csv / "new.csv").rename(crate.csv / f"{name}.csv")
    crate.music(ONE)
    goes_on(crate, 0)
    (path,) = crate.audio_tree()
    folder = path.split("/")[0]
    assert folder == folder.strip() and folder.isprintable() and folder.casefold() != "con"
    lists = [path for path in crate.tree() if path.endswith(".m3u8")]
    assert lists == [f"{folder}.m3u8"]


@pytest.mark.parametrize("name", ["Unassigned", "Unassigned_", "unassigned"])
def test_a_playlist_called_like_our_own_folder_gets_another_one(crate: Crate, name: str) -> None:
    crate.playlist(name, [ONE])
    crate.music(ONE)
    goes_on(crate, 0)
    (path,) = crate.audio_tree()
    assert collision_key(path.split("/")[0]) != collision_key("Unassigned")


# ---- files -------------------------------------------------------------------------------------


def _bytes_name(folder: Path, name: bytes, content: bytes) -> None:
    fd = os.open(os.fsencode(folder) + b"/" + name, os.O_WRONLY | os.O_CREAT)
    os.write(fd, content)
    os.close(fd)


def _audio_of_no_name(crate: Crate) -> None:
    made = crate.music(TWO)
    _bytes_name(crate.files, b"bad\xff.wav", made.read_bytes())
    made.unlink()


def _loops(crate: Crate) -> None:
    for folder, suffix in ((crate.files, "wav"), (crate.csv, "csv")):
        (folder / "round").symlink_to(folder)
        (folder / "self").symlink_to(folder / "self")
        (folder / f"self.{suffix}").symlink_to(f"self.{suffix}")


@pytest.mark.parametrize(
    ("do", "words"),
    [
        (_audio_of_no_name, (r"bad\xff.wav: its name is not UTF-8; rename it",)),
        (
            lambda crate: _bytes_name(crate.csv, b"bad\xff.csv", b""),
            (r"bad\xff.csv: its name is not UTF-8; rename it",),
        ),
        (_loops, ("self.csv: it cannot be read (Too many", "self.wav: cannot be read: Too many")),
        (
            lambda crate: (crate.csv / "junk.csv").write_bytes(os.urandom(5000)),
            ("junk.csv: ",),
        ),
        (
            lambda crate: (crate.csv / "strange.csv").write_text("Name,Colour\nx,red\n"),
            ("`Track URI` or `Track Name` is missing (found: Name, Colour)",),
        ),
        (lambda crate: (crate.files / "empty.mp3").touch(), ("empty.mp3: empty (0 bytes)",)),
        (
            lambda crate: (crate.files / "text.mp3").write_text("hello"),
            ("text.mp3: cannot be read as audio",),
        ),
        (
            lambda crate: (crate.files / "text\x1b[31m.m4a").write_text("hello"),
            ("[31m.m4a: cannot be read as audio",),
        ),
    ],
    ids=[
        "audio whose name is not UTF-8",
        "a backup whose name is not UTF-8",
        "links that lead to themselves",
        "junk",
        "a missing column",
        "an empty file",
        "no audio",
        "a name that would colour the terminal",
    ],
)
def test_what_cannot_be_read_is_told_and_passed_over(
    house: Crate, do: Callable[[Crate], object], words: tuple[str, ...]
) -> None:
    do(house)
    said = goes_on(house, 3, *words)
    assert "\x1b" not in said.err
    assert house.audio_tree() == [f"House/{ONE.artist} - {ONE.title}.wav"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission_is_told_and_passed_over(house: Crate) -> None:
    house.music(TWO).chmod(0)
    goes_on(house, 3, "Permission denied")


def test_files_that_are_nobodys_music_are_passed_over_in_silence(house: Crate) -> None:
    for name in ("._a.m4a", ".DS_Store", "a.mp3.part", "Thumbs.db", "b.m4a.icloud", "c.tmp"):
        (house.files / name).write_bytes(b"\0" * 4096)
    (house.files / "x.m4a.download").mkdir()
    (house.files / "x.m4a.download" / "x.m4a").write_bytes(b"\0" * 100)
    os.mkfifo(house.files / "pipe.wav")
    goes_on(house, 0)


# ---- configuration -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('[playlist]\nexclude = ["x"]', "unknown key `playlist`; did you mean `playlists`?"),
        ("[csv]\nfolder = []", "unknown key `csv.folder`; did you mean `folders`?"),
        (
            '[targets.playlists]\nroot = "x"\npath = "{artst}"',
            "unknown field {artst}; did you mean {artist}?",
        ),
        ("[csv", "is not valid TOML"),
        ('[csv]\nfolders = "x"', "`csv.folders`"),
        ("\0", "is not valid TOML"),
    ],
)
def test_a_configuration_that_cannot_be_used(crate: Crate, text: str, words: str) -> None:
    crate.configure(text)
    said = crate.sync("reconcile")
    assert (said.code, said.out) == (1, "")
    (line,) = said.err.splitlines()
    assert line.startswith(f"sync: {crate.home / 'config.toml'}: ") and words in line
    assert not crate.root.exists() and not (crate.home / "log.db").exists()


def test_no_configuration_is_no_library(crate: Crate) -> None:
    (crate.home / "config.toml").unlink()
    said = crate.sync("reconcile")
    assert said.code == 10 and "sync init" in said.err


@pytest.mark.parametrize("folder", ["files", "csv"])
def test_a_folder_that_is_not_there(house: Crate, folder: str) -> None:
    path: Path = getattr(house, folder)
    setattr(house, folder, path.with_name("nowhere"))
    house.configure()
    assert house.sync("reconcile").code == 3
    said = house.sync("reconcile")
    (line,) = said.err.splitlines()
    assert said.code == 3 and str(path.with_name("nowhere")) in line


def test_a_root_that_is_a_file(house: Crate) -> None:
    house.root.write_text("mine")
    said = house.sync("reconcile")
    assert said.code == 3 and f"{house.root}: is not a folder" in said.err
    assert house.root.read_text() == "mine"
