"""From a file to its fingerprint, tempo and key; and what it means that two sound the same."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import BrokenExecutor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import msgspec
import mutagen
import numpy as np
import pytest

from adapters.audio import probe
from adapters.audio.fingerprint import to_text
from adapters.audio.tagset import TagSet
from adapters.contract import Fatal, Permanent
from adapters.sandbox import music
from engine import hearing
from engine.analysing import Analysing, Turn, todo
from engine.config import AnalysisSettings, ConfigError, load
from engine.recordings import doubt
from engine.tagging import tagset
from projections.registry import State
from projections.tags import wanted
from state.events import AudioAnalysed, Event, FileMatched, SameRecordingFound, TrackSeen
from state.values import Ref
from tests.crate import Crate, Song, song
from tests.engine.test_fetching import Site
from tests.histories import record

ONE, TWO, SHORT = song(1), song(2), song(4)


def untitled(crate: Crate, of: Song, name: str) -> Path:
    """A file of a song that says nothing of itself."""
    path = crate.music(of, name)
    music.retag(path, title="", artists=(), album="")
    return path


def heard(crate: Crate) -> list[AudioAnalysed]:
    return [each.event for each in crate.events() if isinstance(each.event, AudioAnalysed)]


# ---- listening ---------------------------------------------------------------------------------


@pytest.fixture
def filled(crate: Crate) -> Crate:
    """One song as two files, of which only one says what it is; and another song."""
    crate.playlist("House", [ONE, TWO])
    crate.music(ONE, "one.wav")
    untitled(crate, ONE, "x.mp3")
    crate.music(TWO, "two.ogg")
    crate.reconcile()
    return crate


LIKE_ONE = {"one.wav": 0.0, "x.mp3": 0.02, "two.ogg": 1.0}
"""What `sounding` makes of these."""


def test_what_was_not_listened_to_is_once(crate: Crate) -> None:
    one, two = (song(number, seconds=32) for number in (1, 2))
    crate.playlist("House", [one, two])
    crate.music(one, "one.wav")
    untitled(crate, one, "x.mp3")
    crate.music(two, "two.ogg")
    crate.reconcile()
    said = crate.sync("analyse", "--json")
    assert said.code == 0, said
    assert (said.summary["analysed"], said.summary["same"], said.summary["failed"]) == (3, 1, 0)
    lines = {line["audio"]: line for line in said.lines[:-1]}
    audio = probe(crate.files / "one.wav").audio
    wave = lines[audio]
    assert wave["comparable"] and wave["duration_ms"] == 32_000 and 119 < wave["bpm"] < 121
    assert wave["by"] == "numpy" and wave["camelot"]
    (same,) = [e.event for e in crate.events() if isinstance(e.event, SameRecordingFound)]
    assert {same.one, same.other} == {audio, probe(crate.files / "x.mp3").audio}
    assert same.error_rate < 0.05 and "bits" in same.evidence


def test_what_sounds_like_the_audio_of_a_track_may_serve_it(filled: Crate) -> None:
    sounding(filled, LIKE_ONE)
    (match,) = fingerprint_matches(filled)
    assert (match.audio, match.track) == (probe(filled.files / "x.mp3").audio, ONE.uri)
    assert "'one.wav'" in match.evidence and "differ" in match.evidence
    filled.reconcile()
    assert fingerprint_matches(filled) == [match]
    assert filled.reconcile().events == 0
    assert "sounds like 'one.wav'" in filled.sync("why", str(filled.files / "x.mp3")).out


def test_the_copy_stands_in_when_the_first_is_gone(filled: Crate) -> None:
    sounding(filled, LIKE_ONE)
    (filled.files / "one.wav").unlink()
    for path in filled.root.rglob("*.wav"):
        path.unlink()
    filled.configure(target='on_edit = "restore"')
    filled.reconcile(allowed=9)
    assert f"House/{ONE.artist} - {ONE.title}.mp3" in filled.audio_tree()


def test_a_rejection_outlives_what_it_sounds_like(filled: Crate) -> None:
    filled.sync("match", str(filled.files / "x.mp3"), ONE.uri, "--reject")
    assert sounding(filled, LIKE_ONE).same == 1
    filled.reconcile()
    assert not fingerprint_matches(filled)


def test_who_rejects_a_recording_rejects_its_copies(filled: Crate) -> None:
    sounding(filled, LIKE_ONE)
    said = filled.sync("match", str(filled.files / "one.wav"), ONE.uri, "--reject")
    assert said.code == 0, said
    with filled.library() as library:
        audio = probe(filled.files / "x.mp3").audio
        assert library.state.matches.tracks(audio) == []
    filled.reconcile(allowed=9)
    assert len(filled.audio_tree()) == 1
    assert filled.reconcile().events == 0


def fingerprint_matches(crate: Crate) -> list[FileMatched]:
    events = (each.event for each in crate.events())
    return [e for e in events if isinstance(e, FileMatched) and e.by == "fingerprint"]


def test_a_limit_and_the_order_of_the_rest(filled: Crate) -> None:
    with filled.library() as library:
        order = todo(library.state)
    unmatched = probe(filled.files / "x.mp3").audio
    assert len(order) == 3 and order[-1] == unmatched, "what has a track comes first"
    said = filled.sync("analyse", "--limit", "1")
    assert said.out == "analyse: 1 listened to, 2 left\n"
    assert [event.audio for event in heard(filled)] == order[:1]
    rest = filled.sync("analyse", "--json").summary
    assert (rest["analysed"], rest["events"]) == (2, 2)
    again = filled.sync("analyse", "--json").summary
    assert (again["analysed"], again["events"]) == (0, 0)
    everything = filled.sync("analyse", "--all", "--json").summary
    assert (everything["analysed"], everything["events"]) == (3, 0), "it is no news"


def test_what_cannot_be_listened_to_is_a_line(filled: Crate) -> None:
    (filled.files / "two.ogg").unlink()
    for path in filled.root.rglob("*.ogg"):
        path.unlink()
    (filled.files / "x.mp3").write_bytes((filled.files / "one.wav").read_bytes())
    said = filled.sync("analyse")
    assert said.code == 3 and said.out == "analyse: 1 listened to, 2 failed\n"
    lines = said.err.splitlines()
    assert any("x.mp3: was changed since the last look: sync reconcile" in line for line in lines)
    assert any(".ogg" in line for line in lines)
    assert len(lines) == 2 and all(line.startswith("not listened to: ") for line in lines)


def test_a_run_that_is_cut_off_keeps_what_it_has(filled: Crate) -> None:
    with filled.library() as library:
        order = todo(library.state)

        def cut(path: Path, audio: str, *_: object) -> AudioAnalysed:
            if audio == order[1]:
                raise KeyboardInterrupt
            return AudioAnalysed(audio, "", 32_000)

        with pytest.raises(KeyboardInterrupt):
            Analysing(library, AnalysisSettings(), listen=cut, pool=Alone).run(order)
        assert todo(library.state) == order[1:]
    with filled.library() as library:
        assert todo(library.state) == order[1:]


class Alone(ThreadPoolExecutor):
    """One at a time."""

    def __init__(self, jobs: int) -> None:
        super().__init__(1)


def test_without_a_log_there_is_nothing_to_listen_to(crate: Crate) -> None:
    assert crate.sync("analyse").code == 10
    assert crate.sync("duplicates").code == 10


@pytest.mark.skipif(find_spec("essentia") is not None, reason="essentia is here")
def test_what_nothing_can_be_heard_with_ends_the_turn(filled: Crate) -> None:
    filled.configure(extra='[analysis]\nby = "essentia"')
    said = filled.sync("analyse")
    assert said.code == 1 and said.err.startswith("sync: essentia is not installed")
    assert heard(filled) == []


# ---- processes ---------------------------------------------------------------------------------


def test_many_files_are_listened_to_in_processes(
    filled: Crate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hearing, "FEW", 0)
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    assert isinstance(hearing.pool(3), ProcessPoolExecutor)
    assert filled.sync("analyse", "--json").summary["analysed"] == 3


def test_a_process_that_is_ended_from_outside_is_a_line(filled: Crate) -> None:
    class Broken(Alone):
        def submit(self, *_: object, **__: object) -> Future[Any]:
            raise BrokenExecutor

    with filled.library() as library:
        turn = Analysing(library, AnalysisSettings(), pool=Broken)
        with pytest.raises(Fatal, match="sync analyse goes on"):
            turn.run(todo(library.state))


ORPHAN = """
import os, time
from engine import hearing
hearing.FEW = 0
os.cpu_count = lambda: 2
if __name__ == "__main__":
    pool = hearing.pool(2)
    print(pool.submit(os.getpid).result(), flush=True)
    time.sleep(60)
