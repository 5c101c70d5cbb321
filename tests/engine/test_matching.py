from __future__ import annotations

from collections.abc import Sequence
from random import Random

import msgspec
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from engine.matching import LOWER, UPPER, Decision, Heard, Index, Wanted
from engine.titles import artists_key, compact
from state.values import Ref, Tags


def wanted(
    ref: str,
    credit: str,
    seconds: float = 200.0,
    *,
    album: str = "",
    isrc: str = "",
    explicit: bool | None = None,
    on: Sequence[str] = (),
) -> Wanted:
    """A track from `Artist; Artist | Title`."""
    artists, _, title = credit.partition(" | ")
    names = tuple(name for name in artists.split("; ") if name)
    ms = round(seconds * 1000)
    return Wanted(Ref(ref), title, names, album, ms, isrc, explicit, tuple(on))


def heard(
    credit: str = "",
    seconds: float = 200.0,
    *,
    path: str = "Music/unnamed.m4a",
    album: str = "",
    isrc: str = "",
) -> Heard:
    """An audio tagged `Artist; Artist | Title`; untagged if empty."""
    artists, _, title = credit.partition(" | ")
    names = tuple(name for name in artists.split("; ") if name)
    tags = Tags(title=title, artists=names, album=album, isrc=isrc)
    return Heard("a" * 64, tags, round(seconds * 1000), (path,))


def matched(decision: Decision) -> str:
    return " ".join(match.track for match in decision.matches)


def asked(decision: Decision) -> str:
    return " ".join(sorted(candidate.track for candidate in decision.review))


STROBE = [
    wanted("album", "deadmau5 | Strobe", 637.0),
    wanted("radio", "deadmau5 | Strobe - Radio Edit", 214.0),
    wanted("dimension", "deadmau5; Dimension | Strobe - Dimension Remix", 280.0),
    wanted("club", "deadmau5 | Strobe (Club Edit)", 370.0),
    wanted("live", "deadmau5 | Strobe - Live at Red Rocks", 637.5),
]
CREEP = [
    wanted("creep", "Radiohead | Creep", 238.6),
    wanted("acoustic", "Radiohead | Creep - Acoustic", 259.0),
]
POP = [
    wanted("hello-adele", "Adele | Hello", 295.5),
    wanted("hello-lionel", "Lionel Richie | Hello", 296.0),
    wanted("umbrella", "Rihanna; JAY-Z | Umbrella", 275.0),
    wanted("boxer", "Simon & Garfunkel | The Boxer", 308.0),
    wanted("september", "Earth, Wind & Fire | September", 215.0),
    wanted("thunder", "AC/DC | Thunderstruck", 292.0),
    wanted("bohemian", "Queen | Bohemian Rhapsody - Remastered 2011", 354.3),
    wanted("crazy", "Beyoncé; JAY-Z | Crazy In Love (feat. JAY-Z)", 236.0),
    wanted("satisfaction", "The Rolling Stones | (I Can't Get No) Satisfaction", 222.8),
    wanted("dont", "Fleetwood Mac | Don't Stop", 193.0),
    wanted("part1", "Pink Floyd | Another Brick in the Wall, Pt. 1", 190.0),
    wanted("part2", "Pink Floyd | Another Brick in the Wall, Pt. 2", 191.0),
    wanted("problems", "JAY-Z | 99 Problems", 235.0),
    wanted("let-it-go", 'Idina Menzel | Let It Go - From "Frozen"/Soundtrack Version', 223.0),
    wanted("live-album", "Amy Studt | Live", 180.0),
]
ODD = [
    wanted("yoru", "YOASOBI | 夜に駆ける", 261.0),
    wanted("zvezda", "Кино | Звезда по имени Солнце", 225.0),
    wanted("fairuz", "فيروز | نسم علينا الهوى", 240.0),
    wanted("four", "Ed Sheeran | 4", 100.0),
    wanted("divide", "Ed Sheeran | ÷", 150.0),
    wanted("question", "Ann | ???", 151.0),
    wanted("pi", "Kate Bush | π", 369.0),
    wanted("track1", "Nobody Known | Track 01", 120.0),
    wanted("youtube", " | Some Artist - Some Title", 130.0),
]
LISTS = [
    wanted("techno", "Ann | Opening", 300.0, on=["Techno / House"]),
    wanted("other-opening", "Bob | Opening", 300.0, on=["Dinner"]),
    wanted("twin-a", "Ann | Twin Title", 210.0, on=["Dinner"]),
    wanted("twin-b", "Bob | Twin Title", 210.5, on=["Dinner"]),
    wanted("short", "Ann | 22", 200.0, on=["Dinner"]),
    wanted("generic", "Ann | Track 07", 200.0, on=["Dinner"]),
    wanted("yoru-list", "YOASOBI | アイドル", 213.0, on=["アニメ"]),
    wanted("fire", "Ann | Flames", 222.0, on=["🔥"]),
]
NO_LENGTH = [
    wanted("unknown", "Ann | Lengthless", 0),
    wanted("unknown-1", "Ann | Lengthless Twin", 0),
    wanted("unknown-2", "Ann | Lengthless Twin", 0),
]
BY_ISRC = [
    wanted("one", "Ann | First Song", 200.0, isrc="GBAYE0601498"),
    wanted("two", "Ann | Second Song", 260.0, isrc="GBAYE0601499"),
    wanted("three", "Ann | Third Song", 0, isrc="GBAYE0601500"),
]
LIBRARY = Index(STROBE + CREEP + POP + ODD + LISTS + NO_LENGTH + BY_ISRC)

