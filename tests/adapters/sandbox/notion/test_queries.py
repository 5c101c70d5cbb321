"""Filters, sorts, cursors and the cap. The expectations of the filters are recorded ones."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from adapters.sandbox.clock import Clock
from adapters.sandbox.notion import Sandbox
from tests.adapters.sandbox.notion.api import Api, named, rich, title


def found(api: Api, source: str, prop: str, kind: str, **condition: Any) -> set[str]:
    return set(api.titles(source, filter={"property": prop, kind: condition}))


@pytest.fixture
def people(api: Api) -> str:
    kinds = ("rich_text", "phone_number", "email", "url")
    source = api.database("People", {"Title": {"title": {}}, **{one: {one: {}} for one in kinds}})
    api.page(source)
    for name, url in (("John", "https://john.doe.com"), ("Jane", "https://jane.doe.de")):
        email = f"{name.lower()}.doe@gmail.com"
        api.page(
            source,
            Title=named(name),
            rich_text={"rich_text": rich(f"{name} Doe")},
            phone_number={"phone_number": "123-456-7890"},
            email={"email": email},
            url={"url": url},
        )
    return source


@pytest.mark.parametrize("prop", ["Title", "rich_text", "phone_number", "email", "url"])
def test_text(api: Api, people: str, prop: str) -> None:
    def of(**condition: Any) -> set[str]:
        return found(api, people, prop, "rich_text", **condition)

    both, everyone = {"John", "Jane"}, {"", "John", "Jane"}
    has_doe = prop in ("rich_text", "email", "url")
    assert of(is_empty=True) == {""}
    assert of(is_not_empty=True) == both
    assert of(equals="John Doe") == ({"John"} if prop == "rich_text" else set())
    assert of(does_not_equal="John Doe") == everyone - of(equals="John Doe")
    assert of(contains="Doe") == (both if has_doe else set())
    assert of(does_not_contain="Doe") == ({""} if has_doe else everyone)
    starts = prop in ("Title", "rich_text", "email")
    assert of(starts_with="John") == ({"John"} if starts else set())
    assert of(ends_with="Doe") == (both if prop == "rich_text" else set())


def test_equal_texts_are_equal_whatever_their_case(api: Api) -> None:
    source = api.database("Keys", {"Name": {"title": {}}})
    api.page(source, Name=named("Spotify:AbC"))
    api.page(source, Name=named("Spotify:aBc"))
    one = {"property": "Name", "title": {"equals": "spotify:abc"}}
    assert len(api.titles(source, filter=one)) == 2
    assert len(api.titles(source, filter={"or": [one, one]})) == 2


def test_numbers(api: Api) -> None:
    source = api.database("N", {"Name": {"title": {}}, "Number": {"number": {}}})
    api.page(source)
    for number in (1, 2, 42):
        api.page(source, Name=named(str(number)), Number={"number": number})

    def of(**condition: Any) -> set[str]:
        return found(api, source, "Number", "number", **condition)

    assert of(is_empty=True) == {""}
    assert of(is_not_empty=True) == {"1", "2", "42"}
    assert of(equals=42) == {"42"}
    assert of(does_not_equal=42) == {"1", "2", ""}
    assert of(greater_than=1) == {"2", "42"}
    assert of(greater_than_or_equal_to=1) == {"1", "2", "42"}
    assert of(less_than=42) == {"1", "2"}
    assert of(less_than_or_equal_to=42) == {"1", "2", "42"}


def test_options(api: Api) -> None:
    options = {"options": [{"name": name} for name in ("Backlog", "In Progress", "Done")]}
    source = api.database(
        "O", {"Name": {"title": {}}, "S": {"select": options}, "M": {"multi_select": options}}
    )
    api.page(source)
    for name, more in (("Done", "In Progress"), ("In Progress", "Backlog"), ("Backlog", "")):
        multi = [{"name": one} for one in (name, more) if one]
        api.page(source, Name=named(name), S={"select": {"name": name}}, M={"multi_select": multi})
    others = {"In Progress", "Backlog", ""}
    assert found(api, source, "S", "select", is_empty=True) == {""}
    assert found(api, source, "S", "select", equals="Done") == {"Done"}
    assert found(api, source, "S", "select", does_not_equal="Done") == others
    several = found(api, source, "S", "select", equals=["Done", "Backlog"])
    assert several == {"Done", "Backlog"}
    assert found(api, source, "M", "multi_select", contains="Done") == {"Done"}
    assert found(api, source, "M", "multi_select", does_not_contain="Done") == others
    assert found(api, source, "M", "multi_select", is_not_empty=True) == others - {""} | {"Done"}
    either = found(api, source, "M", "multi_select", contains=["Done", "Backlog"])
    assert either == {"Done", "In Progress", "Backlog"}
    neither = found(api, source, "M", "multi_select", does_not_contain=["Done", "Backlog"])
    assert neither == {""}
    order = [{"property": "S", "direction": "descending"}]
    assert api.titles(source, sorts=order) == ["Done", "In Progress", "Backlog", ""]


def test_files_and_checkboxes(api: Api) -> None:
    source = api.database("F", {"Name": {"title": {}}, "F": {"files": {}}, "C": {"checkbox": {}}})
    api.page(source)
    one = {"name": "a", "type": "external", "external": {"url": "https://some.example/a.png"}}
    api.page(source, Name=named("file"), F={"files": [one]})
    api.page(source, Name=named("check"), C={"checkbox": True})
    assert found(api, source, "F", "files", is_empty=True) == {"", "check"}
    assert found(api, source, "F", "files", is_not_empty=True) == {"file"}
    assert found(api, source, "C", "checkbox", equals=True) == {"check"}
    assert found(api, source, "C", "checkbox", equals=False) == {"", "file"}
    assert found(api, source, "C", "checkbox", does_not_equal=False) == {"check"}


def test_people_and_relations(api: Api, notion: Sandbox) -> None:
    person = notion.workspace.person.id
    source = api.database("P", {"Name": {"title": {}}, "P": {"people": {}}})
    told = {"relation": {"data_source_id": source, "single_property": {}}}
    api.ok("PATCH", f"data_sources/{source}", {"properties": {"R": told}})
    api.page(source)
    one = api.page(source, Name=named("one"), P={"people": [{"id": person}]})
    api.page(source, Name=named("fan"), R={"relation": [{"id": one.replace("-", "")}]})
    assert found(api, source, "P", "people", contains=person) == {"one"}
    assert found(api, source, "P", "people", does_not_contain=person) == {"", "fan"}
    assert found(api, source, "P", "people", is_empty=True) == {"", "fan"}
    api.ok("PATCH", f"data_sources/{source}", {"properties": {"B": {"created_by": {}}}})
    assert found(api, source, "B", "created_by", contains="me") == {"", "one", "fan"}
    assert found(api, source, "R", "relation", contains=one) == {"fan"}
    assert found(api, source, "R", "relation", does_not_contain=one) == {"", "one"}
    assert found(api, source, "R", "relation", is_not_empty=True) == {"fan"}
    api.ok("PATCH", f"pages/{one}", {"in_trash": True})
    assert found(api, source, "R", "relation", is_empty=True) == {"", "fan"}


DATES = {"past year": -365, "past month": -30, "past week": -7, "now": 0, "next week": 7,
         "next month": 30, "next year": 365}  # fmt: skip


def test_dates(api: Api, clock: Clock) -> None:
    source = api.database("D", {"Name": {"title": {}}, "Date": {"date": {}},
                                "Made": {"created_time": {}}})  # fmt: skip
    clock.advance(21)
    now = datetime.fromtimestamp(clock(), UTC)
    api.page(source)
    for name, days in DATES.items():
        start = (now + timedelta(days=days)).replace(tzinfo=None).isoformat()
        api.page(source, Name=named(name), Date={"date": {"start": start, "time_zone": "UTC"}})
    names = list(DATES)

    def of(**condition: Any) -> set[str]:
        return found(api, source, "Date", "date", **condition)

    asked = now.isoformat()
    assert of(is_empty=True) == {""}
    assert of(equals=asked) == {"now"}
    assert of(before=asked) == set(names[:3])
    assert of(on_or_before=asked) == set(names[:4])
    assert of(after=asked) == set(names[4:])
    assert of(on_or_after=asked) == set(names[3:])
    assert of(this_week={}) == {"now"}
    assert of(equals="today") == {"now"}
    assert of(on_or_before="one_week_ago") == {"past week", "past month", "past year"}
    assert of(after="one_month_from_now") == {"next year"}
    assert of(past_week={}) == {"past week", "now"}
    assert of(past_month={}) == {"past month", "past week", "now"}
    assert of(past_year={}) == set(names[:4])
    assert of(next_week={}) == {"now", "next week"}
    assert of(next_month={}) == {"now", "next week", "next month"}
    assert of(next_year={}) == set(names[3:])
    assert of(equals=asked[:10]) == {"now"}
    late = (now + timedelta(minutes=5)).isoformat()
    assert len(found(api, source, "Made", "date", on_or_before=late)) == 8
    assert found(api, source, "Made", "created_time", after=late) == set()
    for stamp in ("created_time", "last_edited_time"):
        told = {"timestamp": stamp, stamp: {"on_or_after": asked}}
        assert len(api.titles(source, filter=told)) == 8, "stamps are compared by the minute"


def test_days_are_compared_as_days(api: Api) -> None:
    source = api.database("D", {"Task": {"title": {}}, "Due": {"date": {}}, "S": {"select": {}}})
    for number, day in enumerate(("2024-01-01", "2024-01-02", "2024-01-01"), 1):
        api.page(source, Task=named(f"{number}"), Due={"date": {"start": day}})
    assert found(api, source, "Due", "date", equals="2024-01-01") == {"1", "3"}
    by_day = {"property": "Due", "direction": "ascending"}
    for direction, order in (("ascending", "132"), ("descending", "312")):
        told = [by_day, {"property": "Task", "direction": direction}]
        assert api.titles(source, sorts=told) == list(order)


def test_and_or_and_their_depth(api: Api, people: str) -> None:
    jane = {"property": "Title", "title": {"equals": "jane"}}
    empty = {"property": "Title", "title": {"is_empty": True}}
    doe = {"property": "email", "email": {"contains": "doe"}}
    assert set(api.titles(people, filter={"or": [jane, empty]})) == {"Jane", ""}
    assert api.titles(people, filter={"and": [jane, {"or": [empty, doe]}]}) == ["Jane"]
    deep = {"and": [{"or": [{"and": [jane]}]}]}
    where = f"data_sources/{people}/query"
    told = api.refused("POST", where, {"filter": deep})
    assert told.startswith("body failed validation: body.filter.and[0].or[0].and should be not")
    many = {"or": [jane] * 101}
    told = api.refused("POST", where, {"filter": many})
    assert told == (
        "body failed validation: body.filter.or.length should be ≤ `100`, instead was `101`."
    )


def test_sorts_put_what_is_empty_last(api: Api, people: str) -> None:
    for direction, order in (("ascending", ["Jane", "John", ""]),
                             ("descending", ["John", "Jane", ""])):  # fmt: skip
        assert api.titles(people, sorts=[{"property": "Title", "direction": direction}]) == order
    newest = {"timestamp": "created_time", "direction": "descending"}
    assert api.titles(people) == api.titles(people, sorts=[newest]) == ["Jane", "John", ""]


def test_pages_follow_each_other_while_rows_change(api: Api, notion: Sandbox) -> None:
    source = notion.add_database("Rows", {"Name": "title"})
    ids = notion.seed(source, [{"Name": f"{n:03}"} for n in range(25)])
    sorts = [{"property": "Name", "direction": "ascending"}]
    where = f"data_sources/{source}/query"
    first = api.ok("POST", where, {"sorts": sorts, "page_size": 10})
    assert (first["has_more"], len(first["results"])) == (True, 10)
    assert first["next_cursor"].startswith("s:")
    notion.trash(ids[3])
    notion.edit(ids[20], "Name", "000 b")
    asked = {"sorts": sorts, "page_size": 100, "start_cursor": first["next_cursor"]}
    rest = api.ok("POST", where, asked)
    assert [title(row) for row in rest["results"]] == [f"{n:03}" for n in range(10, 25) if n != 20]
    assert (rest["has_more"], rest["next_cursor"]) == (False, None)


def test_a_cursor_whose_row_is_gone_goes_on(api: Api, notion: Sandbox) -> None:
    source = notion.add_database("Rows", {"Name": "title"})
    ids = notion.seed(source, [{"Name": f"{n}"} for n in range(5)])
    where = f"data_sources/{source}/query"
    first = api.ok("POST", where, {"page_size": 2})
    notion.trash(ids[2])
    rest = api.ok("POST", where, {"start_cursor": first["next_cursor"]})
    assert [title(row) for row in rest["results"]] == ["1", "0"]


def test_only_the_properties_that_are_asked_for(api: Api, people: str) -> None:
    told = api.get(f"data_sources/{people}")["properties"]
    where = f"data_sources/{people}/query?filter_properties={told['email']['id']}"
    answer = api.ok("POST", f"{where}&filter_properties=title", {})
    assert set(answer["results"][0]["properties"]) == {"email", "Title"}
    assert api.refused("POST", f"{where}&filter_properties=nope", {}).endswith("id: nope")


def test_a_query_ends_at_the_cap_and_says_so(api: Api, notion: Sandbox) -> None:
    source = notion.add_database("Rows", {"Name": "title"})
    notion.seed(source, [{"Name": f"{n}"} for n in range(8)])
    where = f"data_sources/{source}/query"
    assert "request_status" not in api.ok("POST", where, {"page_size": 4})
    notion.cap(5)
    pages = [api.ok("POST", where, {"page_size": 4})]
    pages.append(api.ok("POST", where, {"page_size": 4, "start_cursor": pages[0]["next_cursor"]}))
    assert [len(page["results"]) for page in pages] == [4, 1]
    assert (pages[1]["has_more"], pages[1]["next_cursor"]) == (False, None)
    for page in pages:
        assert page["request_status"] == {
            "type": "incomplete",
            "incomplete_reason": "query_result_limit_reached",
        }
    newer = {"property": "Name", "title": {"equals": "7"}}
    assert "request_status" not in api.ok("POST", where, {"filter": newer})


def test_a_formula_of_nothing_keeps_its_type(api: Api) -> None:
    formulas = {"More": 'prop("BPM") + 1', "When": 'prop("Added")', "Twice": 'prop("More") * 2'}
    source = api.database(
        "T",
        {
            "Name": {"title": {}},
            "BPM": {"number": {}},
            "Added": {"date": {}},
            **{name: {"formula": {"expression": told}} for name, told in formulas.items()},
        },
    )
    page = api.page(source)
    assert api.cell(page, "More") == {"type": "number", "number": None}
    assert api.cell(page, "Twice") == {"type": "number", "number": None}
    assert api.cell(page, "When") == {"type": "date", "date": None}
    assert found(api, source, "When", "formula", date={"is_empty": True}) == {""}


def test_unique_ids_formulas_and_rollups(api: Api) -> None:
    source = api.database(
        "T",
        {
            "Name": {"title": {}},
            "Nr": {"unique_id": {"prefix": "T"}},
            "Tags": {"multi_select": {}},
            "Length": {"formula": {"expression": 'length(join(prop("Tags"), ", "))'}},
            "Done": {"formula": {"expression": 'contains(join(prop("Tags"), ", "), "Done")'}},
            "Text": {"formula": {"expression": 'format(prop("Name")) + "!"'}},
            "BPM": {"number": {}},
        },
    )
    one = api.page(source, Name=named("Item 1"), BPM={"number": 120},
                   Tags={"multi_select": [{"name": "Done"}, {"name": "In Progress"}]})  # fmt: skip
    two = api.page(source, Name=named("Item 2"), BPM={"number": 100},
                   Tags={"multi_select": [{"name": "In Progress"}]})  # fmt: skip
    assert api.cell(one, "Length") == {"type": "number", "number": 17}
    assert api.cell(two, "Done") == {"type": "boolean", "boolean": False}
    assert api.cell(two, "Text") == {"type": "string", "string": "Item 2!"}
    assert api.cell(two, "Nr") == {"prefix": "T", "number": 2}
    assert found(api, source, "Nr", "unique_id", greater_than=1) == {"Item 2"}
    assert found(api, source, "Done", "formula", checkbox={"equals": True}) == {"Item 1"}
    assert found(api, source, "Text", "formula", string={"contains": "2"}) == {"Item 2"}
    assert found(api, source, "Length", "formula", number={"less_than": 17}) == {"Item 2"}
    api.ok("PATCH", f"data_sources/{source}", {"properties": {"Tags": {"name": "Labels"}}})
    assert api.cell(one, "Length") == {"type": "number", "number": 17}
    playlists = api.database(
        "P",
        {
            "Name": {"title": {}},
            "Tracks": {"relation": {"data_source_id": source, "single_property": {}}},
            **{
                name: {
                    "rollup": {
                        "relation_property_name": "Tracks",
                        "rollup_property_name": what,
                        "function": function,
                    }
                }
                for name, what, function in (
                    ("Count", "Name", "count"),
                    ("Mean", "BPM", "average"),
                    ("Names", "Name", "show_original"),
                    ("First", "BPM", "min"),
                )
            },
        },
    )
    mix = api.page(playlists, Name=named("Mix"), Tracks={"relation": [{"id": one}, {"id": two}]})
    none = api.page(playlists, Name=named("None"))
    assert api.cell(mix, "Count") == {"type": "number", "number": 2, "function": "count"}
    assert api.cell(mix, "Mean")["number"] == 110
    assert api.cell(none, "First") == {"type": "number", "number": None, "function": "min"}
    names = api.cell(mix, "Names")
    assert (names["type"], [one["type"] for one in names["array"]]) == ("array", ["title"] * 2)
    assert found(api, playlists, "Count", "rollup", number={"equals": 2}) == {"Mix"}
    some = {"rich_text": {"contains": "2"}}
    assert found(api, playlists, "Names", "rollup", any=some) == {"Mix"}
    assert found(api, playlists, "Names", "rollup", every=some) == {"None"}
    props = api.get(f"data_sources/{playlists}")["properties"]
    listed = api.get(f"pages/{mix}/properties/{props['Names']['id']}?page_size=1")
    assert [(item["type"], item["title"]["plain_text"]) for item in listed["results"]] == [
        ("title", "Item 1")
    ]
    assert listed["has_more"] and listed["property_item"]["rollup"] == names | {"array": []}
    listed = api.get(f"pages/{mix}/properties/{props['Mean']['id']}")
    assert [item["relation"] for item in listed["results"]] == [{"id": one}, {"id": two}]
    assert listed["property_item"]["type"] == "rollup"
    assert listed["property_item"]["rollup"]["number"] == 110
