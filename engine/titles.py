"""What titles, artists and file names say, made comparable.

Everything here is a pure function of text. Two texts mean the same when their keys are equal; a
title is a base and the versions that make another recording of it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

import msgspec

RECENT = 20_000
"""So many keys are remembered: artists and folders come again and again, and so do the titles of
the track that is being compared."""


class Title(msgspec.Struct, frozen=True, gc=False):
    """A title taken apart. `base` is text for people; the tags are made of keys."""

    base: str
    versions: frozenset[str] = frozenset()
    """What makes it another recording: `extended`, `radio edit`, `live`, `remix:<who>`, …"""
    featured: tuple[str, ...] = ()
    neutral: frozenset[str] = frozenset()
    """What does not: `original`, `remaster:2011`, `mono`, `stereo`, `explicit`, `clean`, …"""


# ---- keys --------------------------------------------------------------------------------------

_SPELLINGS = str.maketrans(
    {"ø": "o", "đ": "d", "ð": "d", "ł": "l", "ħ": "h", "ı": "i"}
    | {"æ": "ae", "œ": "oe", "þ": "th", "™": " ", "℠": " "}
)
# Accents are dropped where people leave them out (Latin, Greek, ё, Arabic and Hebrew vowel points)
# and kept where they make another letter (й, が, อ่).
_POINTS = re.compile(r"[\u0591-\u05bd\u0640\u064b-\u0652]")
_ACCENTS = re.compile(r"(?<=[a-z\u0370-\u03ff\u0435])[\u0300-\u036f]+")
_STYLISED = re.compile(r"(?<=[a-z])[$!](?=[a-z])", re.IGNORECASE)  # A$AP, P!nk
_AND = {ord("&"): " and ", ord("+"): " and "}
_ASCII = {n: chr(n).lower() if chr(n).isalnum() else " " for n in range(128)} | _AND


@lru_cache(RECENT)
def key(text: str) -> str:
    """Give the form in which texts are compared; empty only for blank text.

    Letters and numbers of every script survive; case, Latin accents and punctuation do not.
    """
    if "$" in text or "!" in text:
        text = _STYLISED.sub(lambda sign: "s" if sign[0] == "$" else "i", text)
    if text.isascii():
        blanked = text.translate(_ASCII)
    else:
        folded = unicodedata.normalize("NFKD", text.translate(_SPELLINGS)).casefold()
        folded = unicodedata.normalize("NFKD", folded).translate(_SPELLINGS)
        folded = unicodedata.normalize("NFC", _ACCENTS.sub("", _POINTS.sub("", folded))).translate(
            _AND
        )
        blanked = "".join(c if unicodedata.category(c)[0] in "LMN" else " " for c in folded)
    return " ".join(blanked.split()) or text.strip().casefold()


@lru_cache(RECENT)
def compact(text: str) -> str:
    """Give the key without blanks: `Don't`, `Dont` and a file's `Don_t` are one."""
    return key(text).replace(" ", "")


# ---- titles ------------------------------------------------------------------------------------

_FORM = r"(?: (?:version|ver|mix|edit|cut|take|sessions?|recording|performance|track))?"
_YEAR = r"(?:19|20)\d\d"

