"""Names for people and file systems: templates, and path components that every disk accepts.

The strictest of APFS, NTFS, exFAT and FAT decides, whatever the library lies on today: it is
copied to USB sticks. Paths are relative, with `/`.
"""

from __future__ import annotations

import difflib
import hashlib
import re
import unicodedata
from collections.abc import Mapping

FIELDS = (
    "playlist",
    "artist",
    "artists",
    "albumartist",
    "album",
    "title",
    "year",
    "track",
    "disc",
    "isrc",
)
"""What may stand in braces in a template. `{track}` has two digits."""

PLACEHOLDER = "{playlist}"
"""Stays in a name until `place`, so that a name survives the renaming of its playlist."""

LIMIT = 255
"""Bytes (UTF-8) that a path component may have: the least that any of the file systems grants."""

ROOM = 20
"""Bytes of it that `render` leaves free: 11 for ` [suffix]`, 9 for the dot and the extension."""

# Ranges written out: `unicodedata.category` changes with Python's version, and names must not.
_FORBIDDEN = re.compile(
    r'[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff/\\:*?"<>|]'
)
_EDGES = re.compile(r"^[\s.]+|[\s.]+$")
_DEVICE = re.compile(
    r"^(con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])(?:\s*\.|\s*$)", re.IGNORECASE
)
# The one character that makes a name look like another program's private file: scans pass those
# over (`adapters/ignored.py`), so none of ours may be called so.
_LOOKALIKE = re.compile(
    r"""
      \. (?=(?:part|partial|ytdl|crdownload|download|tmp|temp|icloud)$)
    | \. (?=sync-conflict-)
    | (?<=conflicted) [ ] (?=copy)
    | (?<=^~) \$
    | ^[@#$] (?=(?:eadir|recycle|recycle\.bin)$)
    | (?<=^thumbs) \. (?=db$)
    | (?<=^desktop) \. (?=ini$)
    | (?<=^system) [ ] (?=volume[ ]information$)
    """,
    re.IGNORECASE | re.VERBOSE,
)
_FIELD = re.compile(r"\{([^{}]*)\}")
_SPOTIFY = re.compile(r"spotify:track:[A-Za-z0-9]{16}([A-Za-z0-9]{6})")


def part(text: str, limit: int = LIMIT) -> str:
    """One path component made of any text: never empty, at most `limit` bytes, idempotent."""
    clean = _EDGES.sub("", _legal(text))
    clean = _EDGES.sub("", _cut(clean, limit))
    clean = _LOOKALIKE.sub("_", _DEVICE.sub(r"\1_", clean))
    return clean or "_"


def check_template(template: str) -> None:
    """Raise ValueError, with one line that says what is wrong, unless `render` can use it."""
    said = f"template {template!r}: "
    if template.startswith("/") or re.match(r"[A-Za-z]:", template):
        raise ValueError(said + "must be relative to its target's folder")
    if "\\" in template:
        raise ValueError(said + "folders are separated by /, not by \\")
    for component in template.split("/"):
        if not component.strip():
            raise ValueError(said + "has an empty part")
        if component.strip() in (".", ".."):
            raise ValueError(said + f"must not hold the part {component.strip()!r}")
        if re.search(r"[{}]", _FIELD.sub("", component)):
            raise ValueError(said + "has a brace without its partner in the same part")
        if component.count(PLACEHOLDER) > 1:
            raise ValueError(said + "has {playlist} twice in one part")
    for field in _FIELD.findall(template):
        if field not in FIELDS:
            near = difflib.get_close_matches(field, FIELDS, n=1, cutoff=0.4)
            advice = f"did you mean {{{near[0]}}}?" if near else f"there are {', '.join(FIELDS)}"
            raise ValueError(said + f"unknown field {{{field}}}; {advice}")


def render(template: str, fields: Mapping[str, str]) -> str:
    """The name that a checked template gives: without extension, `{playlist}` left as it is.

    A field that is missing or empty becomes `_`. Components have at most `LIMIT - ROOM` bytes.
    """
    return _render(template, fields)[0]


