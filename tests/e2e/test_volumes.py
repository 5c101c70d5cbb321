"""Sources and volumes that vanish, shrink or come back: nothing leaves its place unasked."""

from __future__ import annotations

import wave
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.crate import HEADER, Crate, Said, Song, song
from tests.e2e.worlds import contents

SONGS = [song(number, seconds=1) for number in range(1, 13)]


@pytest.fixture
def full(crate: Crate) -> Crate:
    """`House` and `Techno`, eight songs each, two of them on both; all is laid out."""
    crate.playlist("House", SONGS[:8])
    crate.playlist("Techno", SONGS[6:])
    for each in SONGS:
        crate.music(each)
    assert crate.sync("reconcile").code == 0
    assert len(crate.audio_tree()) == 14
    return crate


def _place(crate: Crate) -> dict[str, str]:
    """All that lies in the root, as far as it is there."""
    return contents(crate.root) if crate.root.exists() else {}


def stays(crate: Crate, code: int, *words: str) -> None:
    """Two runs say the same in one line and do nothing; the second appends nothing."""
    before = _place(crate)
    said = crate.sync("reconcile")
    _one_line(said, code, words)
    events = len(crate.events())
    again = crate.sync("reconcile")
    assert (again.code, again.out, again.err) == (code, said.out, said.err)
    assert len(crate.events()) == events
    assert _place(crate) == before
    assert crate.sync("replay", "--verify").code == 0


def _one_line(said: Said, code: int, words: tuple[str, ...]) -> None:
    assert said.code == code, said
    (line,) = said.err.splitlines()
    for word in words:
        assert word in line


def in_step(crate: Crate, before: dict[str, str]) -> None:
    """A run does nothing, and all is as it was."""
    said = crate.sync("reconcile", "--json")
    assert (said.code, said.summary["actions"]) == (0, {}), said
    assert _place(crate) == before
    assert crate.sync("reconcile", "--json").summary["events"] == 0


# ---- volumes -----------------------------------------------------------------------------------


@pytest.mark.parametrize("empty", [False, True], ids=["gone", "an empty mount point"])
def test_the_root_is_not_mounted(full: Crate, empty: bool) -> None:
    before, away = _place(full), full.base / "away"
    full.root.rename(away)
    if empty:
        full.root.mkdir()
    full.playlist("Techno", SONGS[7:])
    stays(full, 3, "the volume is not mounted", str(full.root))
    assert not full.root.exists() or not any(full.root.iterdir())
    if empty:
        full.root.rmdir()
    away.rename(full.root)
    full.playlist("Techno", SONGS[6:])
    in_step(full, before)


@pytest.mark.parametrize("empty", [False, True], ids=["gone", "emptied"])
def test_the_music_is_not_mounted(full: Crate, empty: bool) -> None:
    before, away = _place(full), full.base / "away"
    full.files.rename(away)
    if empty:
        full.files.mkdir()
    stays(full, 3, str(full.files), "taken for not mounted" if empty else "is not there")
    if empty:
        full.files.rmdir()
    away.rename(full.files)
    in_step(full, before)


def test_what_needs_a_volume_that_is_away_waits_for_it(crate: Crate) -> None:
    crate.playlist("House", SONGS[:1])
    for each in SONGS[:2]:
        crate.music(each)
    crate.sync("reconcile")
    crate.files.rename(crate.base / "away")
    crate.playlist("House", SONGS[:2])
    said = crate.sync("reconcile", "--json")
    assert (said.code, said.summary["waiting"], len(crate.audio_tree())) == (3, 1, 1)
    (crate.base / "away").rename(crate.files)
    assert crate.sync("reconcile", "--json").summary["actions"] == {"place": 1, "write": 1}


def test_no_folder_is_made_for_a_mount_point_that_is_not_there(crate: Crate) -> None:
    crate.playlist("House", SONGS[:1])
    crate.music(SONGS[0])
    crate.root = crate.base / "volume" / "Playlists"
    crate.configure()
    stays(crate, 3, "not mounted? No folder is made for it")
    assert not (crate.base / "volume").exists()


def test_another_librarys_root_is_not_touched(full: Crate, monkeypatch: pytest.MonkeyPatch) -> None:
    other = Crate(full.base / "other")
    other.root = full.root
    other.configure()
    other.playlist("Mine", SONGS[:2])
    other.music(SONGS[0])
    before = _place(full)
    monkeypatch.setenv("CRATELOG_HOME", str(other.home))
    stays(other, 3, "belongs to another library")
    assert _place(full) == before


