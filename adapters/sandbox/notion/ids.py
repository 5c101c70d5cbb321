"""Ids of objects and properties, and the addresses made of them."""

from __future__ import annotations

import hashlib
import re
from urllib.parse import quote

UUID = re.compile(
    r"([0-9a-f]{8})-?([0-9a-f]{4})-?([1-8][0-9a-f]{3})-?([89ab][0-9a-f]{3})-?([0-9a-f]{12})"
)
NIL = "00000000-0000-0000-0000-000000000000"
ALPHABET = "".join(map(chr, range(0x3A, 0x7F))).replace("\\", "")
"""What ids of properties are made of: many of these have to be escaped in an address."""


def uuid(seed: str) -> str:
    """An id that follows from a text."""
    digits = hashlib.sha256(seed.encode()).hexdigest()
    variant = "89ab"[int(digits[16], 16) % 4]
    return f"{digits[:8]}-{digits[8:12]}-8{digits[13:16]}-{variant}{digits[17:20]}-{digits[20:32]}"


def dashed(text: str) -> str | None:
    """The one spelling of an id; None if it is none, variant and version included."""
    text = text.lower()
    if text in (NIL, NIL.replace("-", "")):
        return NIL
    found = UUID.fullmatch(text)
    return "-".join(found.groups()) if found else None


def property_id(seed: str) -> str:
    """Four characters, not escaped."""
    number = int.from_bytes(hashlib.sha256(seed.encode()).digest()[:8])
    made = ""
    for _ in range(4):
        number, rest = divmod(number, len(ALPHABET))
        made += ALPHABET[rest]
    return made


def escaped(an_id: str) -> str:
    """The id of a property as objects show it."""
    return quote(an_id, safe="")


def page_url(an_id: str, title: str) -> str:
    slug = re.sub(r"[^A-Za-z0-9_]+", "-", title).strip("-")
    return f"https://app.notion.com/p/{slug}{'-' if slug else ''}{an_id.replace('-', '')}"