_DESCRIBED = {
    "live": rf"(?:recorded )?live(?: (?:at|from|in|on|for) .+| {_YEAR})?{_FORM}"
    r"|(?:ao|en|dal) vivo(?: .+)?|en directo",
    "radio edit": r"radio (?:edit|mix|version|cut)",
    "extended": rf"extended{_FORM}",
    "acoustic": rf"acoustic{_FORM}",
    "instrumental": rf"inst(?:rumental)?{_FORM}",
    "karaoke": rf"karaoke{_FORM}",
    "demo": rf"demo{_FORM}",
    "a cappella": rf"a ?cap?pell?a{_FORM}",
    "sped up": rf"(?:sped|speed) ?up{_FORM}",
    "slowed": rf"(?:(?:super|ultra) )?slowed(?: down)?{_FORM}",
    "nightcore": rf"nightcore{_FORM}",
    "8d": r"8d(?: audio)?",
    "reverb": r"reverb(?:ed)?",
    "bass boosted": r"bass ?boosted",
    "unplugged": r"(?:mtv )?unplugged",
    "stripped": rf"stripped{_FORM}",
    "cover": r"(?:in the style of|originally performed by|made famous by|tribute to) .+",
}
_NEUTRAL = {
    "remaster": rf"(?:{_YEAR} )?(?:digital(?:ly)? )?remaster(?:ed)?"
    rf"(?: (?:version|edition))?(?: {_YEAR})?(?: (?:version|edition))?|{_YEAR} (?:digital )?master",
    "original": r"original(?: (?:mix|version|edit))?|album version",
    "mono": rf"mono{_FORM}",
    "stereo": rf"stereo{_FORM}",
    "explicit": r"(?:explicit|dirty)(?: version)?",
    "clean": r"(?:clean|censored)(?: (?:version|edit))?",
    "noise": r"official(?: (?:(?:music|lyrics?|hd|4k) )?(?:video|audio|visuali[sz]er|clip))?"
    r"|(?:music |lyrics? )?video(?: clip| oficial)?|(?:with )?lyrics?|visuali[sz]er|audio(?: only)?"
    r"|hd|hq|uhd|4k|1080p|720p|free (?:download|dl)|out now|bonus(?: track)?"
    r"|deluxe(?: (?:edition|version))?|prod(?:uced)?(?: by)? .+"
    r"|(?:music )?from (?:the )?.+ (?:soundtrack|film|movie|motion picture|series)|from the vault"
    r"|original (?:motion picture )?soundtrack",
}
_TAGS = (*_DESCRIBED, *_NEUTRAL)
_LAST = re.compile(
    "(?:^| )(?:"
    + "|".join(f"(?P<t{i}>{(_DESCRIBED | _NEUTRAL)[tag]})" for i, tag in enumerate(_TAGS))
    + ")$"
)
_NAMED = re.compile(
    r"(?:(?P<who>.+) )?(?P<kind>remix(?:ed)?|rmx|rework(?:ed)?|re work|re ?fix|re edit|edit|bootleg"
    r"|flip|mix"
    rf"|version|ver|mash ?up|cover|dub|vip)(?: by (?P<by>.+?))?(?: {_YEAR})?"
)
_KINDS = {
    "remixed": "remix",
    "rmx": "remix",
    "reworked": "rework",
    "re work": "rework",
    "re fix": "refix",
    "re edit": "edit",
    "ver": "version",
}
_QUOTED_SOURCE = re.compile(r"""\s*(?:music\s+)?from\s+["“”'‘«].+""", re.IGNORECASE)

_BRACKETED = re.compile(
    r"\((?P<a>(?:[^()]|\([^()]*\))*)\)|\[(?P<b>[^\[\]]*)\]|\{(?P<c>[^{}]*)\}"
    r"|（(?P<d>[^（）]*)）|【(?P<e>[^【】]*)】"
)
_DASHED = re.compile(r"(?P<base>.*\S)\s+[-–—―]+\s+(?P<last>\S.*)", re.DOTALL)
_FEATURING = re.compile(
    r"(?:^|\s)(?:(?:feat|ft)\b\.?|featuring\b|w/)\s*(?P<who>\S.*)", re.IGNORECASE
)
_LEFT_DASH = re.compile(r"\s+[-–—―]+\s*$")
_WITH = re.compile(
    r"with\s+(?!(?:you|u|me|him|her|us|them|my|your|his|our|a|no|or|love|lyrics?)\b)(?P<who>\S.*)",
    re.IGNORECASE,
)
# Only what no song is called by itself may stand at the end without bracket or dash.
_TAIL = re.compile(
    r"\s(?:radio edit|extended (?:mix|version)|original mix|sped up|8d audio"
    r"|slowed(?:\s*(?:\+|&|and|n)\s*reverb)?|official (?:music |lyrics? )?(?:video|audio)"
    r"|hd|hq|4k)$",
    re.IGNORECASE,
)
_SIGNS = frozenset("([{（【-–—―/")
_TAIL_WORDS = frozenset(
    ("edit", "mix", "version", "up", "reverb", "slowed", "video", "audio", "hd", "hq", "4k")
)
_JOINS = re.compile(
    r"\s*[,;/&+×、]\s*|\s+(?:x|vs\.?|feat\.?|ft\.?|featuring|and|with|pres\.?|presents)\s+",
    re.IGNORECASE,
)


