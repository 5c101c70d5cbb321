"""Texts of several scripts, made comparable word by word.

People upload `Группа крови` as `Gruppa krovi` and `Ζεϊμπέκικο` as `Zeimpekiko`. What a table of
letters can say is said here; what needs a dictionary (kanji, most names) is not.
"""

from __future__ import annotations

import re
import unicodedata

from engine.candidates.hanzi import simplified
from engine.titles import key

_APOSTROPHES = re.compile(r"(?<=\w)['’‘`´ʼ′](?=\w)|(?<=\w)['’`´](?=\s|$)|(?<!\w)['’](?=\w)")
_ALIKE = str.maketrans("أإآٱىةک", "اااايهك")
_ALIKE |= str.maketrans("ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢ", "abcdefghijklmnoprstuvwyz")
_V_OR_B = (("ヴァ", "バ"), ("ヴィ", "ビ"), ("ヴェ", "ベ"), ("ヴォ", "ボ"), ("ヴ", "ブ"))


_INCHES = re.compile(r"\b(7|10|12)(?:\s?[\"”″]|\s?['’′]{2}|-?\s?inch)(?!\w)", re.IGNORECASE)


def inches(text: str) -> str:
    """Write out the inches of a record: their sign is a quotation mark everywhere else."""
    return _INCHES.sub(r"\1 inch", text)


_STARRED = re.compile(r"(?<![\w*])\w[\w*]*\*[\w*]*")
_RUDE = (
    *("ass", "bitch", "bitches", "bullshit", "cunt", "damn", "dick", "fuck", "fucked", "fucker"),
    *("fuckin", "fucking", "fucks", "hoe", "hoes", "motherfucker", "nigga", "niggas", "pussy"),
    *("sex", "shit", "whore"),
)


def _uncensored(found: re.Match[str]) -> str:
    """The word whose letters stars stand for, if it is one that people censor."""
    hidden = re.compile(found[0].casefold().replace("*", "."))
    return next((word for word in _RUDE if hidden.fullmatch(word)), found[0])


def words(text: str) -> tuple[str, ...]:
    """Give the words in which texts are compared; an apostrophe parts none."""
    if "*" in text:
        text = _STARRED.sub(_uncensored, text)
    text = _APOSTROPHES.sub("", text).translate(_ALIKE)
    if "ヴ" in text:
        for one, other in _V_OR_B:
            text = text.replace(one, other)
    return tuple(key(simplified(text)).split())


def joined(text: str) -> str:
    """Give the words without blanks."""
    return "".join(words(text))


def script(text: str) -> str:
    """Give the script of most letters: `LATIN`, `CYRILLIC`, `CJK`, …; empty without letters."""
    counts: dict[str, int] = {}
    for letter in text:
        if letter.isalpha():
            name = "LATIN" if letter.isascii() else unicodedata.name(letter, "").partition(" ")[0]
            name = "CJK" if name in ("HIRAGANA", "KATAKANA") else name
            counts[name] = counts.get(name, 0) + 1
    return max(sorted(counts), key=lambda name: counts[name]) if counts else ""


_LETTERS = dict(zip("абвгдезиклмнопрстуфхыэіїєґў", "abvgdeziklmnoprstufhyeiiegu", strict=True))
_LETTERS |= {
    "ё": "e",
    "ж": "zh",
    "ц": "ts",
    "ч": "ch",
    "ш": "sh",
    "щ": "shch",
    "ю": "yu",
    "я": "ya",
}
_LETTERS |= dict(zip("αβγδεζηικλμνξοπρσςτυφωχ", "avgdeziiklmnxoprsstyfoh", strict=True))
_LETTERS |= {"θ": "th", "ψ": "ps", "й": "y", "ь": "", "ъ": ""}
_PAIRS = (("αυ", "av"), ("ευ", "ev"), ("ου", "ou"), ("γγ", "ng"))
_FOLDS = (
    ("gk", "g"), ("kh", "h"), ("ch", "h"), ("ph", "f"), ("th", "t"), ("ks", "x"), ("ou", "u"),
    ("j", "y"), ("y", "i"), ("w", "v"), ("c", "k"), ("ie", "e"), ("iu", "u"), ("ia", "a"),
)  # fmt: skip
_DOUBLED = re.compile(r"(.)\1+")


def latin(text: str) -> str:
    """Give joined words in Latin letters, folded so that ways to transliterate agree.

    Only Cyrillic and Greek are known; other letters stay as they are.
    """
    for pair, sound in _PAIRS:
        text = text.replace(pair, sound)
    text = "".join(_LETTERS.get(letter, letter) for letter in text)
    for one, other in _FOLDS:
        text = text.replace(one, other)
    return _DOUBLED.sub(r"\1", text)


_CONSONANTS = dict(zip("بتثجحخدذرزسشصضطظغفقكلمنه", "bttghhddrzsssdtzgfkklmnh", strict=True))
_CONSONANTS |= dict(zip("בגדזחטכךלמםנןסףפצץקרשת", "bgdzhtkklmmnnsffsskrst", strict=True))
_SKELETON = str.maketrans("", "", "aeiouwy")
_SOUNDS = (
    ("sh", "s"),
    ("kh", "h"),
    ("ch", "h"),
    ("th", "t"),
    ("dh", "d"),
    ("gh", "g"),
    ("tz", "s"),
)


def skeleton(word: str) -> str:
    """Give the consonants of a word of Arabic, Hebrew or Latin letters, folded.

    Vowels are written in Latin and left out in the two others.
    """
    if script(word) in ("ARABIC", "HEBREW"):
        sounds = "".join(_CONSONANTS.get(letter, "") for letter in word)
    else:
        sounds = word
        for one, other in _SOUNDS:
            sounds = sounds.replace(one, other)
        sounds = sounds.translate(str.maketrans("pqcjv", "fkkgb")).translate(_SKELETON)
    return _DOUBLED.sub(r"\1", sounds).removesuffix("h")


def sound_alike(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Whether words of two scripts may be the same words: all their consonants are equal."""
    scripts = {script("".join(one)), script("".join(other))}
    if not scripts & {"ARABIC", "HEBREW"} or len(scripts) < 2 or len(one) != len(other):
        return False
    first, second = [[skeleton(word) for word in each] for each in (one, other)]
    return first == second and len("".join(first)) > 2


def find(needle: str, hay: tuple[str, ...], start: int = 0) -> tuple[int, int] | None:
    """Find neighbouring words that joined are the needle: first and one past the last."""
    if not needle:
        return None
    for first in range(start, len(hay)):
        text = ""
        for last in range(first, len(hay)):
            text += hay[last]
            if text == needle:
                return first, last + 1
            if not needle.startswith(text):
                break
    return None