CASES: list[tuple[str, Heard, str, str]] = [
    # what, audio, matches, to be reviewed
    ("right version", heard("deadmau5 | Strobe", 637.4), "album", ""),
    ("radio edit", heard("deadmau5 | Strobe (Radio Edit)", 214.2), "radio", ""),
    ("radio edit in brackets", heard("deadmau5 | Strobe [Radio Mix]", 214.2), "radio", ""),
    ("original mix", heard("deadmau5 | Strobe (Original Mix)", 637.0), "album", ""),
    ("remix", heard("deadmau5 | Strobe (Dimension Remix)", 280.0), "dimension", ""),
    ("remix by the remixer", heard("Dimension | Strobe (Dimension Remix)", 280), "dimension", ""),
    ("another remix", heard("deadmau5 | Strobe (Lane 8 Remix)", 280.0), "", ""),
    ("remix of the album's length", heard("deadmau5 | Strobe (Lane 8 Remix)", 637.0), "", ""),
    ("live", heard("deadmau5 | Strobe (Live)", 637.5), "live", ""),
    ("extended that is unknown", heard("deadmau5 | Strobe (Extended Mix)", 637.0), "", ""),
    ("plain title, other length", heard("deadmau5 | Strobe", 500.0), "", ""),
    ("plain title, radio edit's length", heard("deadmau5 | Strobe", 214.0), "", ""),
    ("channel as artist", heard("deadmau5 - Topic | Strobe", 637.4), "album", ""),
    ("artist within the title", heard("Label | deadmau5 - Strobe", 637.0), "album", ""),
    (
        "artist in it twice",
        heard("deadmau5 | deadmau5 - Strobe (Official Audio)", 637),
        "album",
        "",
    ),
    ("sped up", heard("Radiohead | Creep (Sped Up)", 238.6), "", ""),
    ("slowed", heard("Radiohead | Creep slowed + reverb", 238.6), "", ""),
    ("nightcore", heard("Radiohead | Creep [Nightcore]", 238.6), "", ""),
    ("8d", heard("Radiohead | Creep (8D Audio)", 238.6), "", ""),
    ("karaoke", heard("Radiohead | Creep (Karaoke Version)", 238.6), "", ""),
    ("instrumental", heard("Radiohead | Creep (Instrumental)", 238.6), "", ""),
    ("demo", heard("Radiohead | Creep (Demo)", 238.6), "", ""),
    ("a cappella", heard("Radiohead | Creep (Acapella)", 238.6), "", ""),
    ("acoustic", heard("Radiohead | Creep (Acoustic Version)", 259.3), "acoustic", ""),
    ("cover", heard("Some Band | Creep (Radiohead Cover)", 238.6), "", ""),
    ("cover without a word", heard("Some Band | Creep", 238.6), "", ""),
    ("tribute", heard("Radiohead | Creep (In the Style of Radiohead)", 238.6), "", ""),
    ("same title, first artist", heard("Adele | Hello", 295.5), "hello-adele", ""),
    ("same title, other artist", heard("Lionel Richie | Hello", 295.5), "hello-lionel", ""),
    ("same title, third artist", heard("Evanescence | Hello", 295.5), "", ""),
    ("same title, no artist", heard(" | Hello", 295.5), "", "hello-adele hello-lionel"),
    ("various artists", heard("Various Artists | Hello", 290), "", ""),
    (
        "various artists, right length",
        heard("Various Artists | Hello", 295.5),
        "",
        "hello-adele hello-lionel",
    ),
    (
        "various artists, named file",
        heard("Various Artists | Hello", 295.5, path="in/Adele - x.m4a"),
        "hello-adele",
        "",
    ),
    ("artist order", heard("JAY-Z; Rihanna | Umbrella", 275.0), "umbrella", ""),
    ("artists joined", heard("Rihanna feat. JAY-Z | Umbrella", 275.0), "umbrella", ""),
    ("guest in the title", heard("Rihanna | Umbrella (feat. JAY-Z)", 275.0), "umbrella", ""),
    ("main artist only", heard("Rihanna | Umbrella", 275.0), "umbrella", ""),
    ("guest only", heard("JAY-Z | Umbrella", 275.0), "umbrella", ""),
    ("guest on both sides", heard("Beyonce | Crazy in Love ft. Jay-Z", 236.0), "crazy", ""),
    ("guest left out", heard("Beyoncé | Crazy In Love", 236.0), "crazy", ""),
    ("a duo in two", heard("Simon; Garfunkel | The Boxer", 308.0), "boxer", ""),
    ("a duo with and", heard("Simon and Garfunkel | The Boxer", 308.0), "boxer", ""),
    ("a band of three", heard("Earth Wind & Fire | September", 215.0), "september", ""),
    ("a slash", heard("ACDC | Thunderstruck", 292.0), "thunder", ""),
    ("the", heard("Rolling Stones | (I Can’t Get No) Satisfaction", 222.8), "satisfaction", ""),
    ("apostrophe lost", heard("Fleetwood Mac | Dont Stop", 193.0), "dont", ""),
    ("remaster on one side", heard("Queen | Bohemian Rhapsody", 354.0), "bohemian", ""),
    ("another remaster", heard("Queen | Bohemian Rhapsody (1993 Remaster)", 355), "bohemian", ""),
    ("typing error", heard("Queen | Bohemian Rapsody", 354.3), "bohemian", ""),
    ("typing error, other length", heard("Queen | Bohemian Rapsody", 361.0), "", "bohemian"),
    ("typing error, far away", heard("Queen | Bohemian Rapsody", 364.0), "", ""),
    ("typing error in the artist", heard("Fleetwod Mac | Don't Stop", 193.0), "dont", ""),
    ("part 2", heard("Pink Floyd | Another Brick in the Wall, Pt. 2", 191.0), "part2", ""),
    ("part 3", heard("Pink Floyd | Another Brick in the Wall, Pt. 3", 191.0), "", ""),
    ("a word as title", heard("Amy Studt | Live", 180.0), "live-album", ""),
    ("2.0 s", heard("Adele | Hello", 297.5), "hello-adele", ""),
    ("4.9 s", heard("Adele | Hello", 300.4), "hello-adele", ""),
    ("5.5 s", heard("Adele | Hello", 301.0), "", "hello-adele"),
    ("6.9 s", heard("Adele | Hello", 302.4), "", "hello-adele"),
    ("14 s", heard("Adele | Hello", 309.5), "", "hello-adele"),
    ("16 s", heard("Adele | Hello", 311.5), "", ""),
    ("length of the file unknown", heard("Adele | Hello", 0), "hello-adele", ""),
    ("Japanese", heard("YOASOBI | 夜に駆ける", 261.2), "yoru", ""),
    ("Japanese, other title", heard("YOASOBI | 群青", 261.2), "", ""),
    ("Cyrillic", heard("КИНО | Звезда По Имени Солнце", 225.0), "zvezda", ""),
    ("Arabic", heard("فيروز | نسم علينا الهوى", 240.0), "fairuz", ""),
    ("one digit with its artist", heard("Ed Sheeran | 4", 100.0), "four", ""),
    ("one digit alone", heard(" | 4", 100.0), "", ""),
    ("a sign with its artist", heard("Ed Sheeran | ÷", 150.0), "divide", ""),
    ("a sign alone", heard(" | ÷", 150.0), "", ""),
    ("another sign", heard("Ed Sheeran | ★", 150.0), "", ""),
    ("question marks alone", heard(" | ???", 151.0), "", ""),
    ("a Greek letter", heard("Kate Bush | Π", 369.0), "pi", ""),
    ("a Greek letter alone", heard(" | π", 369.0), "", ""),
    ("generic title alone", heard(" | Track 01", 120.0), "", ""),
    ("artist only in the track's title", heard("Some Artist | Some Title", 130), "youtube", ""),
    # untagged
    ("file name", heard(seconds=637, path="in/deadmau5 - Strobe.mp3"), "album", ""),
    ("numbered", heard(seconds=637, path="in/10 - deadmau5 - Strobe.mp3"), "album", ""),
    ("underscores", heard(seconds=637, path="in/deadmau5_-_Strobe.mp3"), "album", ""),
    ("video id", heard(seconds=637, path="in/deadmau5 - Strobe [dQw4w9WgXcQ].m4a"), "album", ""),
    ("wrong way round", heard(seconds=637, path="in/Strobe - deadmau5.m4a"), "album", ""),
    ("version", heard(seconds=214, path="in/deadmau5 - Strobe (Radio Edit).m4a"), "radio", ""),
    (
        "dashed version",
        heard(seconds=214, path="in/deadmau5 - Strobe - Radio Edit.m4a"),
        "radio",
        "",
    ),
    ("other version", heard(seconds=637, path="in/deadmau5 - Strobe (Extended Mix).m4a"), "", ""),
    ("artist's folder", heard(seconds=637, path="deadmau5/Album/10 Strobe.m4a"), "album", ""),
    ("number in the title", heard(seconds=235, path="in/JAY-Z - 99 Problems.m4a"), "problems", ""),
    ("title tag, named file", heard(" | Hello", 295.5, path="Adele - x.m4a"), "hello-adele", ""),
    ("generic tag", heard(" | Track 3", 295.5, path="in/Adele - Hello.m4a"), "hello-adele", ""),
    (
        "signs a file system refuses",
        heard(seconds=193, path="Fleetwood Mac - Don_t Stop.m4a"),
        "dont",
        "",
    ),
    ("tags before the name", heard("Ann | Nothing", 637, path="in/deadmau5 - Strobe.mp3"), "", ""),
    ("generic file name", heard(seconds=120, path="in/Track 01.mp3"), "", ""),
    # in the folder of a playlist
    ("playlist", heard(" | Opening", 300, path="Techno - House/x.m4a"), "techno", ""),
    ("playlist, untagged", heard(seconds=300, path="Techno _ House/01 Opening.m4a"), "techno", ""),
    ("other playlist", heard(" | Opening", 300, path="Dinner/x.m4a"), "other-opening", ""),
    ("no playlist", heard(" | Opening", 300, path="in/x.m4a"), "", "other-opening techno"),
    ("playlist, other length", heard(" | Opening", 308, path="Techno - House/x.m4a"), "", ""),
    (
        "playlist, two of the title",
        heard(" | Twin Title", 210, path="Dinner/x.m4a"),
        "",
        "twin-a twin-b",
    ),
    ("playlist, too short", heard(" | 22", 200, path="Dinner/x.m4a"), "", "short"),
    ("playlist, generic", heard(seconds=200, path="Dinner/Track 07.m4a"), "", "generic"),
    ("playlist, Japanese", heard(seconds=213, path="アニメ/アイドル.m4a"), "yoru-list", ""),
    ("playlist, emoji", heard(seconds=222, path="🔥/Flames.m4a"), "fire", ""),
    ("playlist, other artist", heard("Eve | Flames", 222, path="🔥/x.m4a"), "", "fire"),
    # no length
    ("no length", heard("Ann | Lengthless", 200), "unknown", ""),
    ("no length, other artist", heard("Bob | Lengthless", 200), "", ""),
    ("no length, no artist", heard(" | Lengthless", 200), "", ""),
    ("no length, two of them", heard("Ann | Lengthless Twin"), "", "unknown-1 unknown-2"),
    # isrc
    ("isrc", heard("Ann | First Song", 200, isrc="GBAYE0601498"), "one", ""),
    ("isrc as people write it", heard("Ann | First Song", isrc="gb-aye-06-01498"), "one", ""),
    ("isrc, title retold", heard("Ann | Das erste Lied", 201, isrc="GBAYE0601498"), "one", ""),
    ("isrc, other length", heard("Ann | First Song", 230, isrc="GBAYE0601498"), "one", ""),
    ("isrc, other credit", heard("Label | First Song", 200, isrc="GBAYE0601498"), "one", ""),
    ("isrc, no title", heard(seconds=201, isrc="GBAYE0601498"), "one", ""),
    ("isrc, all else differs", heard("Bob | Elsewhere", 400, isrc="GBAYE0601498"), "", "one"),
    ("isrc, extended", heard("Ann | First Song (Extended)", 400, isrc="GBAYE0601498"), "", "one"),
    ("isrc of another", heard("Ann | Second Song", 260, isrc="GBAYE0601498"), "", "one two"),
    ("isrc, length unknown", heard("Ann | Third Song", 100, isrc="GBAYE0601500"), "three", ""),
    ("isrc, nothing known", heard("Ann | Fourth", 100, isrc="GBAYE0601500"), "", "three"),
    ("unknown isrc", heard("Ann | First Song", 200, isrc="USXXX0000001"), "one", ""),
    ("nothing known", heard(seconds=200, path=""), "", ""),
]


