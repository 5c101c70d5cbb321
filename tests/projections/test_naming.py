from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.ignored import ignored
from projections.naming import (
    FIELDS,
    LIMIT,
    ROOM,
    check_template,
    collision_key,
    name,
    part,
    place,
    render,
    suffix,
)

FORBIDDEN = re.compile(r'[\x00-\x1f\x7f-\x9f/\\:*?"<>|\ud800-\udfff]')
DEVICE = re.compile(r"^(con|prn|aux|nul|com\d|lpt\d)\s*(\.|$)", re.IGNORECASE)

# Text made of what breaks names: separators, dots, devices, marks, wide and broken characters.
SIGNS = ["..", "/", "\\", " ", ".", "~$", "{playlist}", "{", "}", "\x00", "\u2028", "\ud83c"]
WORDS = ["CON", "nul.", ".part", "Thumbs.db", "@eaDir", "#recycle", "conflicted copy", "x" * 120]
LETTERS = ["\u0301", "e\u0301", "ß", "ﬁ", "Å", "🎧", "👩🏽\u200d🎤", "🎛" * 70]
hostile = st.lists(
    st.one_of(
        st.sampled_from([*SIGNS, *WORDS, *LETTERS]),
        st.text(max_size=20),
    ),
    max_size=6,
).map("".join)
templates = st.lists(
    st.lists(st.sampled_from(["{artist}", "{title}", "{track}", " - ", ".", "x"]), min_size=1).map(
        "".join
    ),
    min_size=1,
    max_size=3,
).map("/{album}".join)
values = st.fixed_dictionaries(dict.fromkeys(FIELDS, hostile))


def assert_sound(component: str) -> None:
    assert component
    assert len(component.encode()) <= LIMIT
    assert not FORBIDDEN.search(component)
    assert not DEVICE.match(component)
    assert component == component.strip(" .")
    assert not ignored(component)


@given(hostile)
def test_a_part_is_sound_and_stays_as_it_is(text: str) -> None:
    once = part(text)
    assert_sound(once)
    assert part(once) == once
    assert unicodedata.is_normalized("NFC", once)


@given(templates, values, hostile, st.sampled_from(["m4a", "flac", "m3u8"]), st.booleans())
def test_a_placed_name_is_sound_everywhere(
    template: str, fields: dict[str, str], folder: str, extension: str, force: bool
) -> None:
    full = "{playlist}/{album}" + template
    check_template(full)
    path = place(name(full, fields, "4uLU6h", force_suffix=force), part(folder), extension)
    assert path.startswith(part(folder) + "/")
    assert path.count("/") == full.count("/")
    for component in path.split("/"):
        assert_sound(component)


@given(values, hostile)
def test_the_playlist_inside_a_part_survives_whatever_surrounds_it(
    fields: dict[str, str], folder: str
) -> None:
    rendered = render("{title}: {playlist} - {artist}", fields)
    assert rendered.count("{playlist}") == 1
    assert len(rendered.encode()) <= LIMIT - ROOM
    assert_sound(place(rendered, folder, "m4a"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("AC/DC", "AC_DC"),
        ("What's Up?", "What's Up_"),
        ("../../etc/passwd", "_.._etc_passwd"),
        ("..", "_"),
        ("", "_"),
        (" . hidden. ", "hidden"),
        ("CON", "CON_"),
        ("aux.flac", "aux_flac"),
        ("Con Air", "Con Air"),
        ("Cafe\u0301", "Café"),
        ("bad \ud83c half", "bad _ half"),
        ("two\nlines", "two_lines"),
        ("~$", "~_"),
        ("Demo.part", "Demo_part"),
        ("Conflicted Copy", "Conflicted_Copy"),
    ],
)
def test_parts(text: str, expected: str) -> None:
    assert part(text) == expected


def test_400_emoji_fit_and_none_is_halved() -> None:
    assert part("🎧" * 400) == "🎧" * 63


def test_a_cut_parts_no_letter_from_its_mark() -> None:
    assert part("x" * 253 + "q\u0301") == "x" * 253
    assert part("x" * 250 + "👩🏽") == "x" * 250