"""


@pytest.mark.skipif(os.name != "posix", reason="kill -9")
def test_no_worker_outlives_a_run_that_is_killed(tmp_path: Path) -> None:
    script = tmp_path / "run.py"
    script.write_text(ORPHAN)
    root = str(Path(__file__).parents[2])
    run = subprocess.Popen(
        [sys.executable, str(script)],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": root},
    )
    assert run.stdout is not None
    worker = int(run.stdout.readline())
    run.send_signal(signal.SIGKILL)
    run.wait()
    run.stdout.close()
    assert gone(worker)


def gone(pid: int) -> bool:
    """Whether a process ends within ten seconds."""
    for _ in range(100):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        stat = Path(f"/proc/{pid}/stat")
        if stat.exists() and stat.read_text().rpartition(")")[2].split()[0] == "Z":
            return True  # nobody here fetches its exit code
        time.sleep(0.1)
    return False


# ---- sounding alike ----------------------------------------------------------------------------


def sounding(crate: Crate, alike: dict[str, float], lengths: dict[str, int] | None = None) -> Turn:
    """Listen to all files; file name → how much of it differs from one random fingerprint."""
    chance = np.random.default_rng(1)
    words = chance.integers(0, 2**32, 948, dtype=np.uint32)

    def listen(path: Path, audio: str, *_: object) -> AudioAnalysed:
        # Whole words differ, in half of their bits, so that the others are still found by.
        wrong = np.random.default_rng(len(path.name)).random(948) < 2 * alike[path.name]
        other = np.where(wrong, words ^ np.uint32(0x5555_5555), words).astype(np.uint32)
        return AudioAnalysed(audio, to_text(other), (lengths or {}).get(path.name, 32_000))

    with crate.library() as library:
        turn = Analysing(library, AnalysisSettings(), listen=listen, pool=Alone)
        return turn.run(todo(library.state))


@pytest.fixture
def two(crate: Crate) -> Crate:
    """Two songs, each with a file of its own."""
    crate.playlist("House", [SHORT, song(5)])
    crate.music(SHORT, "a.wav")
    crate.music(song(5), "bb.wav")
    crate.reconcile()
    return crate


def question(crate: Crate) -> list[dict[str, object]]:
    return [line for line in crate.sync("review", "--json").lines if line["type"] == "matter"]


def test_two_tracks_that_sound_much_alike_are_a_question(two: Crate) -> None:
    assert sounding(two, {"a.wav": 0.0, "bb.wav": 0.15}).same == 0
    two.reconcile()
    (matter,) = question(two)
    assert matter["topic"] == "same recording" and matter["answers"] == ["one", "two"]
    assert "'a.wav'" in str(matter["text"]) and "'bb.wav'" in str(matter["text"])
    assert two.reconcile().events == 0, "it stays open"
    said = two.sync("review", "--matter", str(matter["matter"]), "--answer", "one")
    assert said.code == 0, said
    with two.library() as library:
        identity = library.state.identity
        assert identity.track(Ref(SHORT.uri)) == identity.track(Ref(song(5).uri))
    two.reconcile(allowed=9)
    assert question(two) == [] and two.reconcile().events == 0


def test_two_that_a_person_keeps_apart_are_not_asked_about_again(two: Crate) -> None:
    sounding(two, {"a.wav": 0.0, "bb.wav": 0.15})
    (matter,) = question(two)
    two.sync("review", "--matter", str(matter["matter"]), "--answer", "two")
    two.reconcile()
    assert question(two) == []
    with two.library() as library:
        audios = [row.audio for row in library.state.analyses.rows]
        assert list(doubt(library.state, audios[0], audios[1], 0.15)) == []


def test_two_tracks_that_are_one_recording_keep_their_own_files(two: Crate) -> None:
    assert sounding(two, {"a.wav": 0.0, "bb.wav": 0.05}).same == 1
    two.reconcile()
    assert fingerprint_matches(two) == [] and question(two) == []
    assert len(two.audio_tree()) == 2


@pytest.mark.parametrize(("share", "length"), [(0.0, 34_500), (0.3, 32_000)])
def test_another_length_or_another_sound_is_another_recording(
    two: Crate, share: float, length: int
) -> None:
    turn = sounding(two, {"a.wav": 0.0, "bb.wav": share}, {"bb.wav": length})
    two.reconcile()
    assert turn.same == 0 and question(two) == []


def test_what_is_no_track_is_no_question(crate: Crate) -> None:
    crate.playlist("House", [SHORT])
    crate.music(SHORT, "a.wav")
    crate.music(song(5), "bb.wav")
    crate.reconcile()
    sounding(crate, {"a.wav": 0.0, "bb.wav": 0.15})
    crate.reconcile()
    assert question(crate) == []


def test_pairs_are_told_once_however_often_they_are_heard(two: Crate) -> None:
    assert sounding(two, {"a.wav": 0.0, "bb.wav": 0.05}).same == 1
    with two.library() as library:
        rows = list(library.state.analyses.rows)
        known = hearing.Recordings(library.log, library.state)
        event = library.log.find(rows[0].position)
        assert event is not None and isinstance(event.event, AudioAnalysed)
        (near,) = known.near(event.event)
        assert near.audio == rows[1].audio and 0.03 < near.error_rate < 0.07
        heard = msgspec.structs.replace(event.event, bpm=99.0)
        turn = Analysing(library, AnalysisSettings(), listen=lambda *_: heard, pool=Alone)
        assert turn.run([rows[0].audio]).same == 0


# ---- tags --------------------------------------------------------------------------------------

TRACK = TrackSeen(
    Ref("spotify:track:1"), "csv", "One", ("A", "B"), "Loop", ("C", "D"), number=3, genres=("dub",)
)
SURE = AudioAnalysed("aa", "", 1, 124.0, 0.9, "Am", "8A", 0.8)


def written(*events: Event) -> TagSet:
    state = State()
    state.fold(record(*events))
    return tagset(wanted(state, state.identity.track(TRACK.ref), "aa"))


def test_a_file_says_what_is_known_of_its_track() -> None:
    made = written(TRACK)
    assert (made.title, made.artists, made.album, made.album_artist) == (
        "One", ("A", "B"), "Loop", "C",
    )  # fmt: skip
    assert (made.track, made.genre, made.track_id, made.bpm) == (3, "dub", TRACK.ref, 0.0)


def test_what_was_heard_is_written_where_nobody_said_another_thing() -> None:
    made = written(TRACK, SURE)
    assert (made.bpm, made.key, made.camelot) == (124.0, "Am", "8A")
    assert written(SURE).bpm == 124.0, "of a track that nothing is known of, too"
    made = written(msgspec.structs.replace(TRACK, bpm=128.0, key="F#m"), SURE)
    assert (made.bpm, made.key, made.camelot) == (128.0, "F#m", "11A")
    made = written(msgspec.structs.replace(TRACK, key="Hypodorian"))
    assert (made.key, made.camelot) == ("Hypodorian", "")


# ---- by itself ---------------------------------------------------------------------------------

SITES = '[fetch]\nsources = ["soundcloud"]\n'
BARE = "Track URI,Track Name,Artist Name(s),Album Name,Duration (ms)"


def bare(crate: Crate, *songs: Song) -> None:
    """A playlist that says neither tempo nor key."""
    rows = [f"{s.uri},{s.title},{s.artist},{s.album},{s.seconds * 1000}" for s in songs]
    (crate.csv / "House.csv").write_text("\n".join([BARE, *rows]) + "\n", "utf-8")


def test_what_is_fetched_and_converted_bears_its_tempo_and_key(crate: Crate) -> None:
    crate.configure(target='format = "m4a"', extra=SITES)
    long = song(2, seconds=20)
    bare(crate, long)
    site = Site(long)
    report = crate.reconcile(media=site)
    assert (report.fetched, report.analysed, report.made) == (1, 1, 1)
    (event,) = heard(crate)
    placed = crate.root / f"House/{long.artist} - {long.title}.m4a"
    said = mutagen.File(placed).tags
    key = bytes(said["----:com.apple.iTunes:initialkey"][0]).decode()
    assert (said["tmpo"], key) == ([120], event.key) and said["©cmt"] == [event.camelot]
    kinds = crate.kinds()
    assert kinds.index("AudioAnalysed") < kinds.index("AudioConverted")
    assert crate.reconcile(media=site).events == 0
    assert crate.sync("analyse", "--json").summary["analysed"] == 0
    assert "listened to" in crate.sync("why", str(placed)).out


def test_what_is_converted_is_listened_to_first(crate: Crate) -> None:
    crate.configure(target='format = "m4a"')
    crate.playlist("House", [SHORT])
    crate.music(SHORT, "a.flac")
    report = crate.reconcile()
    assert (report.analysed, report.made) == (1, 1)
    assert crate.reconcile().events == 0


def test_it_can_be_turned_off(crate: Crate) -> None:
    crate.configure(target='format = "m4a"', extra="[analysis]\nautomatic = false")
    crate.playlist("House", [SHORT])
    crate.music(SHORT, "a.flac")
    report = crate.reconcile()
    assert (report.analysed, report.made) == (0, 1)
    assert heard(crate) == []


@pytest.mark.parametrize("error", [Permanent("a.flac: torn"), Fatal("no ffmpeg")])
def test_what_cannot_be_listened_to_is_converted_all_the_same(
    crate: Crate, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    crate.configure(target='format = "m4a"')
    crate.playlist("House", [SHORT])
    crate.music(SHORT, "a.flac")

    def cannot(*_: object) -> AudioAnalysed:
        raise error

    monkeypatch.setattr(hearing, "listen", cannot)
    report = crate.reconcile()
    assert report.made == 1 and any(str(error) in note for note in report.notes)
    assert crate.reconcile().events == 0


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ("low = 180\nhigh = 70", "no tempo is between 180 and 70"),
        ("low = 0", "greater than 0"),
        ('by = "ear"', "'numpy' or 'essentia'"),
        ("automatik = true", "did you mean `automatic`"),
    ],
)
def test_settings_that_make_no_sense(crate: Crate, said: str, why: str) -> None:
    crate.configure(extra=f"[analysis]\n{said}")
    with pytest.raises(ConfigError, match=r"config\.toml: ") as told:
        load(crate.home / "config.toml")
    assert why in str(told.value)


# ---- duplicates --------------------------------------------------------------------------------


def test_duplicates_are_listed_with_what_is_laid_out(filled: Crate) -> None:
    crate = filled
    crate.music(TWO, "again/two.ogg")
    crate.reconcile()
    sounding(crate, LIKE_ONE)
    crate.reconcile()
    before = len(crate.events())
    said = crate.sync("duplicates", "--json")
    assert said.code == 0, said
    by_track = {tuple(each["tracks"]): each for each in said.lines[:-1]}
    one, other = by_track[(ONE.uri,)], by_track[(TWO.uri,)]
    assert other["evidence"] == "the same audio, bit for bit"
    files = {each["path"]: each for each in one["files"]}
    assert set(files) == {"one.wav", "x.mp3"} and one["placed"] == 1
    assert files["one.wav"]["taken"] and not files["x.mp3"]["taken"]
    assert (files["x.mp3"]["codec"], files["one.wav"]["codec"]) == ("mp3", "pcm_s16le")
    assert files["x.mp3"]["bitrate"] > 0 and files["x.mp3"]["audio"]
    assert [each["path"] for each in other["files"]] == ["again/two.ogg", "two.ogg"]
    assert sum(each["taken"] for each in other["files"]) == 1
    assert said.summary["recordings"] == 2 and said.summary["not_analysed"] == 0
    text = crate.sync("duplicates").out
    assert "*  files/music/one.wav  (pcm_s16le, 709 kbit/s, 0:03)" in text
    assert "sounds the same: at most " in text and "2 recordings in 4 files" in text
    assert len(crate.events()) == before


def test_placements_of_one_file_are_no_duplicates(crate: Crate) -> None:
    crate.playlist("House", [SHORT])
    crate.playlist("Techno", [SHORT])
    crate.music(SHORT, "a.wav")
    crate.reconcile()
    said = crate.sync("duplicates", "--json")
    assert len(crate.audio_tree()) == 2
    assert said.summary == {
        "type": "summary",
        "schema_version": 1,
        "recordings": 0,
        "files": 0,
        "not_analysed": 1,
    }
    assert "1 not listened to yet: sync analyse" in crate.sync("duplicates").err


def test_the_one_that_would_be_converted_is_the_one_that_is_taken(crate: Crate) -> None:
    crate.configure(target='format = "m4a"', extra="[analysis]\nautomatic = false")
    crate.playlist("House", [SHORT])
    crate.music(SHORT, "a.flac")
    crate.music(SHORT, "b.flac")
    crate.reconcile()
    (group, _) = crate.sync("duplicates", "--json").lines
    assert [each["taken"] for each in group["files"]] == [True, False]
