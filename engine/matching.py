"""Which track of the library an audio file is.

Evidence in this order: the ISRC tag; title, artist and length; title and length among the tracks
of the playlist whose name the file's folder bears. Tags come first, the file's name stands in for
a missing tag. What contradicts itself is never decided here: it goes to a person.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from difflib import SequenceMatcher

import msgspec

from engine.scoring import (
    LONGEST_DRIFT,
    LOWER,
    NEAR,
    SAME_LENGTH,
    UPPER,
    By,
    Folders,
    Heard,
    Known,
    Reading,
    Track,
    Verdict,
    Wanted,
    by_isrc,
    by_title,
    comparable,
    folders_of,
    playlist_of,
    readings_of,
    same_song,
    shares_only_the_title,
)
from engine.titles import compact, key
from state.values import Candidate, Ref

__all__ = ["LEAD", "LOWER", "UPPER", "Decision", "Heard", "Index", "Match", "Wanted"]

LEAD = 0.1
"""By so much one candidate must be ahead of another that contradicts it."""
SHOWN = 5
"""So many candidates are kept for people to see."""

_SLOT_MS = int(LONGEST_DRIFT * 1000)
_ROMAN = frozenset(("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x"))


class Match(msgspec.Struct, frozen=True):
    """The audio is this track."""

    track: Ref
    by: By
    score: float
    """`UPPER` to 1."""
    evidence: str


class Decision(msgspec.Struct, frozen=True):
    """What an audio is: matches, or else what a person should look at; and what lost."""

    matches: tuple[Match, ...] = ()
    """All are the same recording under several ids, the best first."""
    review: tuple[Candidate, ...] = ()
    others: tuple[Candidate, ...] = ()


class Index:
    """All wanted tracks, ready to be asked about one audio after another."""

    def __init__(self, wanted: Iterable[Wanted]) -> None:
        self._by_isrc: dict[str, list[Track]] = {}
        self._by_base: dict[str, list[Track]] = {}
        self._by_artist: dict[tuple[str, int], list[Track]] = {}
        known = Known()
        for each in wanted:
            track = comparable(each, known)
            self._by_base.setdefault(track.base, []).append(track)
            if isrc := _isrc(each.isrc):
                self._by_isrc.setdefault(isrc, []).append(track)
            if each.duration_ms:
                for artist in track.artists:
                    slot = (artist, each.duration_ms // _SLOT_MS)
                    self._by_artist.setdefault(slot, []).append(track)

    def decide(self, heard: Heard, rejected: Collection[Ref] = ()) -> Decision:
        """Say which tracks this audio is.

        `rejected`: tracks that a person said it is not; they appear nowhere. An empty reference
        among them means none of all, as in the event `MatchRejected`.
        """
        if Ref("") in rejected:
            return Decision()
        best: dict[Ref, Verdict] = {}
        folders = folders_of(heard.paths)
        for verdict in self._verdicts(heard, folders, rejected):
            known = best.get(verdict.track.wanted.ref)
            if known is None or verdict.order < known.order:
                best[verdict.track.wanted.ref] = verdict
        verdicts = sorted(best.values(), key=lambda one: one.order)
        return _decision(heard, folders, verdicts)

    def _verdicts(
        self, heard: Heard, folders: Folders, rejected: Collection[Ref]
    ) -> Iterator[Verdict]:
        said = tuple(readings_of(heard))
        isrc = _isrc(heard.tags.isrc)
        promising = False
        for track in self._by_isrc.get(isrc, ()) if isrc else ():
            if track.wanted.ref not in rejected:
                promising = True
                yield by_isrc(heard, isrc, said, track)
        for reading in said:
            tracks = self._by_base.get(reading.base, ())
            rivals = [track for track in tracks if track.wanted.ref not in rejected]
            for track in rivals:
                if shares_only_the_title(heard, reading, folders, track):
                    continue
                verdict = by_title(heard, reading, folders, track, 1.0, rivals)
                promising = promising or verdict.reviewable
                yield verdict
        if promising:
            return
        for reading in said:
            for track, ratio in self._nearly(heard, reading):
                if track.wanted.ref not in rejected:
                    yield by_title(heard, reading, folders, track, ratio)

    def _nearly(self, heard: Heard, reading: Reading) -> Iterator[tuple[Track, float]]:
        """Tracks of the same artists whose title differs by a typing error, not by a number."""
        matcher = SequenceMatcher(None, "", reading.base, autojunk=False)
        slot = heard.duration_ms // _SLOT_MS
        nearby = (
            track
            for artist in sorted(reading.artists)
            for number in (slot - 1, slot, slot + 1)
            for track in self._by_artist.get((artist, number), ())
        )
        for track in nearby:
            matcher.set_seq1(track.base)
            if (
                track.base != reading.base
                and matcher.real_quick_ratio() >= NEAR
                and matcher.quick_ratio() >= NEAR
                and (ratio := matcher.ratio()) >= NEAR
                and _numbers(track.title.base) == _numbers(reading.title.base)
            ):
                yield track, ratio


def _numbers(base: str) -> list[str]:
    """The numbers of a title: `Part 1` is never a typing error of `Part 2`."""
    words = key(base).split()
    return sorted(re.findall(r"\d+", base)) + sorted(word for word in words if word in _ROMAN)


def _isrc(text: str) -> str:
    return text.replace("-", "").replace(" ", "").upper()


# ---- all candidates together -------------------------------------------------------------------


def _decision(heard: Heard, folders: Folders, verdicts: list[Verdict]) -> Decision:
    """Settle what the sorted verdicts, one for each track, mean together."""
    passing = [verdict for verdict in verdicts if verdict.passes]
    certain = any(verdict.by == "isrc" for verdict in passing)
    denied = any(verdict.by == "isrc" for verdict in verdicts) and not certain
    agreed = [] if denied else _agreed(passing, folders)
    chosen = {one.track.wanted.ref for one in agreed}
    if agreed:
        album = compact(heard.tags.album)
        agreed.sort(key=lambda one: (compact(one.track.wanted.album) != album, one.order))
        matches = tuple(Match(one.track.wanted.ref, one.by, one.score, one.why) for one in agreed)
        lost = [one for one in verdicts if one.track.wanted.ref not in chosen]
        return Decision(matches, others=_shown(lost, beaten=", but another fits better"))
    review = [one for one in verdicts if one.reviewable]
    lost = [one for one in verdicts if not one.reviewable]
    return Decision(review=_shown(review), others=_shown(lost))


def _agreed(passing: list[Verdict], folders: Folders) -> list[Verdict]:
    """The candidates that are one recording; none if they contradict each other."""
    left = [
        one
        for one in passing
        if not any(_clearly_better(other, one) and not _agree(other, one) for other in passing)
    ]
    if _all_agree(left):
        return left
    certain = [one for one in left if one.by == "isrc"]
    if certain:
        return certain
    there = [
        msgspec.structs.replace(
            one, by="playlist folder", why=f"{one.why}, in the folder of {name}"
        )
        for one in left
        if (name := playlist_of(one.track, folders))
    ]
    return there if _all_agree(there) else []


def _all_agree(verdicts: list[Verdict]) -> bool:
    return all(_agree(one, other) for one in verdicts for other in verdicts)


def _clearly_better(one: Verdict, other: Verdict) -> bool:
    if (one.by == "isrc") != (other.by == "isrc"):
        return one.by == "isrc"
    return round(one.score - other.score, 3) >= LEAD


def _agree(one: Verdict, other: Verdict) -> bool:
    """Whether two candidates can be one recording under two ids."""
    if one.by == other.by == "isrc":
        return True
    first, second = one.track, other.track
    apart = abs(first.wanted.duration_ms - second.wanted.duration_ms) / 1000
    unknown = not first.wanted.duration_ms or not second.wanted.duration_ms
    return (
        first.base == second.base
        and same_song(first, second)
        and (unknown or apart <= SAME_LENGTH)
        and (first.explicit is None or second.explicit is None or first.explicit == second.explicit)
    )


def _shown(verdicts: list[Verdict], beaten: str = "") -> tuple[Candidate, ...]:
    return tuple(
        Candidate(
            track=one.track.wanted.ref,
            score=one.score,
            why=one.why + (beaten if one.passes else ""),
        )
        for one in verdicts[:SHOWN]
    )
