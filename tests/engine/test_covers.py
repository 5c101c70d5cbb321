"""Covers: fetched once for each address, written into the files, and never in the way."""

from __future__ import annotations

import errno
import hashlib
from pathlib import Path
from typing import Any

import mutagen
import mutagen.flac
import pytest

from adapters import covers, processes
from adapters.contract import Permanent, Transient
from adapters.disk import Disk
from adapters.sandbox.media.pictures import picture
from engine.library import Library
from engine.report import Report
from state.events import CoverFailed, CoverFetched, TrackSeen
from state.log import clock
from state.values import Ref
from tests.crate import Crate, Song, song
from tests.engine.test_fetching import Site

ONE, TWO = song(1, seconds=1), song(2, seconds=1)
URL, OTHER = "https://pictures.example/a.jpg", "https://pictures.example/b.jpg"
FETCH = '[fetch]\nsources = ["soundcloud"]\n[analysis]\nautomatic = false\n'


flac: Any = mutagen.flac


class Pictures:
    """A site of pictures."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.error: Exception | None = None

    def __call__(self, url: str, base_url: str = "") -> bytes:
        self.asked.append(url)
        if self.error is not None:
            raise self.error
        return picture(url)


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Pictures:
    made = Pictures()
    monkeypatch.setattr(covers, "fetch", made)
    return made


class Clock:
    """A clock that is put forward."""

    def __init__(self) -> None:
        self.ahead = 0.0

    def __call__(self) -> int:
        return clock() + round(self.ahead * 3_600_000)


@pytest.fixture
def hours(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    defaults = {**(Library.__init__.__kwdefaults__ or {}), "now": made}
    monkeypatch.setattr(Library.__init__, "__kwdefaults__", defaults)
    return made


@pytest.fixture
def shown(crate: Crate) -> Crate:
    """Two tracks of one album to be made into m4a; a service knows its picture."""
    crate.configure(target='format = "m4a"', extra=FETCH)
    crate.playlist("House", [ONE, TWO])
    for each in (ONE, TWO):
        crate.music(each, f"{each.number}.flac")
        told(crate, each, URL)
    return crate


def told(crate: Crate, song: Song, url: str) -> None:
    """A service says where the picture is."""
    with crate.library() as library:
        seen = TrackSeen(Ref(song.uri), "spotify", song.title, (song.artist,), cover=url)
        library.append([seen])


def run(crate: Crate) -> Report:
    return crate.reconcile(media=Site())


def inside(crate: Crate) -> list[str]:
    """Digests of the pictures in the files of the tree."""
    files = [mutagen.File(crate.root / name) for name in crate.audio_tree()]
    return [hashlib.sha256(bytes(file["covr"][0])).hexdigest() for file in files if "covr" in file]


def digest(url: str) -> str:
    return hashlib.sha256(picture(url)).hexdigest()


def test_an_album_s_picture_is_asked_for_once_and_is_in_what_is_made(
    shown: Crate, site: Pictures
) -> None:
    report = run(shown)
    assert site.asked == [URL] and report.done["place"] == 2 and "retag" not in report.done
    assert inside(shown) == [digest(URL)] * 2
    (event,) = [e.event for e in shown.events() if isinstance(e.event, CoverFetched)]
    assert event.path == f"covers/{digest(URL)[:32]}.png" and event.digest == digest(URL)
    assert (shown.home / "fetched" / event.path).read_bytes() == picture(URL)
    assert (run(shown).events, site.asked) == (0, [URL])
    assert shown.sync("replay").code == 0


def test_another_picture_is_new_tags(shown: Crate, site: Pictures) -> None:
    run(shown)
    told(shown, ONE, OTHER)
    report = run(shown)
    assert site.asked == [URL, OTHER] and report.done["retag"] == 2
    assert sorted(inside(shown)) == sorted([digest(URL), digest(OTHER)])
    assert shown.sync("restore", "tags", ONE.uri).code == 0
    assert inside(shown) == [digest(URL)] * 2
    assert run(shown).events == 0


@pytest.mark.parametrize("error", [Permanent("404"), Transient("503")])
def test_a_picture_that_cannot_be_had_stops_nothing(
    shown: Crate, site: Pictures, error: Exception
) -> None:
    site.error = error
    report = run(shown)
    assert report.done["place"] == 2 and not report.partly and inside(shown) == []
    assert f"no cover: {error}" in report.notes
    (event,) = [e.event for e in shown.events() if isinstance(e.event, CoverFailed)]
    assert event.permanent == isinstance(error, Permanent)
    told(shown, ONE, OTHER)
    site.error = None
    assert run(shown).done["retag"] == 2 and site.asked == [URL, OTHER], "an hour has not passed"


def test_a_picture_that_cannot_be_kept_stops_nothing(
    shown: Crate, site: Pictures, hours: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = Disk.write

    def full(disk: Disk, work: Path, content: bytes) -> None:
        if content != picture(URL):
            return write(disk, work, content)
        raise OSError(errno.ENOSPC, "No space left on device", str(work))

    with monkeypatch.context() as patch:
        patch.setattr(Disk, "write", full)
        report = run(shown)
    assert report.made == 2 and report.done["place"] == 2 and inside(shown) == []
    assert [line for line in report.notes if "No space left" in line]
    assert run(shown).events == 0
    hours.ahead += 1
    assert run(shown).done["retag"] == 4 and inside(shown) == [digest(URL)] * 2


def test_a_picture_that_could_not_be_had_is_asked_for_again(
    shown: Crate, site: Pictures, hours: Clock
) -> None:
    """Although nothing else has happened since, and not before its time."""
    site.error = Transient("503")
    for after, asked in ((0, 1), (0.9, 1), (0.2, 2), (1.9, 2), (0.2, 3)):
        hours.ahead += after
        run(shown)
        assert len(site.asked) == asked
    site.error = None
    hours.ahead += 4
    assert shown.sync("reconcile").code == 0
    assert len(site.asked) == 4 and inside(shown) == [digest(URL)] * 2
    hours.ahead += 1000
    assert (run(shown).events, len(site.asked)) == (0, 4)


def test_a_picture_waits_while_somebody_plays(
    shown: Crate, site: Pictures, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(shown)
    told(shown, ONE, OTHER)
    with monkeypatch.context() as playing:
        playing.setattr(processes, "running", lambda: iter(["djay"]))
        report = run(shown)
        assert report.held["cover"] == 1 and site.asked == [URL]
    assert run(shown).done["retag"] == 2 and site.asked == [URL, OTHER]


def test_nothing_is_asked_where_nothing_is_fetched(shown: Crate, site: Pictures) -> None:
    shown.configure(target='format = "m4a"', extra="[analysis]\nautomatic = false")
    assert run(shown).done["place"] == 2
    shown.configure(target='format = "m4a"', extra=f"{FETCH}[tags]\ncover = false")
    assert "retag" not in run(shown).done and site.asked == []


def test_what_is_fetched_gets_its_picture_with_its_tags(crate: Crate, site: Pictures) -> None:
    crate.configure(extra=FETCH)
    crate.playlist("House", [ONE])
    told(crate, ONE, URL)
    report = crate.reconcile(media=Site(ONE))
    assert (report.done["retag"], site.asked) == (1, [URL])
    file = mutagen.File(crate.root / crate.audio_tree()[0])
    assert len(file["metadata_block_picture"]) == 1


def test_a_picture_of_a_person_s_that_lies_nowhere_else_stays(crate: Crate, site: Pictures) -> None:
    """It could not be put back: the log has no more of it than a digest."""
    crate.configure(extra=f'{FETCH}[tags]\nwrite = "ours"')
    crate.playlist("House", [ONE])
    path = crate.music(ONE, "House/mine.flac", root=crate.root)
    file = mutagen.File(path)
    mine: Any = flac.Picture()
    mine.type, mine.mime, mine.data = 3, "image/png", picture("a photograph of theirs")
    file.add_picture(mine)
    file.save()
    run(crate)
    assert crate.sync("adopt", "--own", str(path)).code == 0
    for url in (URL, OTHER):
        told(crate, ONE, url)
        run(crate)
        (laid,) = crate.audio_tree()
        file = mutagen.File(crate.root / laid)
        assert file["cratelog_track_id"] and [each.data for each in file.pictures] == [mine.data]
    assert run(crate).events == 0
