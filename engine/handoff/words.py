"""The kinds of matters in words: what is asked, what may be answered, what to do elsewhere."""

from __future__ import annotations

import hashlib

import msgspec

LEAVE = "leave"
ALLOW = "allow"


class Kind(msgspec.Struct, frozen=True):
    """One kind of matter."""

    question: str
    because: str
    words: dict[str, str]
    """Answer → what it means. Candidates and options of a matter are answers too."""
    address: bool = False
    """An address of the web is an answer."""
    elsewhere: str = ""
    """What to do, where saying something is not enough; then it closes by itself."""
    seen: str = ""
    """The answer that "done" stands for; empty: none."""


KINDS: dict[str, Kind] = {
    "match": Kind(
        "Which track is it?",
        "nothing that the file says of itself names one track for sure",
        {"reject": "it is none of these", "none": "it is no track at all"},
    ),
    "edited": Kind(
        "Keep what was done to these files, or put them back?",
        "files of ours were moved or deleted, and not by us",
        {"follow": "keep what was done", "restore": "put the files back"},
    ),
    "same playlist": Kind(
        "One playlist, or two?",
        "they have one name, and too few rows in common",
        {"one": "they are one playlist", "two": "they are two"},
    ),
    "conflict": Kind(
        "Is all as it should be there?",
        "a run was interrupted, and somebody else changed the files before the next one",
        {"done": "I have looked at it"},
        seen="done",
    ),
    "offer": Kind(
        "Which recording is it?",
        "what was found at media sites may be it, and nothing of it is so for sure",
        {"reject": "it is none of these"},
        address=True,
    ),
    "same recording": Kind(
        "One track, or two?",
        "they sound much alike, but not so much that it is certain",
        {"one": "they are one track", "two": "they are two"},
    ),
    "failed": Kind(
        "Where can it be had?",
        "no address that is known will ever give its audio",
        {"retry": "try these addresses again", LEAVE: "let it be without a file"},
        address=True,
        seen=LEAVE,
    ),
    "access": Kind(
        "Log in again.",
        "the service does not honour the login any more",
        {},
        elsewhere="log in again: {}",
    ),
    "unreadable": Kind(
        "Make it readable, or leave it?",
        "the service lists the playlist and does not let it be read",
        {LEAVE: "let it be; what is known of it stays"},
        elsewhere="have its owner open it, or copy it to a playlist of your own",
        seen=LEAVE,
    ),
    "refused": Kind(
        "Are these removals meant?",
        "so many files would leave their place that it may be a mistake",
        {LEAVE: "they stay where they are, and this is not asked again"},
    ),
    "notion": Kind(
        "What is meant on that row?",
        "somebody asked for something on a row of the catalogue, and it cannot be understood",
        {},
        elsewhere="put the row right in Notion, or take back what it asks for",
    ),
    "trashed": Kind(
        "Shall it stay in the trash?",
        "somebody put the page into Notion's trash, or deleted it; it is not made again",
        {LEAVE: "it stays there"},
        elsewhere="restore the page in Notion",
        seen=LEAVE,
    ),
}

NUMBERED = frozenset({"match", "offer"})
"""Kinds whose candidates are answers."""
LOGINS = {"spotify": "sync login spotify", "notion": "sync notion token"}
"""Service → what to type where access has expired."""


def name(topic: str, matter: str) -> str:
    """The short id of a matter: of its file, of its row, and for the command line.

    `offer-` and twelve hex digits of the SHA-256 of its identity.
    """
    digest = hashlib.sha256(matter.encode("utf-8", "surrogatepass")).hexdigest()
    return f"{topic.replace(' ', '-')}-{digest[:12]}"


def answers(topic: str, options: tuple[str, ...] = ()) -> dict[str, str]:
    """The words that answer a matter, besides its candidates."""
    peculiar = {option: _option(option) for option in options}
    return peculiar | KINDS[topic].words


def _option(option: str) -> str:
    word, _, number = option.partition(" ")
    assert word == ALLOW
    return f"let {number} files leave their place in the next run"


def elsewhere(topic: str, matter: str) -> str:
    """What to do, where saying something is not enough; empty: an answer does."""
    service = matter.partition(":")[2]
    return KINDS[topic].elsewhere.format(LOGINS.get(service, f"see the settings of {service}"))


def todo(topic: str, matter: str, options: tuple[str, ...] = (), candidates: int = 0) -> str:
    """What to type, on one line."""
    words = [str(number) for number in range(1, candidates + 1)] + list(answers(topic, options))
    words += ["ADDRESS"] if KINDS[topic].address else []
    said = "|".join(f"'{word}'" if " " in word else word for word in words)
    answer = f"sync review --matter {name(topic, matter)} --answer {said}" if words else ""
    return "; or ".join(filter(None, (elsewhere(topic, matter), answer)))
