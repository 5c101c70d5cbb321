"""What words may be that stand in a bracket beside the title and that nothing explains."""

from __future__ import annotations

import re

from engine.candidates.places import Segment
from engine.candidates.scripts import words
from engine.candidates.weakness import DOUBTFUL, OTHER, Weakness

_CATALOGUE = re.compile(r"[a-z]{1,8}\d{2,5}[a-z]{0,3}|[a-z]{2,8} \d{3,5}")
_YEAR = re.compile(r"(?:^| )(?:19|20)\d\d(?= |$)")
_PART = re.compile(r"(?:^| )(?:pt|part|vol|volume|no|chapter|act|ii|iii|iv|vi|vii)(?= |$)")
_COUNTED = re.compile(r"(?:^| )\d{1,3}(?= |$)")
_ORIGIN = re.compile(r".+ (?:soundtrack|ost)")
_TRACK = re.compile(r"(?:^| )track \d+(?= |$)")
_GENRE = set(words("electro house techno trance dnb dubstep edm pop rock hip hop idm phonk trap"))
_GENRE |= set(words("deep progressive drum bass ambient lofi indie tech future melodic dance"))
KEYS = set(words("in a b c d e f g h major minor flat sharp dur moll"))


def catalogued(text: str) -> bool:
    """Whether it is a label's number: `TRUE044`."""
    return _CATALOGUE.fullmatch(text) is not None


def genre(text: str) -> bool:
    """Whether it is nothing but names of genres."""
    return set(text.split()) <= _GENRE


def musical_key(text: str) -> bool:
    """Whether it is a key: `in A flat major`."""
    said = set(text.split())
    return said <= KEYS and not said.isdisjoint(("major", "minor", "dur", "moll"))


def another_part(left: str, where: Segment) -> Weakness | None:
    """Weigh a number or a part: `Pt. 2`, `3`; beside other words a number may be a label's."""
    if _PART.search(left) or (left.isdecimal() and len(where.words) == 1):
        return Weakness(f"another part: {left}", 0.3, OTHER)
    if not where.bracket and _COUNTED.search(left):
        return Weakness(f"perhaps another part: {left}", 0.12, DOUBTFUL)
    return None


def dated(where: Segment) -> bool:
    """Whether a year stands beside it: a concert's, perhaps."""
    return _YEAR.search(" ".join(where.words)) is not None


def in_bracket(left: str, where: Segment) -> Weakness | None:
    """Weigh what is left of a bracket; None if it says nothing.

    Labels write their own names in square ones; in round ones an unknown word may be who plays it
    (`vs Bob`), or where (`Berghain`).
    """
    whole = " ".join(where.words)
    if catalogued(left) or (catalogued(whole) and not dated(where)):
        return None
    if _ORIGIN.fullmatch(whole) or (_TRACK.search(whole) and left.isdecimal()):
        return None  # the film that it is from, its place on an album
    if genre(left):  # of a channel, or what somebody has made of it
        return None if where.square else Weakness(f"perhaps a remix: {left}", 0.2, DOUBTFUL)
    if dated(where) and not where.square:
        return Weakness(f"perhaps of an event: {whole}", 0.2, DOUBTFUL)
    if part := another_part(left, where):
        return part
    count = 0.01 * min(len(left.split()), 4)
    if where.square:
        return Weakness(f"also says: {left}", 0.05 + count)
    return Weakness(f"also says: {left}", 0.11 + count, DOUBTFUL)
