"""What an upload's title says, held against a wanted track, as weaknesses with their costs.

Once the wanted title is found, every word that is left has to be explained: an artist, a guest, a
version, a label, noise. What stays unexplained costs, and most of all beside the title, where it
makes another title of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from engine.candidates.credit import Credit, by_whom, nearly, resembles
from engine.candidates.leftover import (
    another_part,
    catalogued,
    dated,
    genre,
    in_bracket,
    musical_key,
)
from engine.candidates.places import EQUAL, Segment, Span, segments, spans
from engine.candidates.scripts import find, joined, latin, script, words
from engine.candidates.sought import LONGEST, Sought, Uploader
from engine.candidates.versions import formal, spoken, unspoken, without_noise
from engine.candidates.weakness import DOUBTFUL, OTHER, Reading, Weakness

_DASH = re.compile(r"\s+[-–—]+\s+")


def readings(title: str, of: Sought, by: Uploader) -> Iterator[Reading]:
    """Give every way in which the wanted title stands in an upload's title."""
    if not any(letter.isalnum() for letter in of.base):
        yield from _signs_only(title, of, by)
        return
    cut = segments(title[:LONGEST])
    for span in spans(cut, of):
        yield _Reader(of, by, cut, span).read()


def _signs_only(title: str, of: Sought, by: Uploader) -> Iterator[Reading]:
    """A title such as `( )` or `???` is nothing but signs: it has to stand alone."""
    parts = [part.strip() for part in _DASH.split(title)]
    if joined(parts[-1]) == joined(of.base):
        front = tuple(Segment(words(part), False) for part in parts[:-1])
        said = (*front, Segment(words(parts[-1]), False))
        last = sum(len(each.words) for each in said)
        first = last - len(said[-1].words)
        yield _Reader(of, by, said, Span(first, last, 0.0, EQUAL)).read()


_ARTICLES = set(words("the a an το ο η οι τα le la les el los der die das il lo un une"))
_LINKS = set(words("and x vs feat ft featuring with w by presents pres s y e og und et и و"))
_JOINTS = _LINKS | set(words("of in for to on at the a"))
_OF_CHANNELS = {"karaoke", "nightcore", "8d", "slowed", "sped up", "instrumental", "cover", "live"}
_OF_CHANNELS |= {"lesson", "bass boosted", "reverb"}
"""Versions that a whole channel may be about."""
_FEATURING = re.compile(r"(?:^|(?<= ))(?:feat|ft|featuring|starring) (?P<who>.+)$")
_PLACE = re.compile(r"0\d|[a-h]\d")
_AT = {"from", "at", "on", "for", "in"}
"""After these an uploader's name is a place where it was played, not a label."""
_PLAYED = re.compile(r"(?:as )?played (?:by|at|on|in) .+")
_PREMIERE = {"premiere", "premiera", "премьера"}
"""What stands beside it, in a segment of its own, is who presents the track."""


def _parted(text: str, left: str, kind: str) -> bool:
    """Whether noise stands between the title and what is left, so that it is no part of it."""
    said = [word for word in text.split() if word not in _LINKS]
    if kind == "after":
        return said[0] != left.split()[0]
    return kind == "before" and said[-1] != left.split()[-1]


