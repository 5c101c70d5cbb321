"""New tags for files of ours, when their track is known by another title, tempo, key …"""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path

import mutagen
import pytest

from adapters.audio import probe, tagging
from adapters.audio.tagging import read_all
from adapters.contract import Permanent
from state.events import FileWritten, TagsRefused
from state.values import Retagged
from tests.crate import Crate, Song, song
from tests.engine.test_fetching import Site

OLD = song(1)
NEW = Song(1, "Corrected", OLD.artist)
NAME = f"{OLD.artist} - {OLD.title}.m4a"


@pytest.fixture
def tagged(crate: Crate) -> Crate:
    """One track on two playlists, made into m4a and laid out."""
    crate.configure(target='format = "m4a"', extra="[analysis]\nautomatic = false")
    corrected(crate, OLD)
    crate.music(OLD, "one.flac")
    report = crate.reconcile()
    assert (report.made, report.done["place"]) == (1, 2)
    return crate


def corrected(crate: Crate, track: Song) -> None:
    """A backup knows the track like this now."""
    for name in ("House", "More"):
        crate.playlist(name, [track])


def placed(crate: Crate) -> list[Path]:
    return [crate.root / name for name in crate.audio_tree()]


def title(path: Path) -> str:
    return str(mutagen.File(path)["©nam"][0])


def retags(crate: Crate) -> list[FileWritten]:
    events = [each.event for each in crate.events()]
    return [e for e in events if isinstance(e, FileWritten) and e.how == "retagged"]


def test_a_corrected_title_is_written_into_all_files_of_the_track(tagged: Crate) -> None:
    before = {path.name: probe(path).audio for path in placed(tagged)}
    assert [title(path) for path in placed(tagged)] == [OLD.title] * 2
    corrected(tagged, NEW)
    report = tagged.reconcile()
    assert report.done == {"retag": 3, "write": 2}, "two in the tree, and what they were made from"
    assert tagged.audio_tree() == [f"House/{NAME}", f"More/{NAME}"], "names are sticky"
    assert [title(path) for path in placed(tagged)] == ["Corrected"] * 2
    assert {path.name: probe(path).audio for path in placed(tagged)} == before
    one, other = (path.stat() for path in placed(tagged))
    assert one.st_ino == other.st_ino, "one file, as before"
    assert len(list(tagged.home.glob("fetched/made/m4a/*"))) == 1
    assert tagged.reconcile().events == 0


def test_what_stood_there_before_is_in_the_event(tagged: Crate) -> None:
    said = read_all(placed(tagged)[0])
    corrected(tagged, NEW)
    tagged.reconcile()
    for event in retags(tagged):
        new = event.tags
        assert isinstance(new, Retagged) and new.was == said and new.theirs == ()
        assert new.now == read_all(placed(tagged)[0]) and new.previous
        assert event.because == "its track has another title"


def test_a_plan_says_which_fields_differ(tagged: Crate) -> None:
    corrected(tagged, Song(1, "Corrected", OLD.artist, album="Other"))
    said = tagged.sync("plan")
    line = "because its track has other values for title and album"
    assert said.out.count(line) == 3 and f"~ {NAME}" in said.out
    assert [title(path) for path in placed(tagged)] == [OLD.title] * 2


def test_nothing_is_read_to_find_out_that_nothing_changed(tagged: Crate) -> None:
    """Neither now nor when the cache of what was looked at is lost."""
    corrected(tagged, NEW)
    tagged.reconcile()
    tagged.lose_state()
    report = tagged.reconcile()
    assert (report.events, dict(report.done)) == (0, {})


def test_a_field_that_a_person_wrote_stays_theirs(tagged: Crate) -> None:
    for path in placed(tagged):  # as most editors do: in place, so for both names
        file = mutagen.File(path)
        file["©gen"] = ["my own genre"]
        file.save()
        break
    tagged.reconcile()
    for name in ("Corrected", "Corrected again"):
        corrected(tagged, Song(1, name, OLD.artist))
        report = tagged.reconcile()
        assert report.done["retag"] == 3
        for path in placed(tagged):
            assert mutagen.File(path)["©gen"] == ["my own genre"]
            assert title(path) == name
    assert [event.tags and event.tags.theirs for event in retags(tagged)].count(("genre",)) >= 4
    assert tagged.reconcile().events == 0


