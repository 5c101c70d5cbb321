"""Which upload at a media site is a wanted track.

A pure function of the track and the candidates that a search gave. A score is 1 less what every
weakness costs; some weaknesses (another version, another length, a preview) keep it under a mark
whatever else agrees. From `UPPER` on a candidate is taken, from `LOWER` on a person is asked,
below nothing is done: a wrong take is the worst error, so what is uncertain waits.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal

import msgspec

from engine.candidates.reading import readings
from engine.candidates.scripts import script
from engine.candidates.sought import Sought, plain_isrc, sought, uploader
from engine.candidates.versions import differing, version_cost
from engine.candidates.weakness import DOUBTFUL, OTHER, Reading, Weakness
from engine.candidates.works import same_work
from engine.scoring import Wanted

__all__ = [
    "LOWER",
    "RULES",
    "SHOWN",
    "UPPER",
    "Candidate",
    "Judgement",
    "Scored",
    "Wanted",
    "judge",
]

RULES = 3
"""Raised whenever a judgement may come out differently."""
UPPER = 0.85
"""From here on a candidate is taken."""
LOWER = 0.6
"""From here on a candidate is worth a person's look."""
SHOWN = 5
"""So many candidates are kept, the best first."""

SAME_LENGTH = 2.0
"""Seconds within which two lengths are equal: sites round, encoders pad."""
LONGEST_DRIFT = 7.0
"""Seconds beyond which nothing is taken by title."""
LONGEST_DOUBT = 15.0
"""Seconds beyond which a person is not asked either."""
LONGEST_SCENE = 30.0
"""Seconds that an artist's own video may be longer, for a person to be asked."""
ISRC_DRIFT = 10.0
"""Seconds beyond which a length speaks against an equal ISRC."""
PREVIEW = 31.5
"""Seconds up to which an upload is a preview of anything longer."""

Outcome = Literal["take", "review", "wait"]


class Candidate(msgspec.Struct, frozen=True, gc=False):
    """An upload, as a search gave it."""

    url: str
    title: str = ""
    uploader: str = ""
    duration_s: float | None = None
    """None or 0: unknown."""
    view_count: int | None = None
    source: str = ""
    """The site: `soundcloud`, `youtube`, `youtube_music`, …"""
    isrc: str = ""


class Scored(msgspec.Struct, frozen=True):
    """A candidate with what it is worth."""

    index: int
    """Its place in what was given."""
    candidate: Candidate
    score: float
    """0 to 1, two digits."""
    why: str
    """In words: what agrees, what does not."""


class Judgement(msgspec.Struct, frozen=True):
    """What to do, and the best candidates in order; the first is the one to take."""

    decision: Outcome
    ranked: tuple[Scored, ...] = ()


def judge(wanted: Wanted, candidates: Sequence[Candidate]) -> Judgement:
    """Say which candidate to take, or to ask a person, or to wait.

    The order of `candidates` means nothing but that the site named first comes first among equals.
    """
    of = sought(wanted)
    sources = list(dict.fromkeys(each.source for each in candidates))
    scored = [_scored(of, number, each) for number, each in enumerate(candidates)]
    if of.seconds is None or any(not each.duration_s for each in candidates):
        scored = _unique_or_doubtful(of, scored)
    scored.sort(
        key=lambda one: (
            -one.score,
            -(one.candidate.view_count or 0),
            sources.index(one.candidate.source),
            one.candidate.url,
            one.index,
        )
    )
    best = scored[0].score if scored else 0.0
    decision: Outcome = "take" if best >= UPPER else "review" if best >= LOWER else "wait"
    return Judgement(decision, tuple(scored[:SHOWN]))


# ---- one candidate -----------------------------------------------------------------------------


def _scored(of: Sought, number: int, candidate: Candidate) -> Scored:
    length = _length(of, candidate)
    said = _best(of, candidate)
    same_isrc = bool(of.isrc) and plain_isrc(candidate.isrc) == of.isrc
    weak = [*length, *_isrc(of, candidate)]
    if said is None:
        weak += [_no_title(of, candidate, same_isrc)]
    else:
        versions = _version(of, candidate, said)
        titled = [
            Weakness(each.why, 0.05) if same_isrc and each.by_whom else each
            for each in said.weaknesses
        ]
        weak += [*versions, *titled]
    score = max(0.0, min(1.0 - sum(each.cost for each in weak), *(each.most for each in weak), 1.0))
    words = [each.why for each in weak if each.why]
    if not words:
        words.append("title and artist equal")
    if same_isrc:
        words.insert(0, "ISRC equal")
    words.append(_apart_words(of, candidate))
    return Scored(number, candidate, round(score, 2), ", ".join(words))


def _best(of: Sought, candidate: Candidate) -> Reading | None:
    by = uploader(candidate.uploader, of)

    def order(said: Reading) -> tuple[float, tuple[float, float, int]]:
        return version_cost(of.versions, said.versions), said.order

    found = list(readings(candidate.title, of, by))
    return min(found, key=order) if found else None


def _no_title(of: Sought, candidate: Candidate, same_isrc: bool) -> Weakness:
    if same_isrc:
        return Weakness("another title", 0.2, DOUBTFUL)
    by = uploader(candidate.uploader, of)
    apart = _apart(of, candidate)
    foreign = script(candidate.title) not in ("", of.script) and of.script
    if foreign and by.main and by.topic and apart is not None and apart <= SAME_LENGTH:
        return Weakness("title in other letters", 0.3, DOUBTFUL)
    if apart is not None and abs(apart) <= LONGEST_DRIFT and same_work(of, candidate.title, by):
        return Weakness("perhaps the same work", 0.2, DOUBTFUL)
    return Weakness("another title", 0.7, OTHER)


