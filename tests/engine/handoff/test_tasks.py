"""The Tasks database: a row for each open matter, answered on the row."""

from __future__ import annotations

import json
from typing import Any

import pytest

from adapters.notion.client import Client
from adapters.notion.values import read
from engine.config import Config, HandoffSettings
from engine.handoff.words import name
from engine.notion.connection import connected
from engine.notion.setting_up import SetUp
from engine.reconcile import Reconciler
from engine.report import Report
from state.events import CandidatesFound, Event, FetchFailed, MatterOpened, PolicySet
from state.values import Offer
from tests.engine.on_notion import Shelf, playlist, ref, track

URL = "https://www.youtube.com/watch?v=aaaaaaaaaaa"
ID = name("failed", f"failed:{ref(1)}")
FAILED: tuple[Event, ...] = (
    CandidatesFound(ref(1), (Offer(URL, "One", score=0.9, verdict="take"),)),
    FetchFailed(ref(1), URL, "gone for ever", True),
)
CONFLICT = MatterOpened("conflict:7", "conflict", "look at it")


@pytest.fixture
def shelf(shelf: Shelf) -> Shelf:
    shelf.settings = shelf.settings.model_copy(update={"timeout": 0.2})
    shelf.tell(track(1), track(2), *playlist([1, 2]))
    shelf.tell(PolicySet("targets.playlists.path", "{playlist}/{artist} - {title}"))
    return shelf


def set_up(shelf: Shelf, *, add: bool = False) -> None:
    library = shelf.open()
    client = connected(library, shelf.settings)
    try:
        SetUp(library, shelf.settings, client, add=add, tasks=True).run(shelf.settings.parent)
    finally:
        client.close()
        library.close()


def run(shelf: Shelf) -> Report:
    """One run; a minute passes before it, so that Notion's times differ."""
    shelf.clock.advance(120)
    targets = {"playlists": {"root": shelf.home.parent / "Playlists"}}
    config = Config.model_validate(
        {
            "notion": shelf.settings,
            "handoff": HandoffSettings(outbox=shelf.home / "outbox"),
            "targets": targets,
        }
    )
    library = shelf.open()
    try:
        with library.effects():
            return Reconciler(library, config).run()
    finally:
        library.close()


def rows(shelf: Shelf) -> list[dict[str, Any]]:
    """The rows of the database as a person sees them: the names of properties and what they say."""
    library = shelf.open()
    client = connected(library, shelf.settings)
    try:
        told = client.query(shelf.notion.find_source("Tasks").id, {"page_size": 100})
    finally:
        client.close()
        library.close()
    return [
        {name: read(value) for name, value in page["properties"].items()} | {"page": page["id"]}
        for page in told["results"]
    ]


def row(shelf: Shelf) -> dict[str, Any]:
    (found,) = rows(shelf)
    return found


def say(shelf: Shelf, **values: str) -> None:
    """What a person does on the only row."""
    shelf.clock.advance(120)
    page = row(shelf)["page"]
    for field, value in values.items():
        shelf.notion.edit(page, field, value)


def settled(shelf: Shelf) -> None:
    """Nothing is left to do: another run writes nothing and says nothing."""
    shelf.notion.forget()
    report = run(shelf)
    assert not report.blocked and not report.failed and not shelf.writes(), report


def matters(shelf: Shelf) -> list[str]:
    library = shelf.open()
    try:
        return [row.matter for row in library.state.matters.open]
    finally:
        library.close()


def kinds(shelf: Shelf) -> list[str]:
    library = shelf.open()
    try:
        return [each.event.kind for each in library.log.read()]
    finally:
        library.close()


# ---- rows ----------------------------------------------------------------------------------------


def test_a_matter_is_a_row_until_it_ends(shelf: Shelf) -> None:
    set_up(shelf)
    shelf.tell(*FAILED)
    run(shelf)
    said = row(shelf)
    assert said["Sync Key"] == f"task:{ID}" and said["Source Agent"] == "cratelog"
    assert (said["Status"], said["Kind"], said["Answer"]) == ("Open", "failed", None)
    assert "gone for ever" in said["Name"] and URL in said["Candidates"]
    assert "retry: try these addresses again" in said["Question"]
    assert "on House: Artist 2 - Title 2" in said["Related"]
    settled(shelf)
    shelf.tell(FetchFailed(ref(1), URL, "not now", False))
    run(shelf)
    assert (row(shelf)["Status"], row(shelf)["Answer"]) == ("Done", None)
    settled(shelf)
    settled(shelf)
    assert sum(shelf.notion.requests.values()) <= 5