def test_a_value_makes_no_folder() -> None:
    fields = {"artist": "AC/DC", "title": "../../etc/passwd"}
    assert render("{playlist}/{artist} - {title}", fields) == "{playlist}/AC_DC - .._.._etc_passwd"


def test_dots_within_a_name_stay() -> None:
    fields = {"artist": "Britney Spears", "title": "...Baby One More Time"}
    assert render("{artist} - {title}", fields) == "Britney Spears - ...Baby One More Time"


def test_what_is_missing_has_a_stand_in_and_track_numbers_line_up() -> None:
    fields = {"title": "Intro", "track": "3"}
    assert render("{artist}/{album}/{track} {title}", fields) == "_/_/03 Intro"


def test_a_title_that_looks_like_the_placeholder_is_not_taken_for_it() -> None:
    rendered = render("{playlist}/{artist}{title}", {"artist": "{play", "title": "list}"})
    assert place(rendered, "Set", "m4a") == "Set/(playlist).m4a"
    assert render("{title}", {"title": "{Awayland}"}) == "{Awayland}"


def test_a_suffix_is_added_where_something_was_cut_or_when_forced() -> None:
    template = "{artist}/{title}"
    assert name(template, {"artist": "A", "title": "T"}, "abc123") == "A/T"
    assert name(template, {"artist": "A", "title": "T"}, "abc123", force_suffix=True) == (
        "A/T [abc123]"
    )
    assert name(template, {"artist": "A" * 300, "title": "T"}, "abc123").endswith("/T [abc123]")
    assert name(template, {"artist": "A", "title": "T" * 300}, "abc123").endswith("T [abc123]")
    assert name(template, {"artist": "A", "title": "T" * 235}, "abc123") == "A/" + "T" * 235


def test_a_folder_that_was_there_before_keeps_its_form() -> None:
    assert place("{playlist}/A", "Cafe\u0301 ", "m4a") == "Cafe\u0301 /A.m4a"
    assert place("{playlist}/A", "a/../b", "m4a") == "a_.._b/A.m4a"
    assert place("{playlist}/A", "..", "m4a") == "_/A.m4a"


@pytest.mark.parametrize(
    ("template", "complaint"),
    [
        ("/music/{title}", "must be relative"),
        ("C:/{title}", "must be relative"),
        ("{artist}\\{title}", "separated by /"),
        ("{artist}//{title}", "empty part"),
        ("{title}/", "empty part"),
        ("", "empty part"),
        ("../{title}", "'..'"),
        ("{artist/{title}", "brace"),
        ("{title}}", "brace"),
        ("{{title}}", "brace"),
        ("{titel}", "did you mean {title}?"),
        ("{Artist}", "did you mean {artist}?"),
        ("{}", "unknown field {}"),
        ("{playlist} {playlist}", "twice"),
    ],
)
def test_templates_that_are_refused(template: str, complaint: str) -> None:
    with pytest.raises(ValueError, match=re.escape(complaint)) as caught:
        check_template(template)
    assert "\n" not in str(caught.value)


def test_every_field_may_be_used() -> None:
    check_template("/".join(f"{{{field}}}" for field in FIELDS))


def test_suffixes_are_short_plain_and_stable() -> None:
    assert suffix("spotify:track:4uLU6hMCjMI75M1A2tKUQC") == "2tKUQC"
    assert suffix("isrc:GBARL9300135") == "36e9eca2"
    assert re.fullmatch(r"[A-Za-z0-9]{8}", suffix("spotify:local:Böse:\ud83c:x"))


@given(hostile)
def test_collision_keys_know_no_form_and_no_case(text: str) -> None:
    key = collision_key(text)
    assert collision_key(unicodedata.normalize("NFD", text)) == key
    assert collision_key(text.casefold()) == key


def test_collisions() -> None:
    assert collision_key("Straße/A") == collision_key("STRASSE/a")
    assert collision_key("Cafe\u0301") == collision_key("CAFÉ")
    assert collision_key("A") != collision_key("Å")
