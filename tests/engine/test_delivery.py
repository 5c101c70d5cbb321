"""Delivered once: a folder out of which another program takes what is put there."""

from __future__ import annotations

from pathlib import Path

import pytest

from adapters.audio import probe
from engine.places import WORK
from state.events import FileDelivered
from tests.crate import Crate, Song, song

ONE, TWO, THREE = song(1), song(2), song(3)


@pytest.fixture
def crate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Crate:
    made = Crate(tmp_path)
    made.playlist("House", [ONE, TWO])
    made.playlist("Warm up", [TWO])
    for each in (ONE, TWO):
        made.music(each)
    made.configure(extra=f'[targets.djay]\nroot = "{drop(made)}"\nformat = "keep"')
    monkeypatch.setenv("CRATELOG_HOME", str(made.home))
    return made


def drop(crate: Crate) -> Path:
    return crate.base / "djay"


def lying(crate: Crate) -> list[str]:
    """What the other program sees in its folder."""
    return sorted(path.name for path in drop(crate).iterdir() if path.is_file())


def names(*songs: Song) -> list[str]:
    return sorted(f"{each.artist} - {each.title}.wav" for each in songs)


def take(crate: Crate) -> list[str]:
    """The other program imports everything."""
    taken = lying(crate)
    for name in taken:
        (drop(crate) / name).rename(crate.base / name)
    return taken


def delivered(crate: Crate) -> list[FileDelivered]:
    return [r.event for r in crate.events() if isinstance(r.event, FileDelivered)]


def test_a_track_is_put_there_once_however_many_playlists_it_is_on(crate: Crate) -> None:
    assert crate.reconcile().done["deliver"] == 2
    assert lying(crate) == names(ONE, TWO)
    assert list((drop(crate) / WORK).iterdir()) == []
    assert crate.reconcile().events == 0


def test_what_was_taken_is_not_missed(crate: Crate) -> None:
    crate.reconcile()
    assert take(crate) == names(ONE, TWO)
    report = crate.reconcile()
    assert not (report.done or report.blocked or report.failed or report.matters)
    assert crate.reconcile().events == 0
    assert lying(crate) == []
    with crate.library() as library:
        assert len(library.state.files.missing) == 0
        assert len(library.state.files.delivered) == 2


def test_nothing_that_happens_later_touches_what_was_delivered(crate: Crate) -> None:
    crate.reconcile()
    crate.playlist("House", [TWO])
    crate.playlist("Warm up", [TWO])
    crate.configure(
        extra=f'[targets.djay]\nroot = "{drop(crate)}"\nformat = "keep"\npath = "{{title}}"'
    )
    report = crate.reconcile()
    assert not report.pending and not report.notes
    assert lying(crate) == names(ONE, TWO)
    assert crate.reconcile().events == 0
    crate.playlist("House", [TWO, THREE])
    crate.music(THREE)
    crate.reconcile()
    assert lying(crate) == sorted([*names(ONE, TWO), f"{THREE.title}.wav"])


def test_a_track_without_audio_waits_for_its_delivery(crate: Crate) -> None:
    crate.playlist("House", [ONE, TWO, THREE])
    assert crate.reconcile().waiting == 1
    take(crate)
    crate.music(THREE)
    assert crate.reconcile().done["deliver"] == 1
    assert lying(crate) == names(THREE)


def test_what_lay_there_before_is_not_put_there_again(crate: Crate) -> None:
    crate.music(ONE, "Mine.wav", root=drop(crate))
    crate.reconcile()
    assert lying(crate) == sorted(["Mine.wav", *names(TWO)])
    assert {event.source for event in delivered(crate)} == {"", names(TWO)[0]}
    (drop(crate) / "Mine.wav").unlink()
    assert not crate.reconcile().done and lying(crate) == names(TWO)


def test_it_shares_its_bytes_with_no_file_of_ours(crate: Crate) -> None:
    crate.reconcile()
    for path in [*drop(crate).glob("*.wav"), *crate.root.rglob("*.wav")]:
        if path.parent == drop(crate):
            assert path.stat().st_nlink == 1


def test_a_name_that_was_given_once_is_given_to_no_other_track(crate: Crate) -> None:
    crate.reconcile()
    take(crate)
    twin = Song(31, ONE.title, ONE.artist, seconds=9, album="Live")
    crate.playlist("House", [ONE, TWO, twin])
    crate.music(twin, "House/live.wav")
    crate.reconcile()
    (name,) = lying(crate)
    assert name not in names(ONE) and name.startswith(f"{ONE.artist} - {ONE.title} [")


def test_a_name_that_somebody_took_is_told_and_nothing_is_overwritten(crate: Crate) -> None:
    drop(crate).mkdir()
    (drop(crate) / names(ONE)[0]).write_text("not audio at all")
    report = crate.reconcile()
    assert [each.why.endswith("another file is there already") for each in report.blocked] == [True]
    assert (drop(crate) / names(ONE)[0]).read_text() == "not audio at all"
    (drop(crate) / names(ONE)[0]).unlink()
    assert crate.reconcile().done == {"deliver": 1}


def test_a_replay_knows_what_was_delivered(crate: Crate) -> None:
    crate.reconcile()
    take(crate)
    crate.reconcile()
    crate.lose_state()
    assert crate.reconcile().events == 0
    assert crate.sync("replay", "--verify").code == 0


def test_the_story_of_a_delivery_is_told(crate: Crate) -> None:
    crate.reconcile()
    take(crate)
    said = crate.sync("why", ONE.uri)
    assert said.code == 0 and f"delivered to djay as {names(ONE)[0]}" in said.out
    said = crate.sync("why", str(drop(crate) / names(ONE)[0]))
    assert said.code == 0 and "was delivered to djay" in said.out
    assert "on no playlist" not in said.out and f"{ONE.title}, delivered to djay" in said.out
    assert crate.sync("why", "House").code == 0


def test_what_was_delivered_is_counted_as_that_and_is_no_duplicate(crate: Crate) -> None:
    crate.reconcile()
    files = crate.sync("status", "--json").summary["files"]
    assert files == {
        "ours": 3,
        "claimed": 0,
        "delivered": 2,
        "matched": 2,
        "unmatched": 0,
        "lists": 2,
    }
    assert crate.sync("duplicates", "--json").summary["recordings"] == 0


def test_a_saved_plan_delivers_and_is_done_then(crate: Crate) -> None:
    crate.reconcile()
    crate.playlist("House", [ONE, TWO, THREE])
    crate.music(THREE)
    file = crate.base / "plan.json"
    assert crate.sync("plan", "--out", str(file)).code == 0
    assert crate.sync("apply", str(file)).code == 0
    assert names(THREE)[0] in take(crate)
    assert crate.sync("apply", str(file)).code == 0
    assert lying(crate) == []


def test_djay_gets_m4a_and_apple_music_wav_once_each(crate: Crate) -> None:
    apple = crate.base / "apple"
    crate.configure(
        extra=f'[targets.djay]\nroot = "{drop(crate)}"\n[targets.apple-music]\nroot = "{apple}"'
    )
    report = crate.reconcile()
    assert (report.made, report.done["deliver"]) == (2, 4), "WAV is what the other one wants"
    assert {path.suffix for path in drop(crate).iterdir() if path.is_file()} == {".m4a"}
    found = [path for path in apple.iterdir() if path.is_file()]
    assert {path.suffix for path in found} == {".wav"} and len(found) == 2
    assert all(probe(path).codec == "pcm_s16le" for path in found)
    for path in found:
        path.unlink()
    assert crate.reconcile().done == {}