def test_three_places_agree(shelf: Shelf) -> None:
    set_up(shelf)
    shelf.tell(*FAILED)
    run(shelf)
    (file,) = (shelf.home / "outbox" / "open").iterdir()
    told, said = json.loads(file.read_bytes()), row(shelf)
    assert told["id"] == ID == file.stem and said["Sync Key"] == f"task:{ID}"
    assert told["what"] == said["Name"] and told["because"] == said["Because"]
    assert matters(shelf) == [told["matter"]]
    answers = shelf.home / "outbox" / "answers"
    (answers / "a.json").write_text(json.dumps({"id": ID, "answer": "leave"}), "utf-8")
    run(shelf)
    done = json.loads((shelf.home / "outbox" / "done" / f"{ID}.json").read_bytes())
    assert (row(shelf)["Status"], row(shelf)["Answer"]) == ("Done", "leave")
    assert done["ended"]["answer"] == "leave" and matters(shelf) == []
    settled(shelf)


def test_a_library_without_the_database_has_none(shelf: Shelf) -> None:
    shelf.set_up()
    shelf.tell(*FAILED)
    report = run(shelf)
    assert not report.blocked and matters(shelf) == [f"failed:{ref(1)}"]
    assert not any(key.startswith("task:") for key in set(shelf.keys()))


def test_a_database_that_is_there_is_fitted_to(shelf: Shelf) -> None:
    """Its status is of Notion's own kind, a person's rows are left alone, and so is their text."""
    shelf.notion.add_database(
        "Tasks", {"Task name": {"title": {}}, "Status": {"status": {}}, "Owner": {"rich_text": {}}}
    )
    shelf.notion.seed("Tasks", [{"Task name": "buy milk"}])
    set_up(shelf, add=True)
    shelf.tell(*FAILED)
    run(shelf)
    mine = [each for each in rows(shelf) if each.get("Sync Key")]
    assert len(rows(shelf)) == 2 and [each["Status"] for each in mine] == ["Not started"]
    settled(shelf)


# ---- answers -------------------------------------------------------------------------------------


def test_a_row_is_answered_by_its_answer(shelf: Shelf) -> None:
    set_up(shelf)
    shelf.tell(*FAILED)
    run(shelf)
    say(shelf, Answer="retry")
    report = run(shelf)
    assert f"answered in Notion: {ID}: retry" in report.notes
    assert kinds(shelf).count("RetryRequested") == 1 and matters(shelf) == []
    assert (row(shelf)["Status"], row(shelf)["Answer"]) == ("Done", "retry")
    done = json.loads((shelf.home / "outbox" / "done" / f"{ID}.json").read_bytes())
    assert done["ended"]["by"] == "notion"
    settled(shelf)
    # The same question, asked anew, wants another answer.
    shelf.tell(FetchFailed(ref(1), URL, "gone again", True))
    run(shelf)
    assert (row(shelf)["Status"], row(shelf)["Answer"]) == ("Open", None)
    settled(shelf)
    assert kinds(shelf).count("RetryRequested") == 1
    say(shelf, Answer="retry")
    run(shelf)
    assert kinds(shelf).count("RetryRequested") == 2


@pytest.mark.parametrize("matter, answer", [("conflict", "done"), ("failed", "leave")])
def test_a_row_is_answered_by_its_status(shelf: Shelf, matter: str, answer: str) -> None:
    set_up(shelf)
    shelf.tell(*(FAILED if matter == "failed" else [CONFLICT]))
    run(shelf)
    say(shelf, Status="Done")
    run(shelf)
    assert matters(shelf) == [] and row(shelf)["Answer"] == answer
    settled(shelf)


def test_done_alone_is_no_answer_where_one_is_wanted(shelf: Shelf) -> None:
    set_up(shelf)
    offer = Offer(URL, "One (live)", score=0.6, verdict="review")
    shelf.tell(CandidatesFound(ref(1), (offer,)))
    run(shelf)
    say(shelf, Status="Done")
    report = run(shelf)
    (line,) = report.failed
    assert "is not done without an answer" in line and "reject" in line
    assert row(shelf)["Status"] == "Open"
    settled(shelf)
    say(shelf, Status="Done", Answer="1")
    run(shelf)
    assert "OfferPinned" in kinds(shelf) and matters(shelf) == []
    settled(shelf)