@pytest.mark.parametrize(("what", "audio", "matches", "review"), CASES, ids=[c[0] for c in CASES])
def test_library(what: str, audio: Heard, matches: str, review: str) -> None:
    decision = LIBRARY.decide(audio)
    assert (matched(decision), asked(decision)) == (matches, review), decision


# ---- several ids of one recording --------------------------------------------------------------

SONG = heard("Ann | Song", 200.0, album="Deluxe")

TWINS: list[tuple[str, list[Wanted], Heard, str, str]] = [
    (
        "single, album and deluxe",
        [
            wanted("a", "Ann | Song", 200.0, album="Song"),
            wanted("b", "Ann | Song", 200.9, album="Album"),
            wanted("c", "Ann | Song", 199.5, album="Deluxe"),
        ],
        SONG,
        "c a b",
        "",
    ),
    (
        "other isrc, other guests",
        [
            wanted("a", "Ann | Song", isrc="USSM10027184"),
            wanted("b", "Ann; Bob | Song (feat. Bob)", isrc="SEWDL0210042"),
        ],
        heard("Ann | Song", isrc="USSM10027184"),
        "a b",
        "",
    ),
    (
        "explicit and clean",
        [wanted("a", "Ann | Song", explicit=True), wanted("b", "Ann | Song", explicit=False)],
        SONG,
        "",
        "a b",
    ),
    (
        "explicit, clean and unknown",
        [
            wanted("a", "Ann | Song", explicit=True),
            wanted("b", "Ann | Song", explicit=False),
            wanted("c", "Ann | Song"),
        ],
        SONG,
        "",
        "a b c",
    ),
    (
        "explicit twice",
        [wanted("a", "Ann | Song", explicit=True), wanted("b", "Ann | Song", explicit=True)],
        SONG,
        "a b",
        "",
    ),
    (
        "the file says clean",
        [wanted("a", "Ann | Song", explicit=True), wanted("b", "Ann | Song", explicit=False)],
        heard("Ann | Song (Clean)"),
        "b",
        "",
    ),
    (
        "the isrc says clean",
        [
            wanted("a", "Ann | Song", explicit=True, isrc="USAAA0000001"),
            wanted("b", "Ann | Song", explicit=False, isrc="USAAA0000002"),
        ],
        heard("Ann | Song", isrc="USAAA0000002"),
        "b",
        "",
    ),
    (
        "only the explicit one is on the folder's playlist",
        [
            wanted("a", "Ann | Song", explicit=True, on=["Gym"]),
            wanted("b", "Ann | Song", explicit=False, on=["Party"]),
        ],
        heard("Ann | Song", path="Gym/x.m4a"),
        "a",
        "",
    ),
    (
        "two lengths, between them",
        [wanted("a", "Ann | Song", 200.0), wanted("b", "Ann | Song", 203.0)],
        heard("Ann | Song", 201.5),
        "",
        "a b",
    ),
    (
        "two lengths, at one of them",
        [wanted("a", "Ann | Song", 200.0), wanted("b", "Ann | Song", 204.5)],
        SONG,
        "a",
        "",
    ),
    (
        "two lengths, rather at one of them",
        [wanted("a", "Ann | Song", 200.0), wanted("b", "Ann | Song", 203.0)],
        SONG,
        "",
        "a b",
    ),
    (
        "the isrc decides between what contradicts itself",
        [
            wanted("a", "Ann | Song", explicit=True),
            wanted("b", "Ann | Song", explicit=False),
            wanted("c", "Ann | Song", isrc="USAAA0000001"),
        ],
        heard("Ann | Song", isrc="USAAA0000001"),
        "c",
        "",
    ),
    (
        "explicit and clean by title only",
        [wanted("a", "Ann | Song (Clean)"), wanted("b", "Ann | Song (Explicit)")],
        heard("Ann | Song [Explicit]"),
        "b",
        "",
    ),
    (
        "two artists of one title, both credited",
        [wanted("a", "Ann | Song"), wanted("b", "Bob | Song")],
        heard("Ann; Bob | Song"),
        "",
        "a b",
    ),
    (
        "one isrc, two ids",
        [
            wanted("a", "Ann | Song", 200.0, isrc="USAAA0000001"),
            wanted("b", "Ann | Song - Single", 201.0, isrc="USAAA0000001"),
        ],
        heard("Ann | Song", isrc="USAAA0000001"),
        "a b",
        "",
    ),
    (
        "a twin without length",
        [wanted("a", "Ann | Song", 200.0), wanted("b", "Ann | Song", 0)],
        SONG,
        "a",
        "",
    ),
    (
        "a remaster beside it",
        [wanted("a", "Ann | Song"), wanted("b", "Ann | Song - 2011 Remaster", 201.0)],
        SONG,
        "a b",
        "",
    ),
]


