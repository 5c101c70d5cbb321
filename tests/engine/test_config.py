"""The configuration: read, checked in words, and written so that it reads back."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.config import Config, ConfigError, config_path, home, load, written
from projections.values import PRECEDENCE


@pytest.fixture
def path(tmp_path: Path) -> Path:
    (tmp_path / "etc").mkdir()
    return tmp_path / "etc" / "config.toml"


def complaint(path: Path, text: str) -> str:
    """The one line that a configuration earns."""
    path.write_text(text, "utf-8")
    with pytest.raises(ConfigError) as caught:
        load(path)
    said = str(caught.value)
    assert said.startswith(f"{path}: ") and "\n" not in said
    return said.removeprefix(f"{path}: ")


TARGET = '[targets.playlists]\nroot = "/x"\n'


# ---- what is wrong with it ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[files]\nfolder = []", "unknown key `files.folder`; did you mean `folders`?"),
        ("[file]\nfolders = []", "unknown key `file`; did you mean `files`?"),
        (TARGET + 'pth = "x"', "unknown key `targets.playlists.pth`; did you mean `path`?"),
        ("[targets.m3u]\n", "`targets`: unknown name `m3u`; did you mean `m3u8`?"),
        ("[targets.Djay]\n", "`targets`: unknown name `Djay`; did you mean `djay`?"),
        (
            '[targets.usb]\nroot = "x"\npth = 1',
            "unknown key `targets.usb.pth`; did you mean `path`?",
        ),
        (TARGET + "[targets.m3u8]\nx = 1", "unknown key `targets.m3u8.x`; known are enabled, path"),
        (
            "zzz = 1",
            f"unknown key `zzz`; known are {', '.join(Config.model_fields)}",
        ),
    ],
)
def test_an_unknown_key_suggests_the_nearest(path: Path, text: str, said: str) -> None:
    assert complaint(path, text) == said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[csv]\nfolders = "x"', "`csv.folders`: input should be a list"),
        ("[csv]\nfolders = [1]", "`csv.folders.0`: input is not a valid path"),
        ("[playlists]\ninclude = [1]", "`playlists.include.0`: input should be a valid string"),
        ("[targets.playlists]\n", "`targets.playlists.root`: field required"),
        (TARGET + 'format = "ogg"', "`targets.playlists.format`: input should be 'keep'"),
        (TARGET + 'keep = "x"', "`targets.playlists.keep`: input should be 'mirror'"),
        (TARGET + 'on_edit = "x"', "`targets.playlists.on_edit`: input should be 'ask', 'follow'"),
        ("csv = 1", "`csv`: input should be a valid dictionary"),
    ],
)
def test_what_has_the_wrong_type_is_named(path: Path, text: str, said: str) -> None:
    assert complaint(path, text).startswith(said)


@pytest.mark.parametrize(
    ("template", "said"),
    [
        ("{playlist}/{titel}", "unknown field {titel}; did you mean {title}?"),
        ("/x/{title}", "must be relative"),
        ("{playlist}/../{title}", "must not hold the part '..'"),
        ("{playlist}//{title}", "has an empty part"),
        ("{title", "has a brace without its partner"),
    ],
)
def test_a_template_is_checked(path: Path, template: str, said: str) -> None:
    line = complaint(path, f'{TARGET}path = "{template}"')
    assert line.startswith("`targets.playlists.path`: template ") and said in line


DJAY = '[targets.djay]\nroot = "/d"\n'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[targets."a b"]\nroot = "/x"', "`targets`: a target is named by letters, digits and -"),
        ('[targets.files]\nroot = "/x"', "no target can be called 'files'"),
        (TARGET + 'keep = "deliver once"\npath = "x"', "`targets`: `playlists` is the main tree"),
        (DJAY + 'path = "{playlist}/{title}"', "`targets.djay`: a track is delivered once"),
        (DJAY + 'on_edit = "ask"', "`targets.djay`: what was delivered is never touched again"),
        (DJAY + "keep = 1", "`targets.djay.keep`: input should be 'mirror' or 'deliver once'"),
        ("[targets]\nusb = 1", "`targets.usb`: input should be a valid dictionary"),
        ("targets = 1", "`targets`: input should be a valid dictionary"),
        (
            TARGET + '[targets.usb]\nroot = "/x/usb"',
            "`targets.usb.root`: /x/usb lies inside /x, the root of target playlists; each",
        ),
        (TARGET + '[targets.usb]\nroot = "/y/../x"', "/x lies inside /x, the root of"),
    ],
)
def test_what_cannot_be_a_target_is_said(path: Path, text: str, said: str) -> None:
    line = complaint(path, text)
    assert line.removeprefix("`targets.playlists.root`: ").startswith(said), line


def test_roots_are_told_apart_by_where_they_lead(path: Path, tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    line = complaint(
        path,
        f'[targets.a]\nroot = "{tmp_path}/real"\n[targets.b]\nroot = "{tmp_path}/link/b"\n',
    )
    assert line.startswith("`targets.b.root`: ") and "the root of target a" in line


def test_lists_need_the_playlist_in_their_name(path: Path) -> None:
    assert "must hold {playlist}" in complaint(path, '[targets.m3u8]\npath = "all"')


def test_several_faults_are_one_line(path: Path) -> None:
    assert complaint(path, "x = 1\ny = 2").count("; known are") == 2


@pytest.mark.parametrize("content", [b"[csv", b"a = \xff", b"[csv]\nfolders = [\x00]"])
def test_what_is_no_toml_is_said_to_be_that(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    with pytest.raises(ConfigError, match="is not valid TOML"):
        load(path)


def test_a_folder_is_no_configuration_and_none_is_none(path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        load(path)
    path.mkdir()
    with pytest.raises(ConfigError, match="is a folder"):
        load(path)


# ---- what it says ------------------------------------------------------------------------------


def test_paths_begin_at_home_or_beside_the_configuration(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", "/home/ann")
    path.write_text(
        '[csv]\nfolders = ["~/lists", "lists/../x.zip", "/abs"]\n'
        '[files]\nfolders = ["../music"]\n[targets.playlists]\nroot = "~"\n'
    )
    config = load(path)
    assert config.csv.folders == (Path("/home/ann/lists"), tmp_path / "etc/x.zip", Path("/abs"))
    assert config.files.folders == (tmp_path / "music",)
    assert config.roots() == {"playlists": Path("/home/ann")}


def test_the_home_of_nobody_is_no_path(path: Path) -> None:
    said = complaint(path, '[csv]\nfolders = ["~nobody-of-that-name/x"]')
    assert said == "a path begins with ~ and a name that nobody has here"


def test_an_empty_configuration_is_one(path: Path) -> None:
    path.write_text("")
    config = load(path)
    assert config.roots() == {}
    assert config.policy() == {
        "playlists.include": ("*",),
        "playlists.exclude": (),
        "tags.write": "made",
        "tags.edited": "keep",
        "tags.cover": True,
    }


def test_whose_word_counts_goes_into_the_log_where_it_is_not_the_usual(path: Path) -> None:
    path.write_text('[notion.precedence]\nbpm = "cratelog"\nkey = "notion"')
    said = {name: side for name, side in load(path).policy().items() if "notion" in name}
    assert said == {f"{PRECEDENCE}.bpm": "cratelog"}


def test_what_shapes_desire_goes_into_the_log_and_where_things_are_does_not(path: Path) -> None:
    path.write_text(TARGET + '[playlists]\nexclude = ["x"]\n[csv]\nfolders = ["/y"]')
    policy = load(path).policy()
    assert policy == {
        "playlists.include": ("*",),
        "playlists.exclude": ("x",),
        "targets.playlists.path": "{playlist}/{artist} - {title}",
        "targets.playlists.format": "keep",
        "targets.playlists.keep": "mirror",
        "targets.playlists.on_edit": "ask",
        "targets.m3u8.path": "{playlist}",
        "tags.write": "made",
        "tags.edited": "keep",
        "tags.cover": True,
    }
    path.write_text(TARGET + DJAY + '[targets.usb]\nroot = "u"\npath = "{title}"')
    config = load(path)
    roots = {"playlists": Path("/x"), "djay": Path("/d"), "usb": path.parent / "u"}
    assert config.roots() == roots | {"fetched": config.fetch.folder}, "djay wants files made"
    assert {name: said for name, said in config.policy().items() if "djay" in name} == {
        "targets.djay.path": "{artist} - {title}",
        "targets.djay.format": "m4a",
        "targets.djay.keep": "deliver once",
    }
    assert config.policy()["targets.usb.path"] == "{title}"
    assert config.policy()["targets.usb.keep"] == "mirror"
    path.write_text(TARGET + "[targets.m3u8]\nenabled = false")
    assert "targets.m3u8.path" not in load(path).policy()


# ---- writing it --------------------------------------------------------------------------------


def test_what_init_writes_is_the_default_with_folders(path: Path) -> None:
    path.write_text(written(["/a", "/b"], [], "/root"), "utf-8")
    config = load(path)
    assert config.csv.folders == (Path("/a"), Path("/b")) and config.files.folders == ()
    assert config.roots() == {"playlists": Path("/root")}
    default = Config.model_validate({"targets": {"playlists": {"root": "/root"}}})
    assert config.policy() == default.policy()


NAMES = st.text(st.characters(codec="utf-8", exclude_characters="\0/~"), min_size=1).filter(
    lambda name: name not in (".", "..")
)


@given(st.lists(NAMES.map("/{}".format), max_size=3), NAMES.map("/{}".format))
def test_any_path_that_is_written_reads_back(
    tmp_path_factory: pytest.TempPathFactory, folders: list[str], root: str
) -> None:
    path = tmp_path_factory.getbasetemp() / "config.toml"
    path.write_text(written(folders, folders, root), "utf-8", newline="")
    config = load(path)
    assert config.csv.folders == config.files.folders == tuple(map(Path, folders))
    assert config.roots() == {"playlists": Path(root)}


# ---- where it is -------------------------------------------------------------------------------


def test_one_variable_names_the_folder_of_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRATELOG_HOME", "~/box")
    monkeypatch.setenv("HOME", "/home/ann")
    assert home() == Path("/home/ann/box") and config_path() == Path("/home/ann/box/config.toml")


def test_without_it_the_platform_says_where(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CRATELOG_HOME", raising=False)
    assert home().name == "cratelog" and config_path().name == "config.toml"
    assert home().is_absolute() and config_path().parent.name == "cratelog"
