"""Which property of Notion holds what, what cannot be written, and what has no place."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from adapters.contract import AdapterError, NotAuthorised, Transient
from adapters.notion.client import Client
from adapters.notion.fields import FIELDS, KINDS, TITLES, Kind
from adapters.notion.fitting import fit
from adapters.notion.settings import NotionSettings
from adapters.notion.tokens import token
from engine.config import Config
from engine.doctor.check import Check, ok, warning
from engine.glance import Part, glance
from projections.notion import DatabaseRow, Notion
from state.log import LogError

SETUP = "sync notion setup"
LATER = "look again; until then nothing is concluded from it"


def checks(home: Path, config: Config) -> Iterator[Check]:
    """A line for each database of the catalogue; one request for each."""
    settings = config.notion
    if settings is None or not (home / "log.db").exists():
        return
    databases = Notion().databases
    try:
        with glance(home) as found:
            found.models.load(Part(databases))
        client = Client(settings, token(home))
    except LogError:
        return  # told by the check of the library
    except NotAuthorised:
        return  # told by the check of logins
    try:
        for kind in KINDS:
            what = f"notion: {TITLES[kind]}"
            row = databases.get(kind)
            if row is None:
                yield warning(what, "no database is known", SETUP)
                continue
            try:
                yield _asked(what, kind, row, client, settings)
            except Transient as error:
                yield warning("notion", str(error), LATER)
                return  # the others would be waited for just as long
    finally:
        client.close()


def _asked(
    what: str, kind: Kind, row: DatabaseRow, client: Client, settings: NotionSettings
) -> Check:
    try:
        properties = client.source(row.source)["properties"]
    except Transient:
        raise
    except AdapterError as error:
        return warning(what, str(error), LATER)
    fitted = fit(kind, properties, known=row.properties)
    fields = fitted.fields
    mapped = ", ".join(
        f"{name} in {fields[name].name!r}" for name in FIELDS[kind] if name in fields
    )
    named = settings.properties.get(kind, {})
    if lost := [field for field in fitted.lost if named.get(field) != ""]:
        text = f"cannot be written now: {', '.join(lost)}; {mapped}"
        return warning(what, text, f"their properties are gone or of another type: {SETUP}")
    never = [
        field
        for field, about in FIELDS[kind].items()
        if field not in row.properties and named.get(field) != "" and (about.made or field in named)
    ]
    if never:
        text = f"has no property for {', '.join(never)}; {mapped}"
        return warning(
            what, text, f"{SETUP} --add-missing adds them, an empty name leaves them out"
        )
    return ok(what, mapped)
