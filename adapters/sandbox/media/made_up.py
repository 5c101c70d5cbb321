"""What the sites have if nobody says otherwise: a few tunes, some of them with a catch."""

from __future__ import annotations

from adapters.sandbox.media.catalogue import Catalogue


def small() -> Catalogue:
    """Eight tracks, two sets, and the likes of `rhea-lund`."""
    made = Catalogue()
    both, all = ("soundcloud", "youtube"), ("soundcloud", "youtube", "youtube-music", "direct")
    harbour = made.add("Harbour Lights", "Rhea Lund", 95, 124, "Am", sites=all, isrc="QZES72600001")
    slow = made.add("Slow Tide", "Rhea Lund", 80, 118, "Dm", sites=both)
    kettle = made.add("Kettle Black", "Oskar Vane", 100, 128, "F#m", sites=all, plays=48_000)
    made.add("Harbour Lights (Oskar Vane Remix)", "Oskar Vane", 110, 130, "Am", sites=both)
    made.add("Harbour Lights (Live)", "Harbour FM", 130, 122, "Am", sites=("youtube",))
    made.add("Paper Moons", "Ada Quill", 90, 132, "Gm", sites=both, policy="SNIP")
    made.add("Far From Here", "Ada Quill", 85, 120, "C", sites=both, policy="BLOCK")
    locked = made.add("Locked Groove", "Ada Quill", 75, 126, "Em", sites=both, drm=True)
    mix = made.add_set("Morning Mix", "Rhea Lund", [harbour.id, kettle.id, slow.id])
    made.add_set("Nothing Yet", "Rhea Lund")
    made.like("Rhea Lund", kettle.id)
    made.like("Rhea Lund", -mix.id)
    made.like("Rhea Lund", locked.id)
    return made
