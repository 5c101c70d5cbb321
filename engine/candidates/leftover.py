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
_TRACK = re.compile(r"(?:^| )track \d+(?= |$)")
_GENRE = set(words("electro house techno trance dnb dubstep edm pop rock hip hop idm phonk trap"))
_GENRE |= set(words("deep progressive drum bass ambient lofi indie tech future melodic dance"))


def catalogued(text: str) -> bool:
    """Whether it is a label's number: `TRUE044`."""
    return _CATALOGUE.fullmatch(text) is not None


def genre(text: str) -> bool:
    """Whether it is nothing but names of genres."""
    return set(text.split()) <= _GENRE


def numbered(text: str) -> bool:
    """Whether a number or a part stands in it, anywhere."""
    return bool(_PART.search(text) or _COUNTED.search(text))


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
    if _TRACK.search(whole) and left.isdecimal():
        return None  # its place on an album
    if genre(left):  # of a channel, or what somebody has made of it
        return None if where.square else Weakness(f"perhaps a remix: {left}", 0.2, DOUBTFUL)
    if dated(where) and not where.square:
        return Weakness(f"perhaps of an event: {whole}", 0.2, DOUBTFUL)
    if _PART.search(left) or left.isdecimal():  # but `Lane 44` may be a label
        return Weakness(f"another part: {left}", 0.3, OTHER)
    count = 0.01 * min(len(left.split()), 4)
    if where.square:
        return Weakness(f"also says: {left}", 0.05 + count)
    return Weakness(f"also says: {left}", 0.11 + count, DOUBTFUL)