# ---- backups -----------------------------------------------------------------------------------


def _nothing(path: Path) -> None:
    path.write_bytes(b"")


def _only_header(path: Path) -> None:
    path.write_text(HEADER + "\n", "utf-8")


def _one_row(path: Path) -> None:
    path.write_text("\n".join(path.read_text("utf-8").splitlines()[:2]) + "\n", "utf-8")


def _torn(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:1000])


@pytest.mark.parametrize(
    ("damage", "code", "words"),
    [
        (_nothing, 3, ("House.csv", "it is empty")),
        (_torn, 3, ("House.csv", "rows may be missing, so none is taken as removed")),
        (_only_header, 5, ("playlist 'House' would lose all of its 8 files", "refused")),
        (_one_row, 5, ("playlist 'House' would lose all but one of its 8 files", "refused")),
    ],
)
def test_a_backup_that_shrank(
    full: Crate, damage: Callable[[Path], None], code: int, words: tuple[str, ...]
) -> None:
    before, path = _place(full), full.csv / "House.csv"
    text = path.read_bytes()
    damage(path)
    stays(full, code, *words)
    path.write_bytes(text)
    in_step(full, before)


@pytest.mark.parametrize("damage", [_only_header, _one_row])
def test_what_was_allowed_to_go_comes_back_with_its_backup(
    full: Crate, damage: Callable[[Path], None]
) -> None:
    before, path = _place(full), full.csv / "House.csv"
    text = path.read_bytes()
    damage(path)
    assert full.sync("reconcile", "--allow-removals", "8").code == 0
    kept = 1 if damage is _one_row else 0
    assert len([name for name in full.tree() if name.startswith("House/")]) == kept
    assert len([name for name in full.tree() if name.startswith("Unassigned/")]) == 6 - kept
    assert len(full.trash()) == 2, "those that are on Techno too"
    path.write_bytes(text)
    said = full.sync("reconcile", "--json")
    assert said.code == 0, said
    assert said.summary["actions"] == {"move": 6 - kept, "restore": 2, "write": 1}
    assert full.trash() == []
    in_step(full, before)


def test_removals_beyond_what_is_allowed_are_refused(full: Crate) -> None:
    _only_header(full.csv / "House.csv")
    before = _place(full)
    assert full.sync("reconcile", "--allow-removals", "7").code == 5
    assert _place(full) == before


def test_a_playlist_whose_backup_is_gone_stays(full: Crate) -> None:
    before, path = _place(full), full.csv / "House.csv"
    text = path.read_bytes()
    path.unlink()
    said = full.sync("reconcile", "--allow-removals", "99")
    _one_line(said, 0, ("no backup any more of 'House'", "the files stay where they are"))
    in_step(full, before)
    path.write_bytes(text)
    in_step(full, before)


def test_the_folder_of_backups_is_gone(full: Crate) -> None:
    before = _place(full)
    full.csv.rename(full.base / "away")
    stays(full, 3, str(full.csv), "No such file or directory")
    (full.base / "away").rename(full.csv)
    in_step(full, before)


def test_the_folder_of_backups_is_empty(full: Crate) -> None:
    before = _place(full)
    full.csv.rename(full.base / "away")
    full.csv.mkdir()
    said = full.sync("reconcile")
    _one_line(said, 0, ("no backup any more of 'House', 'Techno'",))
    in_step(full, before)
    full.csv.rmdir()
    (full.base / "away").rename(full.csv)
    in_step(full, before)


def test_backups_that_shrink_a_little_at_each_run_are_stopped_too(crate: Crate) -> None:
    songs = [song(number, seconds=1) for number in range(1, 31)]
    crate.playlist("House", songs)
    for each in songs:
        _tone(crate.files / f"{each.artist} - {each.title}.wav", each.number)
    crate.sync("reconcile")
    codes = []
    for left in range(26, 8, -4):
        crate.playlist("House", songs[:left])
        codes.append(crate.sync("reconcile").code)
    assert codes == [0, 0, 5, 5, 5]
    assert len([name for name in crate.audio_tree() if name.startswith("House/")]) == 22


# ---- what was there before ---------------------------------------------------------------------