@pytest.mark.parametrize(
    ("what", "tracks", "audio", "matches", "review"), TWINS, ids=[twin[0] for twin in TWINS]
)
def test_twins(what: str, tracks: list[Wanted], audio: Heard, matches: str, review: str) -> None:
    decision = Index(tracks).decide(audio)
    assert (matched(decision), asked(decision)) == (matches, review), decision


# ---- what people read --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("audio", "by", "evidence"),
    [
        (heard("Adele | Hello", 295.9), "title", "title and artist equal, 0.4 s apart"),
        (
            heard("Ann | First Song", isrc="GBAYE0601498"),
            "isrc",
            "ISRC GBAYE0601498, title equal, 0.0 s apart",
        ),
        (
            heard(" | Opening", 300, path="Techno - House/x.m4a"),
            "playlist folder",
            "title equal, in the folder of Techno / House, 0.0 s apart",
        ),
        (
            heard(seconds=637, path="in/deadmau5 - Strobe.mp3"),
            "title",
            "title and artist equal, 0.0 s apart, by file name",
        ),
        (heard("Ann | Lengthless"), "title", "title and artist equal, length unknown"),
    ],
)
def test_evidence(audio: Heard, by: str, evidence: str) -> None:
    (match,) = LIBRARY.decide(audio).matches
    assert (match.by, match.evidence) == (by, evidence)