def split_title(title: str) -> Title:
    """Take the bracketed and dashed suffixes off a title. A title of nothing else stays whole."""
    title = title.strip()
    if _is_plain(title):
        return Title(title)
    taken: list[Title] = []

    def taken_off(found: re.Match[str]) -> str:
        suffix = _suffix(found[found.lastgroup or 0], bracketed=True)
        if suffix is None:
            return found[0]
        taken.append(suffix)
        return " "

    base = _LEFT_DASH.sub("", _BRACKETED.sub(taken_off, title).rstrip())
    while (dashed := _DASHED.fullmatch(base)) and (suffix := _suffix(dashed["last"])):
        taken.append(suffix)
        base = dashed["base"]
    if (tail := _TAIL.search(base)) and (suffix := _suffix(tail[0])):
        taken.append(suffix)
        base = base[: tail.start()]
    featuring = _FEATURING.search(base)
    if featuring and featuring.start() > 0:
        taken.append(Title("", featured=_names(featuring["who"])))
        base = base[: featuring.start()]
    base = " ".join(base.split())
    if not base:
        return Title(title)
    if not taken:
        return Title(base)
    if len(taken) == 1:
        return Title(base, taken[0].versions, taken[0].featured, taken[0].neutral)
    return Title(
        base,
        frozenset().union(*(each.versions for each in taken)),
        tuple(name for each in taken for name in each.featured),
        frozenset().union(*(each.neutral for each in taken)),
    )


def _is_plain(title: str) -> bool:
    """Whether there is surely no suffix: most titles have none, and libraries are large."""
    if not _SIGNS.isdisjoint(title):
        return False
    lowered = title.lower()
    if "feat" in lowered or "ft" in lowered:
        return False
    return lowered.rpartition(" ")[2] not in _TAIL_WORDS


def _suffix(text: str, bracketed: bool = False) -> Title | None:
    """Read a bracket's or a dash's text; None if it belongs to the title itself."""
    featured: tuple[str, ...] = ()
    if featuring := _FEATURING.search(text) or (
        _WITH.fullmatch(text.strip()) if bracketed else None
    ):
        featured = _names(featuring["who"])
        text = text[: featuring.start()]
        if not text.strip():
            return Title("", featured=featured)
    if _QUOTED_SOURCE.fullmatch(text):
        return Title("", featured=featured, neutral=frozenset({"noise"}))
    words = key(text)
    tags, rest = _peeled(words)
    if rest:
        named = _NAMED.fullmatch(rest)
        if named is None:
            return None
        kind = _KINDS.get(named["kind"], named["kind"]).replace("mash up", "mashup")
        more, who = _peeled((named["by"] or named["who"] or "").removeprefix("extended "))
        if (named["who"] or "").startswith("extended "):
            more.add("extended")
        who = who.removeprefix("the ").removesuffix(" s")  # the possessive: Taylor's Version
        if who in ("", "the", "a", "official", "official s"):
            if kind in ("version", "mix") and not more:
                return None
            who = ""
        tags |= more
        if kind in ("mix", "version") and who in ("dub", "vip"):
            tags.add(who)
        elif kind == "cover" or not who:
            tags.add(kind)
        else:
            tags.add(f"{kind}:{who}")
    if not tags:
        return None
    neutral = frozenset(tag for tag in tags if tag.partition(":")[0] in _NEUTRAL)
    return Title("", frozenset(tags) - neutral, featured, neutral)


def _peeled(words: str) -> tuple[set[str], str]:
    """Take known descriptions off the end of a key: what they were, and the words left."""
    tags: set[str] = set()
    while words and (found := _LAST.search(words)):
        tag = _TAGS[int((found.lastgroup or "t0")[1:])]
        if tag == "remaster" and (year := re.search(_YEAR, found[0])):
            tag = f"remaster:{year[0]}"
        tags.add(tag)
        words = words[: found.start()].removesuffix(" and")
    return tags, words


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip(" .)]") for name in _JOINS.split(text) if name.strip(" .)]"))


# ---- artists -----------------------------------------------------------------------------------

