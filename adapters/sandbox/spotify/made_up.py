"""Music that nobody has recorded: a small library to begin with, and large ones by the number."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from itertools import cycle, islice

from adapters.sandbox.spotify.library import (
    Album,
    Artist,
    Episode,
    Library,
    Liked,
    LocalFile,
    Playlist,
    Row,
    Show,
    Track,
    User,
    an_id,
    iso,
)

ACCOUNT = User("robinvale", "Robin Vale", "aB3dE5fG7h")
FRIEND = User("marlo-k", "Marlo")
STRANGER = User("31x7kq2peakhour", "Peak Hour Radio")
SINCE = 1_704_067_200.0  # 2024-01-01
DAY = 86_400

SMALL = (
    # artist, album, released, titles
    ("Anselm Gray", "Tidewater", "2021-03-12", ("Low Lamp", "Tidewater", "Ferry Home", "Salt")),
    ("Mira Okafor", "Glass Hours", "2023-09-01", ("Glass Hours", "Nine to Nowhere", "Undertow")),
    ("Night Bus Choir", "Terminus", "2019", ("Terminus", "Last Stop Lights", "Seat 12")),
    ("Ørsted & Lund", "Kølig", "2022-11", ("Kølig", "Første Sne", "Havnen")),
    ("Velvet Static", "Velvet Static EP", "2024-02-16", ("Warm Up", "Static", "Warm Up - Dub Mix")),
    ("Tomás Ribeiro", "Fado Elétrico", "2018-06-29", ("Saudade 2.0", "Rua Nova", "Alfama at 3am")),
    ("DJ Halogen", "Peak", "2024-07-05", ("Peak", "Peak - Extended Mix", "Afterglow")),
)


def track(
    title: str,
    artists: Sequence[str] | str,
    album: str = "",
    *,
    isrc: str | None = None,
    seconds: float = 0,
    released: str = "2020-01-01",
    number: int = 1,
    of: int = 1,
    explicit: bool = False,
) -> Track:
    """A track with ids that follow from its names: the same names give the same track.

    `isrc` None makes one up, an empty one is a track that has none.
    """
    names = [artists] if isinstance(artists, str) else list(artists)
    people = tuple(Artist(an_id(f"artist {name}"), name, ("electronic",)) for name in names)
    record = Album(
        an_id(f"album {names[0]} {album or title}"),
        album or title,
        people[:1],
        released,
        "album" if of > 3 else "single",
        of,
        f"{_number(f'upc {names[0]} {album}', 12):012}",
        f"{names[0]} Records",
    )
    seed = f"track {names[0]} {album} {title}"
    length = round(seconds * 1000) or 120_000 + _number(seed, 6) % 240_000
    code = f"QZ{'ABCDEFGHJK'[_number(seed, 1)]}7C{_number(seed, 7):07}" if isrc is None else isrc
    return Track(
        an_id(seed), title, people, record, length, code, number,
        explicit=explicit, popularity=_number(seed, 2),
    )  # fmt: skip


def _number(seed: str, digits: int) -> int:
    number = int.from_bytes(hashlib.sha256(seed.encode()).digest()[:8])
    return int(number % 10**digits)


def ghost(seed: str) -> Track:
    """A track of which only the id is left."""
    nobody = Artist(an_id(f"nobody {seed}"), "")
    record = Album(an_id(f"no album {seed}"), "", (nobody,), "0000", total_tracks=0)
    return Track(an_id(f"ghost {seed}"), "", (nobody,), record, 0, "", 0, 0)


def small() -> Library:
    """Own playlists, liked songs, a friend's playlist that one may change, and one that is
    followed but may not be read; in `Odds and Ends` everything that a row can be."""
    library = Library(ACCOUNT)
    for user in (FRIEND, STRANGER):
        library.users[user.id] = user
    by_title: dict[str, str] = {}
    for artist, album, released, titles in SMALL:
        for place, title in enumerate(titles, 1):
            made = track(
                title, artist, album, released=released, number=place, of=len(titles),
                explicit=title == "Seat 12",
            )  # fmt: skip
            library.put(made)
            by_title[title] = made.uri

    def playlist(name: str, titles: Sequence[str], owner: User = ACCOUNT, day: int = 0) -> Playlist:
        rows = [
            Row(by_title[title], iso(SINCE + (day + place) * DAY), owner.id)
            for place, title in enumerate(titles)
        ]
        made = Playlist(an_id(f"playlist {owner.id} {name}"), name, owner, rows)
        made.revision = len(rows) + 1
        return library.put_playlist(made)

    playlist("Late Night", ("Low Lamp", "Terminus", "Glass Hours", "Kølig", "Alfama at 3am"))
    playlist("Warm up", ("Warm Up", "Static", "Rua Nova", "Warm Up", "Undertow"), day=40)
    coffee = playlist("Sunday / Coffee ☕", ("Ferry Home", "Første Sne", "Saudade 2.0"), day=90)
    coffee.public, coffee.description = False, "slow ones &amp; nothing else"
    shared = playlist("Road Trip", ("Peak", "Last Stop Lights"), FRIEND, day=120)
    shared.collaborative, shared.public = True, False
    shared.collaborators.add(ACCOUNT.id)
    shared.rows.append(Row(by_title["Havnen"], iso(SINCE + 130 * DAY), ACCOUNT.id))
    playlist("Peak Hour Weekly", ("Peak - Extended Mix", "Afterglow", "Static"), STRANGER, day=200)
    _odds(library, playlist("Odds and Ends", ("Tidewater",), day=300))
    playlist("Empty", ())
    favourites = "Tidewater,Nine to Nowhere,Seat 12,Havnen,Saudade 2.0,Peak,Salt,Kølig,Low Lamp"
    for place, title in enumerate(favourites.split(",")):
        library.like([by_title[title]], iso(SINCE + place * 20 * DAY))
    return library


def _odds(library: Library, playlist: Playlist) -> None:
    moved = track("Moved House", "Anselm Gray", "Lost Singles")
    again = track("Moved House", "Anselm Gray", "Lost Singles (Deluxe)", isrc=moved.isrc)
    lower = track("Quiet Please", "Mira Okafor", "Demos", isrc="qzab72400017")
    away = track("Only Elsewhere", "Velvet Static", "Imports")
    gone = track("Taken Down", "Velvet Static", "Withdrawn")
    local = LocalFile("Robin Vale", "", "Kitchen Mix (Live)", 5432)
    show = Show(an_id("show"), "Talking Grooves", "Grooves Media", 12)
    talk = Episode(an_id("episode"), "On Tape Hiss", show)
    nothing = ghost("small")
    library.put(moved, again, lower, away, gone, local, talk, nothing)
    library.relinked[moved.uri] = again.uri
    library.put(restricted(away))
    library.items[gone.uri] = None
    uris = (local.uri, talk.uri, moved.uri, away.uri, lower.uri, gone.uri, nothing.uri)
    playlist.rows += [Row(uri, iso(SINCE + 310 * DAY), ACCOUNT.id) for uri in uris]
    # Very old rows have lost who added them, or when.
    playlist.rows[-2].by = ""
    playlist.rows[-1].by = playlist.rows[-1].added_at = None
    playlist.revision += len(uris)


def restricted(track: Track, reason: str = "market") -> Track:
    return replace(track, restriction=reason)


def large(playlists: int = 132, rows: int = 60, liked: int = 5_300, tracks: int = 8_000) -> Library:
    """A library of a size; every track is on an album of ten, and playlists share them."""
    library = Library(ACCOUNT)
    uris = []
    for number in range(tracks):
        album, place = divmod(number, 10)
        made = track(
            f"Title {number}", f"Artist {album % 700}", f"Album {album}",
            number=place + 1, of=10,
        )  # fmt: skip
        library.put(made)
        uris.append(made.uri)
    turn = cycle(uris)
    for number in range(playlists):
        when = SINCE + number * DAY
        added = [
            Row(uri, iso(when + place), ACCOUNT.id) for place, uri in enumerate(islice(turn, rows))
        ]
        name = f"Playlist {number:03}"
        library.put_playlist(Playlist(an_id(name), name, ACCOUNT, added, revision=rows + 1))
    favourites = [Liked(uri, iso(SINCE + n * 60)) for n, uri in enumerate(islice(turn, liked))]
    library.liked = favourites[::-1][:tracks]
    return library
