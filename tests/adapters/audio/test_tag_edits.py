"""Whose a field is: what somebody wrote after us is not ours any more."""

from __future__ import annotations

from pathlib import Path

import mutagen
import pytest

from adapters.audio.tag_edits import edited, without
from adapters.audio.tagging import TagSet, read_all, retagged
from adapters.audio.tagset import Texts
from adapters.sandbox.music import make
from state.values import Written

ITUNES = "----:com.apple.iTunes:"


def test_what_says_the_same_was_not_edited() -> None:
    said = Written("mp4", {"©nam": ("T",), "tmpo": ("128",)})
    assert edited(said, said) == set()


def test_a_field_that_was_changed_added_or_removed_was_edited() -> None:
    base = Written("mp4", {"©nam": ("T",), "©gen": ("House",), "©alb": ("A",)})
    now = Written("mp4", {"©nam": ("T",), "©gen": ("Techno",), "©cmt": ("mine",)})
    assert edited(base, now) == {"genre", "album", "camelot"}


def test_one_form_of_a_field_stands_for_all_of_them() -> None:
    base = Written("mp4", {"tmpo": ("128",), f"{ITUNES}BPM": ("127.9",)})
    assert edited(base, Written("mp4", base.texts | {"tmpo": ("174",)})) == {"bpm"}
    changes: Texts = {"tmpo": ("130",), f"{ITUNES}BPM": ("130",), "©nam": ("T",)}
    assert without(changes, "mp4", {"bpm"}) == {"©nam": ("T",)}


def test_the_form_of_a_date_is_the_version_s() -> None:
    base = Written("id3v2.3", {"TYER": ("2019",), "TIT2": ("T",)})
    assert edited(base, Written("id3v2.4", {"TDRC": ("2019",), "TIT2": ("T",)})) == set()
    assert edited(base, Written("id3v2.3", {"TYER": ("2020",), "TIT2": ("T",)})) == {"date"}


@pytest.mark.parametrize("suffix", ["m4a", "mp3", "flac", "wav"])
def test_what_a_person_wrote_stays(tmp_path: Path, suffix: str) -> None:
    bare, first, second, third = (tmp_path / f"{name}.{suffix}" for name in "abcd")
    make(bare, seed=1, seconds=1)
    ours = retagged(bare, first, TagSet(title="One", genre="House", bpm=120.0))
    file = mutagen.File(first, easy=suffix != "wav")
    if suffix == "wav":
        file.tags["TCON"].text = ["Garage"]
    else:
        file["genre"] = ["Garage"]
    file.save()
    new = TagSet(title="Two", genre="Deep House", bpm=121.0)
    done = retagged(first, second, new, base=ours.after)
    assert done.theirs == ("genre",)
    said = done.after.texts
    genre = {"m4a": "©gen", "flac": "GENRE"}.get(suffix, "TCON")
    assert said[genre] == ("Garage",) and ("Two",) in said.values() and ("121",) in said.values()
    # The second time there is nothing to see of it but what was noted.
    later = retagged(second, third, new, base=done.after, theirs=done.theirs)
    assert later.after == done.after and later.theirs == ("genre",)
    assert retagged(second, tmp_path / f"e.{suffix}", new).after.texts[genre] == ("Deep House",)
    assert read_all(second) == done.after
