"""A wanted track and an uploader's name, made ready to be looked for in what people upload."""

from __future__ import annotations

import re

import msgspec

from engine.candidates.scripts import find, inches, joined, latin, script, sound_alike, words
from engine.scoring import Wanted
from engine.titles import artist_key, artists_key, from_file_name, split_title

LONGEST = 300
"""Characters of a title or a name that are looked at; sites allow fewer."""
_BRACKET = re.compile(r"\s*[(\[{（【][^)\]}）】]*[)\]}）】]\s*")


class Artist(msgspec.Struct, frozen=True, gc=False):
    """One name that a track is credited to, in the forms in which it may be written."""

    name: str
    forms: tuple[str, ...]
    latin: str
    script: str
    words: tuple[str, ...]

    def find(self, hay: tuple[str, ...]) -> tuple[int, int] | None:
        """Find the name among words: the first and one past the last of its own."""
        for form in self.forms:
            if place := find(form, hay):
                return place
        if len(self.latin) > 2 and (self.script != "LATIN" or not "".join(hay).isascii()):
            folded = tuple(latin(word) for word in hay)
            if place := find(self.latin, folded):
                return place
        for first in range(len(hay) - len(self.words) + 1):
            last = first + len(self.words)
            if sound_alike(self.words, hay[first:last]):
                return first, last
        return None


class Sought(msgspec.Struct, frozen=True, gc=False):
    """A wanted track, taken apart."""

    bases: tuple[tuple[str, float], ...]
    """Joined words of the title, and what it costs to find only those."""
    base: str
    """The title without versions and guests, for people."""
    script: str
    versions: frozenset[str]
    artists: tuple[Artist, ...]
    """The first is the main one."""
    names: frozenset[str]
    """Every word of every artist's name."""
    album: str
    seconds: float | None
    isrc: str
    explicit: bool | None


def artist(name: str) -> Artist:
    """Take one artist's name apart."""
    forms = dict.fromkeys((joined(name), joined(name).removeprefix("the"), artist_key(name)))
    for part in sorted(artists_key((name,)), key=len, reverse=True):
        if len(part) > 5:  # `A & B` may be one credit or two; `Earth, Wind & Fire` is one
            forms[part] = None
    said = words(name)
    latin_words = "".join(word for word in said if word.isascii())
    others = "".join(word for word in said if not word.isascii())
    if len(latin_words) > 2 and len(others) > 1 and script(others) not in ("", "LATIN"):
        forms |= {latin_words: None, others: None}  # one name, written twice
    return Artist(name, tuple(filter(None, forms)), latin(joined(name)), script(name), said)


def sought(wanted: Wanted) -> Sought:
    """Take a wanted track apart."""
    title = split_title(inches(wanted.title[:LONGEST]))
    names = (name.strip()[:LONGEST] for name in wanted.artists)
    base, credited = title.base, tuple(filter(None, names))
    if not credited:  # some backups hold `Artist - Title` as title
        name, rest = from_file_name(base)
        if name:
            base, credited = rest, (name,)
    artists = tuple(artist(name) for name in dict.fromkeys(credited + title.featured))
    bases = {joined(base): 0.0}
    bare = _BRACKET.sub(" ", base).strip()
    if bare and bare != base:
        inside = words(base.replace(bare, " "))
        bases.setdefault(joined(bare), 0.0 if _without(inside, artists) == () else 0.05)
    front, dash, _ = base.partition(" - ")
    if dash:  # what is left behind it is no version that anybody knows
        bases.setdefault(joined(front), 0.2)
    explicit = wanted.explicit
    if ("explicit" in title.neutral) != ("clean" in title.neutral):
        explicit = "explicit" in title.neutral
    return Sought(
        bases=tuple(bases.items()),
        base=base,
        script=script(base),
        versions=title.versions,
        artists=artists,
        names=frozenset(word for each in artists for word in each.words),
        album=joined(split_title(wanted.album).base) if wanted.album.strip() else "",
        seconds=wanted.duration_ms / 1000 if wanted.duration_ms > 0 else None,
        isrc=plain_isrc(wanted.isrc),
        explicit=explicit,
    )


def plain_isrc(text: str) -> str:
    """Give an ISRC without the hyphens that it is printed with."""
    return text.replace("-", "").replace(" ", "").upper()


_JOINTS = frozenset(("and", "x", "vs", "feat", "ft", "with", "by", "presents", "pres"))


def _without(said: tuple[str, ...], artists: tuple[Artist, ...]) -> tuple[str, ...]:
    for each in artists:
        if place := each.find(said):
            said = said[: place[0]] + said[place[1] :]
    return tuple(word for word in said if word not in _JOINTS)


# ---- uploaders ---------------------------------------------------------------------------------

_CHANNEL = re.compile(r"(?:\s+-\s+topic|\s*vevo)$", re.IGNORECASE)
_OFFICE = set(words("official officiel oficial music musik tv channel band the and artist"))
_OFFICE |= set(words("records recordings hq real uk us vevo japan inc x"))
_GLUED = re.compile(r"^(?:official|real|iam|weare|the)|(?:official|music|musik|tv|channel|band)$")
_NOBODY = frozenset(("", "release", "variousartists", "various", "va", "unknown", "unknownartist"))


class Uploader(msgspec.Struct, frozen=True, gc=False):
    """What an uploader's name says of the artist."""

    known: bool
    """False: there is no name, or one that means nobody."""
    main: bool = False
    """It is the main artist."""
    other: bool = False
    """It is another artist of the track."""
    near: bool = False
    """An artist's name stands in it, among other words."""
    topic: bool = False
    """A channel that a service made: it bears exactly the artist's name."""
    words: tuple[str, ...] = ()


def uploader(name: str, of: Sought) -> Uploader:
    """Hold an uploader's name against the artists."""
    name = name.strip()[:LONGEST]
    bare = _CHANNEL.sub("", name)
    said = words(bare)
    if "".join(said) in _NOBODY:
        return Uploader(False)
    glued = "".join(said)
    shorter = {glued, _GLUED.sub("", glued), _GLUED.sub("", _GLUED.sub("", glued))}
    main = other = near = False
    topic = bare != name
    left = said
    for number, each in enumerate(of.artists):
        whole = any(form in shorter for form in each.forms)
        place = each.find(said)
        if place:
            left = tuple(w for w in left if w not in said[place[0] : place[1]])
        rest = said[: place[0]] + said[place[1] :] if place else said
        strange = [w for w in rest if w not in _OFFICE and script(w) == each.script]
        parts = {joined(part) for part in re.split(r"\s*[,/&|·]\s*|\s+x\s+", bare)}
        if whole or (place and not strange) or parts.intersection(each.forms):
            main, other = main or number == 0, other or number > 0
        elif place and len(each.forms[0]) > 2 and not topic:
            near = True
    if near and not any(w not in _OFFICE for w in left):
        main = True
    return Uploader(True, main, other, near, topic, said)
