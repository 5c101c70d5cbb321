"""What `plan` and `status` say of the catalogue in Notion."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from engine.amounts import many

if TYPE_CHECKING:
    from engine.config import Config
    from engine.glance import Glance
    from engine.library import Library
    from engine.notion.preview import Coming
    from engine.notion.standing import Standing
    from engine.render import Out

SHOWN = 5
"""So many pages of each database are named to people; --json names all."""


def coming(library: Library, config: Config, only: Sequence[str]) -> list[Coming] | None:
    """The pages that the next turn would write; None: there is no catalogue, or it is left out."""
    if config.notion is None or (only and "notion" not in only):
        return None
    from engine.notion import preview

    return preview.coming(library) if library.state.notion.sources() else None


def planned(out: Out, found: Sequence[Coming] | None) -> None:
    """Say what would be written, and why."""
    from engine.notion.preview import counted

    if found is None:
        return
    for each in found:
        out.emit("page", database=each.kind, what=each.what, key=each.key, because=each.because)
    for line in counted(found):
        out.print(f"Notion, as of the last look: {line}")
        kind = line.partition(":")[0].casefold()
        for each in [each for each in found if each.kind == kind][:SHOWN]:
            out.print(f"  {each.what} {each.title or each.key}  ({each.because})")


def standing(found: Glance, now: int) -> Standing | None:
    """How the catalogue is; None: there is none. Who has none does not load what knows it.

    Args:
        now: milliseconds since 1970.
    """
    if not found.query("SELECT source FROM notion_database LIMIT 1"):
        return None
    from engine.notion.standing import standing

    return standing(found, now)


def status(out: Out, seen: Standing | None) -> None:
    """Say how the catalogue is."""
    import msgspec

    from engine.when import local

    if seen is None:
        return
    out.emit("catalogue", **msgspec.structs.asdict(seen))
    pages = ", ".join(f"{number} {kind}" for kind, number in seen.pages.items())
    read = f"looked at {local(seen.looked)}" if seen.looked else "never looked at"
    out.print(f"notion: {pages}, {read}")
    if seen.gone:
        out.print(f"  {many(seen.gone, 'page')} in the trash or lost; none is made again")
    if seen.open:
        out.print(f"  {seen.open} writes whose end is not known; sync reconcile finds it out")
    if seen.blocked:
        out.print(f"  BLOCKED until {local(seen.blocked)}: {seen.why}")
    elif seen.left:
        out.print("  the next reconcile looks whether all of it was done")