def test_the_playlist_that_decided_is_named() -> None:
    tracks = [
        wanted("a", "Ann | Song", explicit=True, on=["Gym"]),
        wanted("b", "Ann | Song", explicit=False),
    ]
    decision = Index(tracks).decide(heard("Ann | Song", path="Gym/x.m4a"))
    assert decision.matches[0].by == "playlist folder"
    assert decision.matches[0].evidence.endswith("in the folder of Gym")
    assert decision.others[0].why.endswith("but another fits better")


def test_losers_say_why() -> None:
    decision = LIBRARY.decide(heard("deadmau5 | Strobe", 637.0))
    reasons = {candidate.track: candidate.why for candidate in decision.others}
    assert reasons[Ref("radio")].startswith("other version (plain, not radio edit)")
    assert reasons[Ref("live")].startswith("other version (plain, not live)")


def test_a_guess_that_found_nobody_is_no_candidate() -> None:
    # Read as artist - title, this is `Live` by `Nothing`; there is a `Live`, by Amy Studt.
    assert LIBRARY.decide(heard("Ann | Nothing - Live", 180.0)) == Decision()


def test_at_most_five_losers() -> None:
    covers = [wanted(f"cover-{n}", f"Band {n} | Song") for n in range(9)]
    decision = Index(covers).decide(SONG)
    assert [candidate.track for candidate in decision.others] == [f"cover-{n}" for n in range(5)]