def name(
    template: str, fields: Mapping[str, str], suffix: str, *, force_suffix: bool = False
) -> str:
    """`render`, with ` [suffix]` at its end if something had to be cut off, or if forced to."""
    rendered, whole = _render(template, fields)
    return rendered if whole and not force_suffix else f"{rendered} [{suffix}]"


def place(name: str, folder: str, extension: str) -> str:
    """The path: `folder` in place of `{playlist}`, and `.extension` (given without the dot).

    A folder that is a part of its own is taken as it stands, since it may be one that was there
    before; components have at most `LIMIT` bytes.
    """
    if "/" in folder or folder in ("", ".", "..") or _size(folder) > LIMIT:
        folder = part(folder)
    *above, last = name.split("/")
    ending = f".{extension}"
    components = [_put(component, folder, LIMIT) for component in above]
    return "/".join([*components, _put(last, folder, LIMIT - _size(ending)) + ending])


def suffix(track_ref: str) -> str:
    """6 or 8 letters and digits that tell this track from others of the same name."""
    if spotify := _SPOTIFY.fullmatch(track_ref):
        return spotify[1]
    return hashlib.sha256(track_ref.encode("utf-8", "surrogatepass")).hexdigest()[:8]


def collision_key(path: str) -> str:
    """Equal for paths that some file system takes for one: case and Unicode form do not count."""
    folded = unicodedata.normalize("NFC", path).casefold()
    return unicodedata.normalize("NFC", folded)


def _legal(text: str) -> str:
    return _FORBIDDEN.sub("_", unicodedata.normalize("NFC", text))


def _size(text: str) -> int:
    return len(text.encode("utf-8", "surrogatepass"))


def _cut(text: str, limit: int) -> str:
    """At most `limit` bytes; a letter is not parted from its marks, nor an emoji from its own."""
    kept = len(text.encode()[:limit].decode("utf-8", "ignore"))
    end = kept
    while 0 < end < len(text) and (_joins(text[end]) or text[end - 1] == "\u200d"):
        end -= 1
    return text[: end or kept]


def _joins(char: str) -> bool:
    return (
        unicodedata.combining(char) != 0
        or char in "\u200d\ufe0e\ufe0f"
        or "\U0001f3fb" <= char <= "\U0001f3ff"
    )


def _render(template: str, fields: Mapping[str, str]) -> tuple[str, bool]:
    """The rendered name, and whether it is whole."""
    components = []
    whole = True
    for pattern in template.split("/"):
        # No value holds a `/` any more, so it can stand for the playlist while a title that says
        # "{playlist}" is told apart from it.
        text = _FIELD.sub(lambda match: _value(match[1], fields), pattern)
        text = text.replace(PLACEHOLDER, "(playlist)")
        before, folder, after = text.partition("/")
        free = LIMIT - ROOM - (len(PLACEHOLDER) if folder else 0)
        if _size(before) + _size(after) > free:
            whole = False
            before = _cut(before, max(free - _size(after), free // 2))
            after = _cut(after, free - _size(before))
        components.append(part(before + (PLACEHOLDER if folder else "") + after, LIMIT - ROOM))
    return "/".join(components), whole


def _value(field: str, fields: Mapping[str, str]) -> str:
    if field == "playlist":
        return "/"
    value = _legal(fields.get(field, "")).strip() or "_"
    return value.zfill(2) if field == "track" and value.isdecimal() else value


def _put(component: str, folder: str, limit: int) -> str:
    if component == PLACEHOLDER and _size(folder) <= limit:
        return folder
    if PLACEHOLDER in component:
        # What is cut is the folder's name: the end of the component tells the tracks apart.
        free = max(0, limit - _size(component) + len(PLACEHOLDER))
        component = part(component.replace(PLACEHOLDER, _cut(_legal(folder), free)), limit)
    return component if _size(component) <= limit else part(component, limit)
