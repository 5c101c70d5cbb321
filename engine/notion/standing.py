"""How the catalogue is, for `sync status`: by SQL, and what the last look left."""

from __future__ import annotations

import msgspec

from adapters.notion.fields import KINDS
from engine.glance import Glance
from engine.notion import memory
from state.models import Damaged


class Standing(msgspec.Struct, frozen=True):
    """How the catalogue is, as of the last look."""

    looked: int
    """When the databases were read last, milliseconds since 1970; 0: never."""
    pages: dict[str, int]
    """Database → how many pages of ours are there."""
    gone: int
    """Pages of ours in the trash, or lost."""
    open: int
    """Writes whose outcome is not known."""
    left: bool
    """The last turn left something to do, or to be looked at again."""
    blocked: int
    """Until when nothing may be asked, milliseconds since 1970; 0: it may."""
    why: str


def standing(glance: Glance, now: int) -> Standing | None:
    """How the catalogue is; None: there is none.

    Args:
        now: milliseconds since 1970.
    """
    bound = glance.query("SELECT catalogue, source FROM notion_database")
    if not bound:
        return None
    sql = "SELECT source, count(*) FROM notion_page WHERE gone = '' GROUP BY source"
    pages: dict[str, int] = dict(glance.query(sql))
    blocked = glance.query("SELECT until, why FROM blocked WHERE service = 'notion'")
    until, why = blocked[0] if blocked and blocked[0][0] > now else (0, "")
    kept = _kept(glance)
    looks = [kept.looks[source] for _, source in bound if source in kept.looks]
    looked = min((max(look.at, look.whole) for look in looks), default=0.0)
    order = {kind: number for number, kind in enumerate(KINDS)}
    return Standing(
        round(looked * 1000),
        {kind: pages.get(source, 0) for kind, source in sorted(bound, key=lambda b: order[b[0]])},
        glance.number("SELECT count(*) FROM notion_page WHERE gone != ''"),
        glance.number("SELECT count(*) FROM notion_intent"),
        kept.left,
        int(until),
        str(why),
    )


def _kept(glance: Glance) -> memory.Memory:
    try:
        text = glance.saved.bookmark(memory.NAME)
        return msgspec.json.decode(text, type=memory.Memory) if text else memory.Memory()
    except (Damaged, msgspec.MsgspecError):
        return memory.Memory()