def test_a_rejected_twin_leaves_the_other() -> None:
    tracks = [wanted("a", "Ann | Song", explicit=True), wanted("b", "Ann | Song", explicit=False)]
    assert matched(Index(tracks).decide(SONG, rejected=[Ref("a")])) == "b"


def test_none_of_all() -> None:
    assert LIBRARY.decide(heard("Adele | Hello", 295.5), rejected=[Ref("")]) == Decision()


def test_the_marks_mean_what_they_say() -> None:
    for _, audio, _, _ in CASES:
        decision = LIBRARY.decide(audio)
        assert all(UPPER <= match.score <= 1 for match in decision.matches)
        assert all(LOWER <= candidate.score <= 1 for candidate in decision.review)


# ---- properties --------------------------------------------------------------------------------

TITLES = st.sampled_from(
    ["Song", "Song (Live)", "Song - Radio Edit", "Song (X Remix)", "Sonq", "Other", "4", "夜", "?"]
)
ARTISTS = st.lists(st.sampled_from(["Ann", "Bob", "Ann & Bob", "YOASOBI"]), max_size=2).map(tuple)
SECONDS = st.sampled_from([0, 198000, 200000, 201000, 203500, 206000, 212000, 260000])
ISRCS = st.sampled_from(["", "", "USAAA0000001", "USAAA0000002"])
NAMES = st.lists(st.sampled_from(["Gym", "Dinner"]), max_size=2).map(tuple)
PATHS = st.sampled_from(["x.m4a", "Gym/x.m4a", "Dinner/Ann - Song.m4a", "Ann/Album/01 Song.m4a"])