_UNNAMED = frozenset({"friends", "band", "orchestra", "hisorchestra", "choir", "others", "guests"})
_CHANNEL = re.compile(r"(?:\s+-\s+topic|\s*vevo)$", re.IGNORECASE)


@lru_cache(RECENT)
def artist_key(name: str) -> str:
    """Give one name's key: without blanks, a leading `The` and a channel's `- Topic` or `VEVO`."""
    return (key(_CHANNEL.sub("", name)) or key(name)).removeprefix("the ").replace(" ", "")


def artists_key(artists: Iterable[str]) -> frozenset[str]:
    """Give the keys of all names, each as a whole and split at its joints.

    Two credits share an artist when the sets meet. The wholes keep `AC/DC` and
    `Earth, Wind & Fire` equal to themselves; the parts find `A & B` in (`B`, `A`).
    """
    keys: set[str] = set()
    for name in artists:
        joined = _JOINS.split(name)
        if len(joined) > 1:
            keys.update({artist_key(part) for part in joined} - _UNNAMED)
        keys.add(artist_key(name))
    return frozenset(keys - {""})


# ---- file names --------------------------------------------------------------------------------

_VIDEO_ID = re.compile(r"\s*\[(?P<id>[A-Za-z0-9_-]{11})\]$")
_COPY = re.compile(r"\s\([1-9]\)$")
_NUMBER = re.compile(
    r"^(?:\d{1,3}\s*[.)]\s*(?=\D)|\d{1,3}\s+[-–—]\s+|\d\d-(?=[^\d\s])|\d{1,2}-\d{1,3}[\s.]+(?:[-–—]\s+)?"
    r"|0\d\s+|[A-H]\d(?:\s*[.)]\s*|\s+(?:[-–—]\s+)?))"
)
_BARE_NUMBER = re.compile(r"^\d{1,3}\s+")
_SPACED_DASH = re.compile(r"\s+[-–—―]+\s+")
_LOOSE_DASH = re.compile(r"\s[-–—―]+|[-–—―]+\s|[–—―]")


def from_file_name(stem: str) -> tuple[str, str]:
    """Read a file's name without extension: (artist or empty, title)."""
    return readings(stem)[0]


def readings(stem: str) -> tuple[tuple[str, str], ...]:
    """Give every way to read a file's name, the likeliest first.

    `99 Problems` may be track 99 and `Strobe - deadmau5` may be the wrong way round: only a
    comparison with known tracks can tell.
    """
    text = _without_id(stem.strip())
    if " " not in text:
        text = text.replace("_", " ").strip() or text
    text = _COPY.sub("", text) or text
    bare = _NUMBER.sub("", text) or text
    found = [_pair(bare)]
    if bare != text:
        found.append(_pair(text))
    elif unnumbered := _BARE_NUMBER.sub("", text):
        found.append(_pair(unnumbered))
    artist, title = found[0]
    if artist:
        found.append((title, artist))
        parts = _SPACED_DASH.split(bare)
        if len(parts) > 2:
            found.append((parts[0], parts[-1]))
        found.append(("", bare))
    elif bare.count("-") == 1 and not bare.startswith("-") and not bare.endswith("-"):
        before, _, after = bare.partition("-")
        found.append((before, after))
    return tuple(dict.fromkeys(found))


def _pair(text: str) -> tuple[str, str]:
    parts = _SPACED_DASH.split(text)
    if len(parts) == 1:
        parts = _LOOSE_DASH.split(text, maxsplit=1)
    parts = [part.strip() for part in parts]
    if len(parts) == 1 or not all(parts):
        return "", text
    for place in range(1, len(parts) - 1):
        if parts[place].isdecimal() and len(parts[place]) <= 3:
            return parts[0], " - ".join(parts[place + 1 :])
    return parts[0], " - ".join(parts[1:])


def _without_id(stem: str) -> str:
    found = _VIDEO_ID.search(stem)
    if found is None or found.start() == 0:
        return stem
    words = re.split("[-_]", found["id"])
    if all(
        word.isalpha() and (word.islower() or word.istitle() or word.isupper()) for word in words
    ):
        return stem  # `[Album-Remix]` has eleven characters too
    return stem[: found.start()]