def _version(of: Sought, candidate: Candidate, said: Reading) -> list[Weakness]:
    found: list[Weakness] = []
    cost = version_cost(of.versions, said.versions)
    if cost:
        words = " + ".join(sorted(said.versions)) or "plain"
        asked = " + ".join(sorted(of.versions)) or "plain"
        why = f"other version ({words}, not {asked})"
        by = uploader(candidate.uploader, of)
        differ = differing(of.versions, said.versions)
        same_isrc = bool(of.isrc) and plain_isrc(candidate.isrc) == of.isrc
        if same_isrc and said.versions < of.versions:
            found.append(Weakness(why, 0.05))
        elif cost < 1.0:
            found.append(Weakness(why, cost))
        elif (differ == {"cover"} and by.main) or (
            differ == {"piano"} and (by.main or by.other)  # `Cello Suite`, by a cellist
        ):
            found.append(Weakness(why, 0.25, DOUBTFUL))
        elif differ in ({"radio edit"}, {"version"}) or (  # a version of a year
            differ == {"extended"} and _equal_length(of, candidate)
        ):
            found.append(Weakness(why, 0.3, DOUBTFUL))
        else:
            found.append(Weakness(why, 0.5, OTHER))
    told = {"explicit", "clean"} & said.neutral
    if len(told) == 1:
        explicit = "explicit" in told
        if of.explicit is not None and of.explicit != explicit:
            found.append(Weakness("explicit" if explicit else "clean", 0.5, OTHER))
        elif of.explicit is None and not explicit:
            found.append(Weakness("a clean version, and it is not known which is wanted", 0.2))
    return found


def _isrc(of: Sought, candidate: Candidate) -> list[Weakness]:
    given = plain_isrc(candidate.isrc)
    return [Weakness("another ISRC", 0.05)] if given and of.isrc and given != of.isrc else []


# ---- lengths -----------------------------------------------------------------------------------


def _apart(of: Sought, candidate: Candidate) -> float | None:
    """Seconds that a candidate is longer (negative: shorter); None where a length is unknown."""
    if of.seconds is None or not candidate.duration_s:
        return None
    return candidate.duration_s - of.seconds


def _equal_length(of: Sought, candidate: Candidate) -> bool:
    apart = _apart(of, candidate)
    return apart is not None and abs(apart) <= SAME_LENGTH


def _length(of: Sought, candidate: Candidate) -> list[Weakness]:
    apart = _apart(of, candidate)
    short = candidate.duration_s is not None and 0 < candidate.duration_s <= PREVIEW
    if apart is None:
        if short:
            return [Weakness("may be a preview", 0.3, DOUBTFUL)]
        return []  # weighed with all others
    drift = abs(apart)
    if short and of.seconds and of.seconds > PREVIEW and apart < -SAME_LENGTH:
        return [Weakness("a preview", 0.5, OTHER)]
    if of.isrc and plain_isrc(candidate.isrc) == of.isrc:
        return [] if drift <= ISRC_DRIFT else [Weakness("another length", 0.3, DOUBTFUL)]
    beyond = max(0.0, drift - SAME_LENGTH)
    if drift <= LONGEST_DRIFT:
        # Videos have a few seconds of silence at their ends; what is shorter lacks something.
        # (The words about lengths are told in any case.)
        return [Weakness("", (0.02 if apart > 0 else 0.03) * beyond)]
    if drift <= LONGEST_DOUBT:
        return [Weakness("another length", 0.1 + 0.02 * beyond, DOUBTFUL)]
    by = uploader(candidate.uploader, of)
    if 0 < apart <= LONGEST_SCENE and candidate.source == "youtube" and by.main and not by.topic:
        return [Weakness("another length", 0.36, DOUBTFUL)]
    return [Weakness("another length", 0.5, OTHER)]


def _apart_words(of: Sought, candidate: Candidate) -> str:
    apart = _apart(of, candidate)
    if apart is None:
        return "length unknown"
    return f"{abs(apart):.1f} s {'longer' if apart > 0 else 'shorter'}"


def _unique_or_doubtful(of: Sought, scored: Iterable[Scored]) -> list[Scored]:
    """Where a length is unknown, only what is equal in all else and stands alone may be taken."""
    each = list(scored)
    equal = [one for one in each if one.score >= 0.99]
    lengths = [one.candidate.duration_s for one in equal if one.candidate.duration_s]
    settled = [one for one in equal if _apart(of, one.candidate) is not None]
    one_recording = not lengths or max(lengths) - min(lengths) <= SAME_LENGTH
    alone = len(equal) == 1 or (of.seconds is None and one_recording and len(lengths) == len(equal))
    found = []
    for one in each:
        if _apart(of, one.candidate) is not None or one.score < LOWER:
            found.append(one)
            continue
        sure = one in equal and alone and not (settled and one not in settled)
        if of.isrc and plain_isrc(one.candidate.isrc) == of.isrc:
            sure = True
        score = min(one.score, 0.9) if sure else min(one.score - 0.15, DOUBTFUL)
        found.append(msgspec.structs.replace(one, score=round(max(score, 0.0), 2)))
    return found