tracks_of = st.lists(
    st.builds(
        Wanted,
        ref=st.integers(0, 99).map(lambda n: Ref(f"r{n:02}")),
        title=TITLES,
        artists=ARTISTS,
        album=st.sampled_from(["", "Album", "Deluxe"]),
        duration_ms=SECONDS,
        isrc=ISRCS,
        explicit=st.sampled_from([None, True, False]),
        playlists=NAMES,
    ),
    max_size=8,
    unique_by=lambda track: track.ref,
)
audios = st.builds(
    Heard,
    audio=st.just("a" * 64),
    tags=st.builds(
        Tags,
        title=st.one_of(st.just(""), TITLES),
        artists=ARTISTS,
        album=st.sampled_from(["", "Album", "Deluxe"]),
        isrc=ISRCS,
    ),
    duration_ms=SECONDS,
    paths=st.lists(PATHS, max_size=2).map(tuple),
)


def told(decision: Decision) -> set[Ref]:
    refs = {match.track for match in decision.matches}
    return refs | {each.track for each in decision.review + decision.others}


@given(tracks_of, audios, st.randoms(use_true_random=False))
def test_the_order_of_the_library_is_nothing(
    tracks: list[Wanted], audio: Heard, random: Random
) -> None:
    shuffled = list(tracks)
    random.shuffle(shuffled)
    assert Index(shuffled).decide(audio) == Index(tracks).decide(audio)


