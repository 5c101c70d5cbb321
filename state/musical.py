"""Tempo and keys as people write them: keys are named `Am`, `F#`, sharps only, and have places on
the wheel of DJs."""

from __future__ import annotations

import re

PITCHES = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")
"""Pitch classes 0 to 11."""

_NAMED = re.compile(
    r"(?P<tonic>[A-Ga-g])\s*-?\s*(?P<sign>[#♯b♭]|sharp|flat)?\s*-?\s*"
    r"(?P<third>(?i:major|maj|dur|minor|minore|min|moll)|M|m)?"
)
_PLACE = re.compile(r"0?(?P<hour>[1-9]|1[0-2])\s*(?P<ring>[ABab]|[dm])")
_NATURAL = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}


def beats(text: str) -> float:
    """Beats a minute as people and programs write them: `126`, `126,5`; 0: it is no such number."""
    try:
        found = float(text.replace(",", "."))
    except ValueError:
        return 0.0
    return found if 0 < found < 1000 else 0.0


def key_name(pitch: int, *, minor: bool) -> str:
    """The name of a key by its tonic, 0 to 11 from C."""
    return PITCHES[pitch] + ("m" if minor else "")


def camelot(name: str) -> str:
    """Where a key is on the wheel of fifths that DJs use: `Am` is `8A`, `C` is `8B`.

    Raises:
        ValueError: there is no such key.
    """
    minor = name.endswith("m")
    tonic = PITCHES.index(name.removesuffix("m")) + (3 if minor else 0)
    return f"{(7 * tonic + 7) % 12 + 1}{'A' if minor else 'B'}"


def spelled(text: str) -> str:
    """A key as people and DJ programs write it, in our spelling; empty if it is none.

    `Bb minor`, `a#m`, `3A` (the wheel) and `8m` (Open Key) are all `A#m`.
    """
    text = text.strip()
    if place := _PLACE.fullmatch(text):
        return _on_the_wheel(int(place["hour"]), place["ring"])
    named = _NAMED.fullmatch(text)
    if named is None:
        return ""
    bent = {"#": 1, "♯": 1, "sharp": 1, "b": -1, "♭": -1, "flat": -1}
    tonic = _NATURAL[named["tonic"].upper()] + bent.get(named["sign"] or "", 0)
    third = named["third"] or ""
    minor = third == "m" or third.lower().startswith(("min", "mol"))
    return key_name(tonic % 12, minor=minor)


def _on_the_wheel(hour: int, ring: str) -> str:
    """`8A` of the wheel; rings `d` and `m` are Open Key's, which begins seven hours later."""
    minor = ring in "Aam"
    if ring in "dm":
        hour = (hour + 6) % 12 + 1
    tonic = 7 * (hour - 8) % 12  # 8B is C major; a fifth is seven semitones
    return key_name((tonic + 9) % 12 if minor else tonic, minor=minor)
