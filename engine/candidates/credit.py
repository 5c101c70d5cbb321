"""Who an upload says that it is by, held against a wanted track's artists."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import SequenceMatcher

import msgspec

from engine.candidates.scripts import joined, script, words
from engine.candidates.sought import Sought, Uploader
from engine.candidates.weakness import DOUBTFUL, OTHER, Weakness

_LABEL = set(words("records recordings music label discos tapes sounds audio"))


class Credit(msgspec.Struct):
    """What a title says of the artist, gathered while it is read."""

    artists: dict[int, str] = {}
    """Numbers of those who are credited in plain text → where: `front`, `back`, …"""
    bracketed: set[int] = set()
    """Those who stand in brackets or as guests."""
    stranger: str = ""
    """Words where an artist would stand, and nothing explains them."""
    extra: str = ""
    """Somebody beside an artist."""
    album: bool = False
    """It names the wanted track's album."""


def resembles(left: str, of: Sought, by: Uploader, credit: Credit) -> int:
    """Give the number, from 1, of the artist whose name this nearly is; 0 if there is none."""
    glued = left.replace(" ", "")
    for number, each in enumerate(of.artists, 1):
        name = each.forms[0]
        # Composers are known by their last names, where a player is credited as well.
        player = credit.artists or credit.bracketed or by.main or by.other
        if player and len(left) > 3 and left == each.words[-1]:
            return number
        if len(glued) < 6 or len(name) < 6:
            continue
        part = set(left.split()) < set(each.words) and len(glued) > 0.6 * len(name)
        if part or SequenceMatcher(None, glued, name, autojunk=False).ratio() >= 0.9:
            return number
    return 0


def nearly(left: str) -> Weakness:
    """Weigh a name that resembles an artist's."""
    return Weakness(f"artist nearly equal: {left}", 0.08)


def by_whom(of: Sought, by: Uploader, credit: Credit) -> Iterator[Weakness]:
    """Weigh who is credited."""
    if not of.artists:
        yield Weakness("no artist is wanted", 0.1, DOUBTFUL)
        return
    if credit.stranger and (number := resembles(credit.stranger, of, by, credit)):
        # Now that all is read, somebody else may be credited as well.
        yield nearly(credit.stranger)
        credit.artists.setdefault(number - 1, "front")
        credit.stranger = ""
    if credit.extra:
        yield Weakness(f"also by {credit.extra}", 0.1)
    if credit.artists or ((by.main or by.other) and not credit.stranger):
        yield from _credited(by, credit)
    elif by.main or by.other:
        yield Weakness(f"may be by {credit.stranger}", 0.3, DOUBTFUL)
    elif 0 in credit.bracketed and not credit.stranger:
        yield Weakness("artist only in brackets or as a guest", 0.1)
    else:
        yield _uncredited(of, by, credit)


def _credited(by: Uploader, credit: Credit) -> Iterator[Weakness]:
    if credit.stranger:
        yield Weakness(f"also says: {credit.stranger}", 0.14)
    if credit.artists and not by.main and "front" not in credit.artists.values():
        yield Weakness("title before artist", 0.02)
    main = 0 in credit.artists or (by.main and not credit.stranger)
    if not main and 0 not in credit.bracketed:
        yield Weakness("without the main artist", 0.03)


def _uncredited(of: Sought, by: Uploader, credit: Credit) -> Weakness:
    """Nobody is credited, or somebody else: perhaps by another name, perhaps by a label."""
    if _strange_script(of, by, credit):
        return Weakness("artist in other letters", 0.25, DOUBTFUL, by_whom=True)
    if not credit.stranger:
        if by.near:
            return Weakness("uploader only resembles the artist", 0.2, DOUBTFUL, by_whom=True)
        if not by.known:
            return Weakness("no artist", 0.35, OTHER + 0.1, by_whom=True)
        if _LABEL.intersection(by.words):
            return Weakness("perhaps by its label", 0.25, DOUBTFUL, by_whom=True)
    elif credit.stranger in {_initials(each.words) for each in of.artists}:
        return Weakness("only the artist's initials", 0.2, DOUBTFUL, by_whom=True)
    if credit.album:
        return Weakness("another artist, but the album", 0.3, DOUBTFUL, by_whom=True)
    return Weakness("another artist", 0.5, OTHER, by_whom=True)


def _initials(said: tuple[str, ...]) -> str:
    """`ur`, of Underground Resistance; nothing of a single word."""
    return "".join(word[0] for word in said) if len(said) > 1 else ""


def _strange_script(of: Sought, by: Uploader, credit: Credit) -> bool:
    """Whether the one who is credited is written in letters that the artist is not."""
    name = credit.stranger or " ".join(by.words)
    known = {each.script for each in of.artists}
    return script(name) not in known | {""} and len(joined(of.base)) > 2
