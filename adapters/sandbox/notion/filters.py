"""Filters of a query: checked once, then tested on row after row."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from adapters.sandbox.notion import conditions, times
from adapters.sandbox.notion.bodies import a_list, a_text, allowed, an_object, needed
from adapters.sandbox.notion.cells import Cells
from adapters.sandbox.notion.model import DataSource, Page, Property
from adapters.sandbox.notion.problems import (
    UNDEFINED,
    fix_one,
    no_property,
    not_present,
    other_type,
    wrong,
)
from adapters.sandbox.notion.rollups import is_empty, number_of
from adapters.sandbox.notion.workspace import Workspace

Test = Callable[[Page], bool]
TEXTS = ("title", "rich_text", "url", "email", "phone_number")
STAMPS = ("created_time", "last_edited_time")
KINDS = {
    **dict.fromkeys((*TEXTS, "text"), "text"),
    **dict.fromkeys(("number", "unique_id"), "number"),
    **dict.fromkeys(("select", "status"), "option"),
    "multi_select": "options",
    "relation": "pages",
    **dict.fromkeys(("people", "created_by", "last_edited_by"), "people"),
    **dict.fromkeys(("date", *STAMPS), "date"),
    "checkbox": "checkbox",
    "files": "files",
}
"""The kind of condition of each type of property."""
ALSO = {
    **dict.fromkeys(TEXTS, (*TEXTS, "text")),
    "unique_id": ("unique_id", "number"),
    **{one: (one, "date") for one in STAMPS},
    **{one: (one, "people") for one in ("created_by", "last_edited_by")},
}
"""Under which keys a condition on a type may stand, where it is not just its own."""
FORMS = (
    "or", "and", "title", "rich_text", "number", "checkbox", "select", "multi_select", "status",
    "date", "people", "files", "url", "email", "phone_number", "relation", "created_by",
    "created_time", "last_edited_by", "last_edited_time", "formula", "unique_id", "rollup",
    "verification",
)  # fmt: skip
"""What makes an object a filter, in the order in which messages name it."""
FORMULA = {"string": "text", "number": "number", "checkbox": "checkbox", "date": "date"}
DEEPEST = 2


@dataclass(frozen=True)
class Part:
    """A test, and if it is that a text equals one of several: of which property, and which."""

    test: Test
    same: tuple[Property, frozenset[str]] | None = None


@dataclass(frozen=True)
class Filters:
    """Of one data source."""

    workspace: Workspace
    source: DataSource

    def test(self, told: Any, where: str = "body.filter") -> Test:
        """Raises Problem: the filter is none."""
        return self._part(told, where, 0).test

    def _part(self, told: Any, where: str, depth: int) -> Part:
        inner = an_object(told, where, optional=not depth)
        for word in ("and", "or"):
            if word in inner:
                allowed(inner, where, (word,))
                if depth >= DEEPEST:
                    raise not_present(f"{where}.{word}", inner[word])
                parts = [
                    self._part(one, f"{where}.{word}[{place}]", depth + 1)
                    for place, one in enumerate(a_list(inner[word], f"{where}.{word}"))
                ]
                return _any(parts) if word == "or" else _every(parts)
        if "timestamp" in inner:
            return self._stamp(inner, where)
        return self._property(inner, where)

    def _stamp(self, told: dict[str, Any], where: str) -> Part:
        name = told["timestamp"]
        if name not in STAMPS:
            raise wrong(f"{where}.timestamp", '`"created_time"` or `"last_edited_time"`', name)
        allowed(told, where, ("timestamp", "type", name))
        if name not in told:
            raise wrong(f"{where}.{name}", "defined", UNDEFINED)
        now = self.workspace.clock()
        passes, _ = conditions.test("date", told[name], f"{where}.{name}", now)
        get = _stamp(name)
        return Part(lambda page: passes(get(page)))

    def _property(self, told: dict[str, Any], where: str) -> Part:
        key = next((key for key in told if key in KINDS or key in ("formula", "rollup")), None)
        if key is None:
            raise fix_one(where, told, FORMS)
        allowed(told, where, ("property", "type", key))
        name = a_text(needed(told, "property", where), f"{where}.property")
        prop, here = self.source.find(name), f"{where}.{key}"
        if prop is None:
            raise no_property(name)
        if key not in ALSO.get(prop.type, (prop.type,)):
            raise other_type(prop.type, key)
        now, inner = self.workspace.clock(), told[key]
        if key == "formula":
            return self._formula(prop, inner, here, now)
        if key == "rollup":
            return self._rollup(prop, inner, here, now)
        passes, same = conditions.test(KINDS[key], inner, here, now, self._known(prop))
        get = self._getter(prop)
        found = (prop, same) if same is not None else None
        return Part(lambda page: passes(get(page)), found)

    def _known(self, prop: Property) -> Callable[[str], str]:
        if prop.type in ("select", "status", "multi_select"):
            ids = {one["name"]: one["id"] for one in prop.config["options"]}
            return lambda name: ids.get(name, name)
        me = self.workspace.actor.id
        return lambda an_id: me if an_id == conditions.ME else an_id

    def _getter(self, prop: Property) -> Callable[[Page], Any]:
        an_id, cells = prop.id, Cells(self.workspace)
        match prop.type:
            case "title" | "rich_text" | "url" | "email" | "phone_number":
                return text_of(prop)
            case "checkbox":
                return lambda page: page.values.get(an_id) is True
            case "date":
                return lambda page: (page.values.get(an_id) or {}).get("start")
            case "created_time" | "last_edited_time":
                return _stamp(prop.type)
            case "created_by":
                return lambda page: [page.created_by]
            case "last_edited_by":
                return lambda page: [page.edited_by]
            case "relation":
                return lambda page: cells.related(page, prop)
            case "multi_select" | "people" | "files":
                return lambda page: page.values.get(an_id) or []
            case "status":
                return lambda page: page.values.get(an_id) or prop.unset
        return lambda page: page.values.get(an_id)

    def _formula(self, prop: Property, told: Any, where: str, now: float) -> Part:
        kind, inner = conditions.one(told, where, tuple(FORMULA))
        passes, _ = conditions.test(FORMULA[kind], inner, f"{where}.{kind}", now)
        key, cells = {"checkbox": "boolean"}.get(kind, kind), Cells(self.workspace)

        def test(page: Page) -> bool:
            value = cells.value(page, prop)
            if value["type"] != key:
                return False
            return passes(_plain(kind, value[key]))

        return Part(test)

    def _rollup(self, prop: Property, told: Any, where: str, now: float) -> Part:
        word, inner = conditions.one(told, where, ("any", "every", "none", "number", "date"))
        cells, here = Cells(self.workspace), f"{where}.{word}"
        if word in ("number", "date"):
            passes, _ = conditions.test(word, inner, here, now)
            return Part(lambda page: passes(_plain(word, cells.value(page, prop).get(word))))
        kind, condition = conditions.one(inner, here, tuple(KINDS))
        passes, _ = conditions.test(KINDS[kind], condition, f"{here}.{kind}", now, _same)

        def test(page: Page) -> bool:
            told = cells.value(page, prop).get("array", [])
            found = [passes(_plain(one["type"], one[one["type"]])) for one in told]
            if word == "every":
                return all(found)
            return any(found) is (word == "any")

        return Part(test)


def text_of(prop: Property) -> Callable[[Page], str]:
    """The text of a property, "" where there is none."""
    an_id = prop.id
    if prop.type in ("title", "rich_text"):
        return lambda page: page.text.get(an_id, "")
    return lambda page: page.values.get(an_id) or ""


def _stamp(name: str) -> Callable[[Page], str]:
    if name == "created_time":
        return lambda page: times.minute(page.created)
    return lambda page: times.minute(page.edited)


def _same(text: str) -> str:
    return text


def _plain(kind: str, value: Any) -> Any:
    """A value as a page shows it, in the form that conditions test."""
    match kind:
        case "title" | "rich_text":
            return "".join(part["plain_text"] for part in value)
        case "date":
            return value["start"] if isinstance(value, dict) else value
        case "select" | "status":
            return value["name"] if value else None
        case "multi_select":
            return [one["name"] for one in value]
        case "people" | "relation":
            return [one["id"] for one in value]
        case "string" | "url" | "email" | "phone_number":
            return value or ""
        case "number" | "unique_id":
            return number_of((kind, value)) if not is_empty(value) else None
    return value


def _every(parts: list[Part]) -> Part:
    tests = [one.test for one in parts]
    return Part(lambda page: all(test(page) for test in tests))


def _any(parts: list[Part]) -> Part:
    """Many equations of one property are one look into a set."""
    sets: dict[str, tuple[Property, frozenset[str]]] = {}
    tests: list[Test] = []
    for part in parts:
        if part.same is None:
            tests.append(part.test)
            continue
        prop, texts = part.same
        before = sets[prop.id][1] if prop.id in sets else frozenset()
        sets[prop.id] = (prop, before | texts)
    tests += [_among(text_of(prop), texts) for prop, texts in sets.values()]
    return Part(lambda page: any(test(page) for test in tests))


def _among(get: Callable[[Page], str], texts: frozenset[str]) -> Test:
    return lambda page: get(page).casefold() in texts
