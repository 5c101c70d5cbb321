"""Classical works: one movement is written in a dozen ways.

`Prelude in E Minor, Op. 28 No. 4` is uploaded as `24 Préludes, Op. 28: No. 4 in E Minor`, `IV.` as
`4.`; what a track and an upload share is their words and numbers, in whatever order.
"""

from __future__ import annotations

import re

from engine.candidates.leftover import KEYS
from engine.candidates.scripts import words
from engine.candidates.sought import Sought, Uploader
from engine.candidates.versions import spoken

_WORD = re.compile(r"[^\W\d_]+|\d+")
_ROMAN = words("i ii iii iv v vi vii viii ix x xi xii")
_SPELT = words("one two three four five six seven eight nine ten eleven twelve")
_NUMBERS = {word: str(n) for said in (_ROMAN, _SPELT) for n, word in enumerate(said, 1)}
_NAMELESS = KEYS | {"no", "op"}


def same_work(of: Sought, title: str, by: Uploader) -> bool:
    """Whether a title of other words may be the same work, by somebody who is credited.

    The last part of the wanted title, its movement, has to stand there whole, but for its number
    and key; of all words but the key one half.
    """
    said = words(title)
    if spoken(" ".join(said)) - {"piano"} - of.versions:  # the instrument belongs to the work
        return False
    named = any(each.find(said) or set(each.words[-1:]) & set(said) for each in of.artists)
    if not (named or by.main or by.other):
        return False
    there = set(_plain(said))
    whole = [word for word in _plain(words(of.base)) if word not in KEYS]
    front, _, last = of.base.rpartition(": ")
    movement = [word for word in _plain(words(last)) if not front or word not in _NAMELESS]
    if front:
        movement = [word for word in movement if not word.isdecimal()] or movement
    if len(whole) < 2 or not any(word.isdecimal() for word in whole):
        return False
    shared = sum(word in there for word in whole)
    return bool(movement) and there.issuperset(movement) and shared >= 0.5 * len(whole)


def _plain(said: tuple[str, ...]) -> list[str]:
    """Words in the singular, numbers as digits, apart from each other."""
    found = [part for word in said for part in _WORD.findall(word)]
    return [_NUMBERS.get(part) or (part.rstrip("s") or part) for part in found]