class _Reader:
    """Explains the words around one place of the title."""

    def __init__(self, of: Sought, by: Uploader, cut: tuple[Segment, ...], span: Span) -> None:
        self._of, self._by, self._cut, self._span = of, by, cut, span
        self._versions: set[str] = set()
        self._neutral: set[str] = set()
        self._weak: list[Weakness] = []
        self._credit = Credit()

    def read(self) -> Reading:
        if self._span.cost or self._span.why != EQUAL:
            self._weak.append(Weakness(self._span.why, self._span.cost))
        place = 0
        bracketed = False
        for each in self._cut:
            first = self._span.first - place
            last = self._span.last - place
            place += len(each.words)
            if last <= 0 or first >= len(each.words):
                if first > 0 and each.bracket and self._named_twice(each):
                    continue
                kind = "bracket" if each.bracket else "front" if first > 0 else "back"
                self._explain(each.words, kind, each)
                continue
            if each.bracket and first >= 0 and self._cut[0] is not each:
                self._weak.append(Weakness("title in brackets", 0.03))
                bracketed = True
            if first > 0:
                self._explain(each.words[:first], "before", each)
            if last < len(each.words):
                self._explain(each.words[last:], "after", each)
        if bracketed and self._credit.stranger:
            if script(self._credit.stranger) == self._of.script:
                self._weak.append(Weakness(f"known as {self._credit.stranger}", 0.1, DOUBTFUL))
            elif self._credit.artists or self._by.main:
                self._weak.append(Weakness(f"translated: {self._credit.stranger}", 0.05))
                self._credit.stranger = ""
        self._weak += by_whom(self._of, self._by, self._credit)
        if not self._by.main and not self._by.other:
            self._versions |= spoken(" ".join(self._by.words)) & _OF_CHANNELS
        return Reading(tuple(self._weak), frozenset(self._versions), frozenset(self._neutral))

    def _named_twice(self, bracket: Segment) -> bool:
        """Whether an artist's name and a bracket of other letters stand together: `IU (아이유)`."""
        before = self._cut[max(0, self._cut.index(bracket) - 1)]
        named = any(not before.names.isdisjoint(each.forms) for each in self._of.artists)
        return named and script(" ".join(bracket.words)) != script(" ".join(before.words))

    # ---- one piece of text ----

    def _explain(self, said: tuple[str, ...], kind: str, where: Segment) -> None:
        text, guests = " ".join(said), ""
        if featuring := _FEATURING.search(text):
            guests, text = featuring["who"], text[: featuring.start()].strip()
        elif kind == "bracket" and said[0] == "with" and len(said) > 1:
            guests, text = " ".join(said[1:]), ""
        if guests:
            self._guests(guests, kind)
        if not text:
            return
        rest = self._uncredited(text, kind)
        if not rest:
            return
        if kind in ("front", "bracket") and rest == text and _PREMIERE & set(said):
            self._versions |= spoken(text)
            return
        if kind in ("bracket", "back") and rest == text and _PLAYED.fullmatch(text):
            # A tip for DJs, or who plays the piano.
            self._weak.append(Weakness(text, 0.1, DOUBTFUL))
            return
        if kind != "before" and (told := formal(text)):
            self._versions |= told[0]
            self._neutral |= told[1]
            return
        left = self._left(rest, kind in ("before", "after"))
        if left and _parted(rest, left, kind):
            self._weak.append(Weakness(f"also says: {left}", 0.15, DOUBTFUL))
        elif left:
            among = any(not where.names.isdisjoint(each.forms) for each in self._of.artists)
            self._unexplained(left, kind, where, rest != text, among)

    def _guests(self, text: str, kind: str) -> None:
        rest = self._uncredited(text, "guests")
        left = self._left(rest)
        if left and rest == text and not set(left.split()) & self._of.names:
            self._weak.append(Weakness(f"guest: {left}", 0.12))

    def _uncredited(self, text: str, kind: str) -> str:
        """Leave out the artists' names, and note them."""
        said = tuple(text.split())
        for number, each in enumerate(self._of.artists):
            while place := each.find(said):
                if kind in ("bracket", "guests"):
                    self._credit.bracketed.add(number)
                elif self._credit.artists.get(number) != "front":
                    self._credit.artists[number] = "front" if kind in ("front", "before") else kind
                said = said[: place[0]] + said[place[1] :]
        return " ".join(said) if set(said) - _LINKS else ""

    def _left(self, text: str, beside: bool = False) -> str:
        """Leave out whatever can be explained; versions are noted."""
        said = tuple(text.split())
        host = "" if _AT.intersection(said[:1]) else "".join(self._by.words)
        if spoken(" ".join(self._by.words)) & {"event", "session"}:
            host = ""  # a stage
        # A composer's name is an album's too.
        album = "" if self._of.album in self._of.names else self._of.album
        for known in (album, host):
            if len(known) > 2 and (place := find(known, said)):
                self._credit.album |= known == album != joined(self._of.base)
                said = said[: place[0]] + said[place[1] :]
        text = " ".join(said)
        tags = spoken(text)
        if self._by.main and not tags and set(said) <= set(self._by.words):
            return ""  # the artist's own channel knows one more spelling of the name
        if tags:
            self._versions |= tags
            text = unspoken(text)
        text = without_noise(text, beside)
        nothing = _LINKS if beside else _JOINTS
        written = (word for word in text.split() if any(c.isalnum() for c in word))  # no emoji
        return " ".join(word for word in written if word not in nothing)

    def _unexplained(
        self, left: str, kind: str, where: Segment, credited: bool, among: bool
    ) -> None:
        other_script = script(left) not in ("", self._of.script)
        twice = latin(left.replace(" ", "")) == latin(joined(self._of.base))
        if kind in ("before", "after"):
            if set(left.split()) <= _ARTICLES or (kind == "before" and _PLACE.fullmatch(left)):
                return
            if other_script or musical_key(left):
                self._weak.append(Weakness(f"beside the title: {left}", 0.03))
            elif credited and kind == "before":
                self._beside_artist(left)
            elif kind == "after" and not without_noise(left):
                self._weak.append(Weakness(f"also says: {left}", 0.15, DOUBTFUL))
            else:
                self._weak.append(Weakness(f"another title: {left}", 0.3, OTHER))
        elif twice:
            return
        elif kind == "bracket":
            if not other_script and (weak := in_bracket(left, where)):
                self._weak.append(weak)
        elif credited and kind == "front" and left.isdecimal() and where.words[0] == left:
            return  # its number on a record
        elif _PLACE.fullmatch(left) or genre(left) or catalogued(left):
            return
        elif credited:
            if not other_script and among:
                self._credit.extra = left
            elif not other_script:
                self._beside_artist(left)
        elif number := resembles(left, self._of, self._by, self._credit):
            self._credit.artists.setdefault(number - 1, kind)
            self._weak.append(nearly(left))
        elif kind == "back" and other_script:
            return
        elif kind == "back" and (weak := another_part(left, where)):
            self._weak.append(weak)
        else:
            self._credit.stranger = left
            if kind == "back" and (where.loose or dated(where)):
                self._weak.append(Weakness("perhaps of something else", 0.06, DOUBTFUL))

    def _beside_artist(self, left: str) -> None:
        """`Prince Royce` is not Prince, but Hendrix's own channel may add `Experience`."""
        if self._by.main:
            self._weak.append(Weakness(f"beside the artist: {left}", 0.05))
        else:
            self._weak.append(Weakness(f"beside the artist: {left}", 0.25, DOUBTFUL))