def test_an_unknown_answer_is_told_once_and_taken_back(shelf: Shelf) -> None:
    set_up(shelf)
    shelf.tell(*FAILED)
    run(shelf)
    say(shelf, Answer="perhaps")
    (line,) = run(shelf).failed
    assert "'perhaps' is no answer here" in line and ID in line
    assert (row(shelf)["Status"], row(shelf)["Answer"]) == ("Open", None)
    settled(shelf)


def test_an_answer_that_comes_too_late_is_told(shelf: Shelf) -> None:
    set_up(shelf)
    shelf.tell(*FAILED)
    run(shelf)
    say(shelf, Answer="retry")
    answers = shelf.home / "outbox" / "answers"
    (answers / "a.json").write_text(json.dumps({"id": ID, "answer": "leave"}), "utf-8")
    (line,) = run(shelf).failed
    assert "is not open any more: it was answered 'leave'" in line
    assert (row(shelf)["Status"], row(shelf)["Answer"]) == ("Done", "leave")
    assert "RetryRequested" not in kinds(shelf)
    settled(shelf)


def test_a_status_of_a_person_s_own_and_their_words_stay(shelf: Shelf) -> None:
    set_up(shelf)
    shelf.tell(*FAILED)
    run(shelf)
    say(shelf, Status="In progress")
    run(shelf)
    assert row(shelf)["Status"] == "In progress" and len(matters(shelf)) == 1
    settled(shelf)


def test_a_row_in_the_trash_is_not_made_again(shelf: Shelf) -> None:
    set_up(shelf)
    shelf.tell(*FAILED)
    run(shelf)
    shelf.notion.trash(row(shelf)["page"])
    shelf.clock.advance(8 * 86_400)
    run(shelf)
    assert rows(shelf) == [] and len(matters(shelf)) == 1
    settled(shelf)


# ---- faults --------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["saved 503", "saved drop", "lost"])
def test_a_row_is_made_once_whatever_the_answer(shelf: Shelf, kind: str) -> None:
    set_up(shelf)
    run(shelf)
    shelf.tell(*FAILED)
    shelf.notion.fault(kind, endpoint="POST /pages", seconds=1)
    run(shelf)
    run(shelf)
    settled(shelf)
    assert row(shelf)["Status"] == "Open"


class Killed(BaseException):
    """Nothing of ours catches it."""


@pytest.mark.parametrize("answered", [False, True])
@pytest.mark.parametrize("method", ["create_page", "update_page"])
def test_killed_while_a_row_is_written(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch, method: str, answered: bool
) -> None:
    set_up(shelf)
    run(shelf)
    shelf.tell(*FAILED)
    if method == "update_page":
        run(shelf)
        say(shelf, Answer="retry")
    real: Any = getattr(Client, method)

    def call(self: Client, *args: Any, **words: Any) -> Any:
        if answered:
            real(self, *args, **words)
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(Client, method, call)
        with pytest.raises(Killed):
            run(shelf)
    run(shelf)
    settled(shelf)
    if method == "update_page":
        assert kinds(shelf).count("RetryRequested") == 1
        assert (row(shelf)["Status"], row(shelf)["Answer"]) == ("Done", "retry")
    else:
        assert row(shelf)["Status"] == "Open"


def test_after_a_log_was_restored_rows_are_known_by_their_key(shelf: Shelf) -> None:
    set_up(shelf)
    shelf.tell(*FAILED)
    library = shelf.open()
    library.close()
    before = {path.name: path.read_bytes() for path in shelf.home.glob("log.db*")}
    run(shelf)
    for path in shelf.home.glob("*.db*"):
        path.unlink()
    for name_, content in before.items():
        (shelf.home / name_).write_bytes(content)
    run(shelf)
    assert len(rows(shelf)) == 1
    settled(shelf)


def test_a_database_that_was_removed_is_one_line_and_the_rest_goes_on(shelf: Shelf) -> None:
    set_up(shelf)
    run(shelf)
    shelf.notion.delete_database("Tasks")
    shelf.tell(*FAILED, track(3), *playlist([1, 2, 3]))
    report = run(shelf)
    assert len([line for line in report.blocked if "not there any more" in line.why]) == 1
    assert len(shelf.rows()) == 3 and matters(shelf) == [f"failed:{ref(1)}"]
    shelf.notion.restore_database("Tasks")
    run(shelf)
    assert len(rows(shelf)) == 1
    settled(shelf)