@given(tracks_of, audios)
def test_a_rejected_track_is_as_good_as_none(tracks: list[Wanted], audio: Heard) -> None:
    for track in tracks:
        rest = [other for other in tracks if other is not track]
        decision = Index(tracks).decide(audio, rejected={track.ref})
        assert track.ref not in told(decision)
        assert decision == Index(rest).decide(audio)


@given(tracks_of, audios)
def test_what_matches_agrees(tracks: list[Wanted], audio: Heard) -> None:
    decision = Index(tracks).decide(audio)
    assert not (decision.matches and decision.review)
    by_ref = {track.ref: track for track in tracks}
    found = [by_ref[match.track] for match in decision.matches if match.by != "isrc"]
    for one in found:
        if one.duration_ms and audio.duration_ms:
            assert abs(one.duration_ms - audio.duration_ms) <= 7000
        for other in found:
            assert {one.explicit, other.explicit} != {True, False}
            if one.duration_ms and other.duration_ms:
                assert abs(one.duration_ms - other.duration_ms) <= 2000


@given(
    st.text(min_size=1, max_size=30),
    st.lists(st.text(min_size=1, max_size=20), min_size=1, max_size=3),
    st.integers(1, 3_600_000),
    st.sampled_from([None, True, False]),
)
def test_a_file_tagged_like_a_track_is_that_track(
    title: str, artists: list[str], duration_ms: int, explicit: bool | None
) -> None:
    assume(title.strip() and artists[0].strip())
    nobody = {"various", "va", "variousartists", "unknown", "unknownartist"}
    assume(not artists_key(artists) <= nobody)
    track = Wanted(Ref("it"), title, tuple(artists), "", duration_ms, "", explicit)
    others = [
        wanted("cover", f"Zed Nobody | {compact(title)}", duration_ms / 1000),
        wanted("else", f"{artists[0]} | Something quite different", duration_ms / 1000),
    ]
    tags = Tags(title=title, artists=tuple(artists))
    audio = Heard("a" * 64, tags, duration_ms, ("x.m4a",))
    assert matched(Index([track, *others]).decide(audio)) == "it"


@given(tracks_of, audios)
def test_deciding_again_decides_alike(tracks: list[Wanted], audio: Heard) -> None:
    index = Index(tracks)
    assert index.decide(audio) == index.decide(msgspec.structs.replace(audio))
