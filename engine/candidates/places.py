"""Where a wanted title stands in what an upload is called.

An upload's title is cut into segments at its signs (brackets, dashes, bars); the wanted title may
stand anywhere, in other letters, or with a typing error.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from difflib import SequenceMatcher

import msgspec

from engine.candidates.scripts import find, inches, joined, latin, sound_alike, words
from engine.candidates.sought import Sought


class Segment(msgspec.Struct, frozen=True, gc=False):
    """Words between two signs."""

    words: tuple[str, ...]
    bracket: bool
    square: bool = False
    """Labels write their own names in square brackets, and versions in round ones."""
    loose: bool = False
    """It stands behind a sign that only people who upload write: `*`, `>>`, emoji."""
    names: frozenset[str] = frozenset()
    """Its parts between `&`, `,`, `x`, …, joined: several artists, perhaps."""


EQUAL = "title equal"
_AMONG = re.compile(
    r"\s*[,;/&+×、·]\s*|\s+(?:x|vs\.?|feat\.?|ft\.?|featuring|and|with|w/|pres\.?|presents|y|e|et|und)\s+"
    r"|^by\s+|\s+by\s+",
    re.IGNORECASE,
)
_SIGN = re.compile(
    r"(?P<open>[(\[{（【《〈])|(?P<close>[)\]}）】》〉])|[「」『』“”«»\"]"
    r"|\s[-–—―_]+(?=\s|$)|^[-–—―]+\s|\||/{2,}|\s/(?=\s)|[●•~]+|\s?:\s"
    r"|(?P<loose>\s(?:[<>=]+|\*+)|\*+(?=\s|$)|[\u2190-\u27bf\U0001f000-\U0001faff])"
    r"|\s#(?=[^\W\d])"
)


def segments(title: str) -> tuple[Segment, ...]:
    """Cut a title at its signs."""
    text = inches(unicodedata.normalize("NFC", title))
    found: list[Segment] = []
    depth = start = 0
    square = loose = False
    for sign in [*_SIGN.finditer(text), None]:
        part = text[start : sign.start() if sign else len(text)]
        if said := words(part):
            names = frozenset(joined(name).removeprefix("the") for name in _AMONG.split(part))
            found.append(Segment(said, depth > 0, square, loose, names))
        if sign:
            square = sign["open"] in ("[", "【") or (square and not sign["close"])
            loose = sign["loose"] is not None
            start = sign.end()
            depth = max(0, depth + bool(sign["open"]) - bool(sign["close"]))
    return tuple(found)


class Span(msgspec.Struct, frozen=True, gc=False):
    """Where the title stands: word numbers in all segments together."""

    first: int
    last: int
    cost: float
    why: str


def spans(cut: tuple[Segment, ...], of: Sought) -> Iterator[Span]:
    flat = tuple(word for each in cut for word in each.words)
    folded = tuple(latin(word) for word in flat)
    foreign = of.script not in ("", "LATIN") or not "".join(flat).isascii()
    for base, cost in of.bases:
        start = 0
        while place := find(base, flat, start):
            yield Span(*place, cost, EQUAL)
            start = place[0] + 1
        if foreign and len(base) > 2 and (place := find(latin(base), folded)):
            yield Span(*place, cost + 0.04, "title equal in other letters")
    own = words(of.base)
    for first in range(len(flat) - len(own) + 1):
        if sound_alike(own, flat[first : first + len(own)]):
            yield Span(first, first + len(own), 0.06, "title sounds equal")
    yield from _near(flat, of)


_NUMBER = re.compile(r"\d+")
_COUNTS = set(words("i ii iii iv v vi vii viii ix x one two three four five"))


def _near(flat: tuple[str, ...], of: Sought) -> Iterator[Span]:
    """Titles with a typing error; a number or a singular is none."""
    base, length = of.bases[0][0], len(words(of.base))
    if len(base) < 8:
        return
    matcher = SequenceMatcher(None, "", base, autojunk=False)
    for first in range(len(flat)):
        for last in range(first + max(1, length - 1), min(first + length + 1, len(flat)) + 1):
            text = "".join(flat[first:last])
            if (
                text == base
                or text.rstrip("s") == base.rstrip("s")
                or abs(len(text) - len(base)) > 2
            ):
                continue
            matcher.set_seq1(text)
            if matcher.real_quick_ratio() >= 0.9 and (ratio := matcher.ratio()) >= 0.9:
                same = _NUMBER.findall(text) == _NUMBER.findall(base)
                counts = set(flat[first:last]) & _COUNTS == set(words(of.base)) & _COUNTS
                # One letter more at the end, or another first one, makes another word.
                longer = text.startswith(base) or base.startswith(text)
                begins = [word[0] for word in flat[first:last]]
                other = len(begins) == length and begins != [word[0] for word in words(of.base)]
                # One word more or less, and all others equal: `Я (не) буду помнить`.
                said, own = set(flat[first:last]), set(words(of.base))
                other = other or said < own or own < said
                if same and counts and not longer and not other:
                    yield Span(first, last, 0.05 + 1 - ratio, f"title nearly equal ({ratio:.2f})")