def _tone(path: Path, number: int) -> None:
    """A second of sound, written without ffmpeg; another one for each number."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(
            bytes((number * (i % 7 + 1) + i * (number // 256)) % 256 for i in range(16000))
        )


WORDS = (
    *("amber", "birch", "cedar", "delta", "ember", "fjord"),
    *("grove", "haven", "islet", "jetty", "knoll", "lagoon"),
)


def _named(number: int) -> Song:
    first, second = WORDS[number % 12], WORDS[number // 12 % 12]
    return Song(number, f"{first.title()} {second.title()}", f"{second.title()} {number}", 1)


def _populated(crate: Crate, each: int, strange: int) -> dict[str, list[Song]]:
    """A root that another program keeps: in each of five folders so many tracks of a playlist that
    we know, and so many files of no track."""
    playlists: dict[str, list[Song]] = {}
    for number in range(5):
        name = f"List {WORDS[number]}"
        playlists[name] = [_named(number * each + n) for n in range(each)]
        crate.playlist(name, playlists[name])
        for track in playlists[name]:
            _tone(crate.root / name / f"{track.artist} - {track.title}.wav", track.number + 1)
        for n in range(strange):
            _tone(
                crate.root / name / f"take {n} of session.wav", 5 * each + number * strange + n + 1
            )
    return playlists


def test_five_hundred_files_of_another_program_are_claimed_and_never_moved(crate: Crate) -> None:
    playlists = _populated(crate, 20, 80)
    before = contents(crate.root)
    assert len(before) == 500 == len(set(before.values()))
    said = crate.sync("reconcile", "--json")
    assert said.summary["actions"] == {"write": 5}, said.summary
    assert crate.kinds().count("FileClaimed") == 100
    assert crate.sync("reconcile", "--json").summary["events"] == 0

    # Their playlists lose and swap tracks, and one is renamed: what is not ours stays.
    one, other, *_ = playlists
    crate.playlist(one, playlists[one][:5])
    crate.playlist(other, playlists[other][3:])
    (crate.csv / f"{list(playlists)[2]}.csv").rename(crate.csv / "Called otherwise.csv")
    said = crate.sync("reconcile", "--json", "--allow-removals", "500")
    assert said.code == 0, said
    after = contents(crate.root)
    assert {name: after.get(name) for name in before} == before
    assert len(crate.audio_tree()) == 500


@pytest.mark.parametrize("state", [True, False], ids=["with state.db", "without state.db"])
def test_a_log_restored_from_last_week(crate: Crate, state: bool) -> None:
    playlists = _populated(crate, 2, 2)
    mine = SONGS[:6]
    crate.playlist("House", mine[:3])
    for each in mine:
        crate.music(each)
    crate.sync("reconcile")
    last_week = (crate.home / "log.db").read_bytes()

    crate.playlist("House", [*mine[1:3], mine[4]])
    crate.playlist("Techno", mine[2:])
    crate.playlist(next(iter(playlists)), [*next(iter(playlists.values())), mine[5]])
    assert crate.sync("reconcile").code == 0
    assert crate.sync("reconcile", "--json").summary["events"] == 0
    before = contents(crate.root)

    for path in crate.home.glob("log.db*"):
        path.unlink()
    (crate.home / "log.db").write_bytes(last_week)
    if not state:
        crate.lose_state()
    said = crate.sync("reconcile")
    assert said.code == 0, said
    assert ("restored from a backup" in said.err) == state
    audio = {name: digest for name, digest in before.items() if name.endswith(".wav")}
    after = contents(crate.root)
    assert {name: after[name] for name in after if name.endswith(".wav")} == audio
    again = crate.sync("reconcile", "--json")
    assert again.summary["events"] == 0 and not again.summary["actions"], again
    assert crate.sync("replay", "--verify").code == 0


def test_a_log_that_is_lost_with_all_its_state_doubles_nothing(full: Crate) -> None:
    before = [name for name in _place(full) if name.endswith(".wav")]
    for path in [*full.home.glob("log.db*"), *full.home.glob("state.db*")]:
        path.unlink()
    said = full.sync("reconcile")
    _one_line(said, 3, ("belongs to another library", "root.json"))
    (full.root / ".cratelog" / "root.json").unlink()
    assert full.sync("reconcile").code == 0
    assert [name for name in _place(full) if name.endswith(".wav")] == before