def test_unless_ours_is_to_be_written_over_it(tagged: Crate) -> None:
    tagged.configure(
        target='format = "m4a"', extra='[analysis]\nautomatic = false\n[tags]\nedited = "overwrite"'
    )
    (path, *_) = placed(tagged)
    file = mutagen.File(path)
    file["©gen"] = ["my own genre"]
    file.save()
    corrected(tagged, NEW)
    tagged.reconcile()
    assert mutagen.File(path)["©gen"] == ["house"]


def test_one_copy_that_a_person_edited_parts_from_the_others(tagged: Crate) -> None:
    one, other = placed(tagged)
    shutil.copy(one, one.with_suffix(".tmp"))
    file = mutagen.File(one.with_suffix(".tmp"))
    file["©cmt"] = ["for the second hour"]
    file.save()
    one.with_suffix(".tmp").replace(one)
    corrected(tagged, NEW)
    tagged.reconcile()
    assert (title(one), title(other)) == ("Corrected", "Corrected")
    assert mutagen.File(one)["©cmt"] == ["for the second hour"]
    assert mutagen.File(other)["©cmt"] != ["for the second hour"]
    assert one.stat().st_ino != other.stat().st_ino


def test_a_copy_of_a_person_s_file_is_left_as_it_is(crate: Crate) -> None:
    crate.playlist("House", [OLD])
    source = crate.music(OLD, "one.flac")
    crate.reconcile()
    (path,) = placed(crate)
    crate.playlist("House", [NEW])
    assert "retag" not in crate.reconcile().done
    crate.configure(extra='[tags]\nwrite = "ours"')
    report = crate.reconcile()
    assert report.done == {"retag": 1} and mutagen.File(path)["title"] == ["Corrected"]
    assert mutagen.File(source)["title"] == [OLD.title], "their own is only ever read"
    assert crate.reconcile().events == 0


def test_a_claimed_file_is_never_touched(crate: Crate) -> None:
    crate.configure(extra='[tags]\nwrite = "ours"')
    crate.playlist("House", [OLD])
    path = crate.music(OLD, "House/mine.flac", root=crate.root)
    before = path.read_bytes()
    crate.reconcile()
    crate.playlist("House", [NEW])
    assert "retag" not in crate.reconcile().done and path.read_bytes() == before
    assert crate.sync("adopt", "--own", str(path)).code == 0
    assert crate.reconcile().done["retag"] == 1
    assert mutagen.File(crate.root / crate.audio_tree()[0])["title"] == ["Corrected"]


def test_nothing_is_written_again_where_that_is_not_wanted(tagged: Crate) -> None:
    tagged.configure(
        target='format = "m4a"', extra='[analysis]\nautomatic = false\n[tags]\nwrite = "nothing"'
    )
    corrected(tagged, NEW)
    assert "retag" not in tagged.reconcile().done


def test_what_was_delivered_is_never_touched_again(crate: Crate) -> None:
    drop = crate.base / "drop"
    crate.configure(extra=f'[targets.djay]\nroot = "{drop}"')
    crate.playlist("House", [OLD])
    crate.music(OLD, "one.flac")
    crate.reconcile()
    (path,) = drop.glob("*.m4a")
    before = path.read_bytes()
    crate.playlist("House", [NEW])
    report = crate.reconcile()
    assert report.done["retag"] == 1, "what it was delivered from, for others to come"
    assert path.read_bytes() == before


