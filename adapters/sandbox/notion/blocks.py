"""Endpoints of blocks: the contents of pages, but for tables, columns and what is synced."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from adapters.sandbox.notion import bodies, changes, richtext
from adapters.sandbox.notion.bodies import a_bool, a_list, a_text, allowed, an_object, needed
from adapters.sandbox.notion.ids import dashed
from adapters.sandbox.notion.model import Block, Json, Page, Parent
from adapters.sandbox.notion.paging import a_list as a_page
from adapters.sandbox.notion.paging import cut
from adapters.sandbox.notion.problems import (
    fix_one,
    invalid,
    not_present,
    trashed,
    trashed_above,
    wrong,
)
from adapters.sandbox.notion.routes import ROUTES, Call
from adapters.sandbox.notion.shapes import OLD
from adapters.sandbox.notion.workspace import Workspace

TEXT = {"rich_text": [], "color": "default"}
ADDRESS: Json = {"caption": [], "url": ""}
MEDIA: Json = {"caption": [], "type": "external", "external": {}}
TYPES: dict[str, Json] = {
    "paragraph": {"rich_text": [], "icon": None, "color": "default"},
    **{f"heading_{one}": {"rich_text": [], "is_toggleable": False, "color": "default"}
       for one in (1, 2, 3, 4)},
    "bulleted_list_item": TEXT,
    "numbered_list_item": TEXT,
    "quote": TEXT,
    "toggle": TEXT,
    "to_do": {"rich_text": [], "checked": False, "color": "default"},
    "callout": {"rich_text": [], "icon": None, "color": "default"},
    "code": {"caption": [], "rich_text": [], "language": "plain text"},
    **dict.fromkeys(("bookmark", "embed"), ADDRESS),
    **dict.fromkeys(("image", "video", "audio", "pdf"), MEDIA),
    "file": MEDIA | {"name": ""},
    "equation": {"expression": ""},
    "table_of_contents": {"color": "default"},
    "breadcrumb": {},
    "divider": {},
}  # fmt: skip
"""Types that may be appended, and what they have where nothing is told."""
REQUIRED = ("rich_text", "url", "external", "expression")
"""What has to be told, where a type has it."""
KNOWN = (
    "embed", "bookmark", "image", "video", "pdf", "file", "audio", "code", "equation", "divider",
    "breadcrumb", "tab", "table_of_contents", "link_to_page", "table_row", "ai_block",
    "meeting_notes", "custom_block", "table", "column_list", "column", "heading_1", "heading_2",
    "heading_3", "heading_4", "paragraph", "bulleted_list_item", "numbered_list_item", "quote",
    "to_do", "toggle", "template", "callout", "synced_block",
)  # fmt: skip
"""Types of the service, in the order in which messages name them."""
MOST_BLOCKS = 1000
DEEPEST = 2
"""Levels of children that one request may have below its blocks."""


@dataclass
class Parsed:
    """A block of a request."""

    type: str
    content: Json
    children: list[Parsed] = field(default_factory=list)

    def count(self) -> int:
        return 1 + sum(child.count() for child in self.children)


def parse_all(told: Any, where: str, depth: int = 0) -> list[Parsed]:
    """Raises Problem: one of them is none, or there are too many, or they lie too deep."""
    found = [
        _parsed(one, f"{where}[{place}]", depth) for place, one in enumerate(a_list(told, where))
    ]
    if (count := sum(one.count() for one in found)) > MOST_BLOCKS:
        raise invalid(f"{where} has {count} blocks; at most {MOST_BLOCKS} may be sent at once.")
    return found


def _parsed(told: Any, where: str, depth: int) -> Parsed:
    inner = an_object(told, where)
    if "type" in inner:
        a_text(inner["type"], f"{where}.type")
    kind = inner.get("type") or next((key for key in inner if key in KNOWN), "")
    if kind not in KNOWN:
        raise fix_one(where, inner, KNOWN)
    if kind not in TYPES:
        raise invalid(f"{where} is a block of type {kind}; there are none in this sandbox.")
    allowed(inner, where, ("object", "type", kind, "children"))
    content = an_object(needed(inner, kind, where), f"{where}.{kind}")
    for key in REQUIRED:
        if key in TYPES[kind]:
            needed(content, key, f"{where}.{kind}")
    children = content.get("children", inner.get("children", []))
    if children and depth == DEEPEST:
        raise not_present(f"{where}.{kind}.children", children)
    return Parsed(
        kind,
        TYPES[kind] | _content(kind, content, f"{where}.{kind}"),
        parse_all(children, f"{where}.{kind}.children", depth + 1),
    )


def _content(kind: str, told: Json, where: str) -> Json:
    allowed(told, where, (*TYPES[kind], "children"))
    found: Json = {}
    for key, value in told.items():
        here = f"{where}.{key}"
        if key in ("rich_text", "caption"):
            found[key] = richtext.parse(value, here)
        elif key in ("checked", "is_toggleable"):
            found[key] = a_bool(value, here, optional=True)
        elif key == "url":
            found[key] = a_text(value, here, bodies.MOST_URL)
        elif key == "icon":
            found[key] = bodies.icon(value, here)
        elif key == "external":
            url = needed(an_object(value, here), "url", here)
            found[key] = {"url": a_text(url, f"{here}.url", bodies.MOST_URL)}
        elif key == "type":
            if value != "external":
                raise wrong(here, '`"external"`', value)
        elif key != "children":
            found[key] = a_text(value, here)
    return found


def append(workspace: Workspace, parent: Parent, told: list[Parsed]) -> list[Block]:
    """Make blocks at the end of a page or block, those below them too."""
    made = []
    for one in told:
        block = workspace.add_block(parent, one.type, one.content)
        append(workspace, Parent("block_id", block.id), one.children)
        made.append(block)
    return made


def erase(workspace: Workspace, an_id: str) -> None:
    """All blocks of a page go to the trash; pages and databases in it stay."""
    for child in workspace.children.get(an_id, []):
        if child in workspace.blocks:
            changes.trash(workspace, workspace.blocks[child], True)


@ROUTES.add("GET /blocks/{id}")
def retrieve(call: Call) -> Json:
    return call.shapes.block(call.workspace.block(call.ids[0]))


@ROUTES.add("GET /blocks/{id}/children")
def children(call: Call) -> Json:
    told, workspace = call.parameters("page_size", "start_cursor"), call.workspace
    over = workspace.block(call.ids[0])
    size = bodies.page_size(told, "query")
    start = told.get("start_cursor")
    if start is not None and dashed(start) is None:
        raise wrong("query.start_cursor", "a valid uuid", start, optional=True)
    there = workspace.living(over.id)
    some, cursor = cut(there, start, size, str)
    shapes = call.shapes
    return a_page([shapes.block(workspace.block(one)) for one in some], cursor, "block")


@ROUTES.add("PATCH /blocks/{id}/children")
def append_children(call: Call) -> Json:
    key = "after" if call.version == OLD else "position"
    told, workspace = call.body(("children", key)), call.workspace
    over = workspace.block(call.ids[0])
    if workspace.trashed(over):
        raise trashed() if over.in_trash else trashed_above()
    parsed = parse_all(needed(told, "children", "body"), "body.children")
    there = workspace.children.setdefault(over.id, [])
    at = place(workspace, there, told, key)
    kind = Parent("page_id" if isinstance(over, Page) else "block_id", over.id)
    made = append(workspace, kind, parsed)
    new = [one.id for one in made]
    del there[len(there) - len(new) :]
    there[at:at] = new
    workspace.touch(over)
    call.sandbox.committed, call.sandbox.committed_children = over.id, new
    shapes = call.shapes
    return a_page([shapes.block(one) for one in made], None, "block")


def place(workspace: Workspace, there: list[str], told: Json, key: str) -> int:
    """Where among its siblings a new block goes."""
    if key not in told:
        return len(there)
    if key == "after":
        after = workspace.checked(told["after"], "body.after")
    else:
        inner = an_object(told["position"], "body.position")
        allowed(inner, "body.position", ("type", "after_block"))
        kind = inner.get("type", "after_block" if "after_block" in inner else None)
        if kind in ("start", "page_start", "end", "page_end"):
            return 0 if kind in ("start", "page_start") else len(there)
        block = an_object(needed(inner, "after_block", "body.position"), "body.position")
        after = workspace.checked(block.get("id"), "body.position.after_block.id")
    if after not in there:
        raise workspace.missing("block", after)
    return there.index(after) + 1


@ROUTES.add("PATCH /blocks/{id}")
def update(call: Call) -> Json:
    told, workspace = call.body((*TYPES, "in_trash", "type", "object")), call.workspace
    over = workspace.block(call.ids[0])
    gone = a_bool(told.get("in_trash", over.in_trash), "body.in_trash", optional=True)
    if over.in_trash and gone:
        raise trashed()
    if isinstance(over, Block) and over.type in told:
        content = an_object(told[over.type], f"body.{over.type}")
        over.content = over.content | _content(over.type, content, f"body.{over.type}")
    changes.trash(workspace, over, gone)
    workspace.touch(over)
    call.sandbox.committed = over.id
    return call.shapes.block(over)


@ROUTES.add("DELETE /blocks/{id}")
def delete(call: Call) -> Json:
    workspace = call.workspace
    over = workspace.block(call.ids[0])
    if workspace.trashed(over):
        raise trashed() if over.in_trash else trashed_above()
    changes.trash(workspace, over, True)
    call.sandbox.committed = over.id
    return call.shapes.block(over)