def test_what_was_fetched_gets_the_tags_of_its_track(crate: Crate) -> None:
    crate.configure(extra='[fetch]\nsources = ["soundcloud"]')
    crate.playlist("House", [OLD])
    report = crate.reconcile(media=Site(OLD))
    assert report.done["retag"] == 1
    (path,) = placed(crate)
    said = mutagen.File(path)
    assert (said["title"], said["cratelog_track_id"]) == ([OLD.title], [OLD.uri])
    kept = crate.home / "fetched/site-1/audio.ogg"
    assert "cratelog_track_id" not in mutagen.File(kept), "the fetched bytes stay as they came"
    assert retags(crate)[0].because == "it bears no tags of its track yet"
    assert crate.reconcile(media=Site(OLD)).events == 0


def test_what_cannot_bear_tags_is_told_once(tagged: Crate, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(source: Path, *_: object, **__: object) -> None:
        raise Permanent(f"{source}: its other tags would have suffered; left as it was")

    corrected(tagged, NEW)
    with monkeypatch.context() as patch:
        patch.setattr(tagging, "retagged", refuse)
        first = tagged.reconcile()
    refused = [e.event for e in tagged.events() if isinstance(e.event, TagsRefused)]
    assert len(refused) == len(first.blocked) == 3 and "retag" not in first.done
    assert tagged.reconcile().events == 0, "not before there are others to write"
    corrected(tagged, Song(1, "Third", OLD.artist))
    assert tagged.reconcile().done["retag"] == 3


def test_what_is_delivered_bears_the_tags_of_today(crate: Crate) -> None:
    """The track gets its title in the very run that delivers it."""
    drop = crate.base / "drop"
    crate.configure(target='format = "m4a"')
    crate.playlist("House", [OLD])
    crate.music(OLD, "one.flac")
    crate.reconcile()
    crate.playlist("House", [NEW])
    crate.configure(target='format = "m4a"', extra=f'[targets.djay]\nroot = "{drop}"')
    assert crate.reconcile().done["deliver"] == 1
    assert [title(path) for path in drop.glob("*.m4a")] == ["Corrected"]


# ---- putting them back -------------------------------------------------------------------------


def test_former_tags_are_put_back_and_stay(tagged: Crate) -> None:
    before = read_all(placed(tagged)[0])
    corrected(tagged, NEW)
    tagged.reconcile()
    said = tagged.sync("restore", "tags", str(placed(tagged)[0]), "--json")
    assert (said.code, said.summary["restored"]) == (0, 3), said
    assert [read_all(path) for path in placed(tagged)] == [before] * 2
    one, other = (path.stat() for path in placed(tagged))
    assert one.st_ino == other.st_ino
    assert tagged.reconcile().events == 0, "the old title is the person's word now"
    corrected(tagged, Song(1, "Third", OLD.artist, album="Other"))
    tagged.reconcile()
    file = mutagen.File(placed(tagged)[0])
    assert (file["©nam"], file["©alb"]) == ([OLD.title], ["Other"])


def test_tags_as_they_were_at_a_time(tagged: Crate) -> None:
    for name in ("Second", "Third"):
        corrected(tagged, Song(1, name, OLD.artist))
        tagged.reconcile()
    (second, *_) = retags(tagged)
    at = next(e.at for e in tagged.events() if e.event == second)
    then = datetime.fromtimestamp((at - 1) / 1000, UTC).isoformat()
    assert tagged.sync("restore", "tags", OLD.uri).code == 0
    assert title(placed(tagged)[0]) == "Second", "one step back"
    assert tagged.sync("restore", "tags", OLD.uri, "--at", then).code == 0
    assert [title(path) for path in placed(tagged)] == [OLD.title] * 2


def test_what_was_never_written_over_is_not_put_back(tagged: Crate) -> None:
    before = read_all(placed(tagged)[0])
    said = tagged.sync("restore", "tags", OLD.uri)
    assert said.code == 0 and "nothing was written over its tags" in said.out
    assert tagged.sync("restore", "tags", "no such track").code == 2
    assert tagged.sync("restore", "tags", OLD.uri, "--at", "someday").code == 2
    assert tagged.sync("restore", "tags", str(tagged.files / "one.flac")).code == 2
    assert read_all(placed(tagged)[0]) == before
