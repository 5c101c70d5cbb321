"""The configuration: `config.toml` in `$CRATELOG_HOME`, or in the platform's configuration folder.

Unknown keys are errors that suggest the nearest known one. What shapes desired state is copied
into the log (`policy`); what only says where things are (roots, folders) stays here.
"""

from __future__ import annotations

import difflib
import os
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, Field, ValidationError, model_validator

from adapters.eagle.settings import EagleSettings
from adapters.media.settings import FetchSettings as MediaSettings
from adapters.media.settings import SoundcloudSettings
from adapters.notion.settings import NotionSettings
from adapters.spotify.settings import SpotifySettings
from engine.targets import Section, TargetSettings, TargetsSettings
from projections.policy import Setting

CONFIG = "config.toml"
FETCHED = "fetched"
"""The root of what was fetched; no target of that name may be configured."""

OUTBOX = "outbox"


class ConfigError(Exception):
    """The configuration cannot be used: one line, what, where, what to do."""


class CsvSettings(Section):
    """`[csv]`: playlist backups."""

    folders: tuple[Path, ...] = ()
    """Folders of CSV files, single files, or zips."""


class FilesSettings(Section):
    """`[files]`: music that is already there; never written to."""

    folders: tuple[Path, ...] = ()


class FetchSettings(MediaSettings):
    """`[fetch]`: where audio is fetched from, for tracks that have none."""

    folder: Path = Path()
    """Where it is kept; by default `fetched` beside the log."""
    order: tuple[Literal["playing", "soundcloud", "liked", "asked"], ...] = (
        "playing",
        "soundcloud",
        "liked",
        "asked",
    )
    """What comes first."""


class AnalysisSettings(Section):
    """`[analysis]`: listening to audio for its fingerprint, tempo and key."""

    low: float = Field(default=70, gt=0)
    """The range of tempi, beats a minute."""
    high: float = Field(default=180, le=1000)
    by: Literal["numpy", "essentia"] = "numpy"
    """Who hears tempo and key; essentia is an extra."""
    automatic: bool = True
    """What is fetched or about to be converted is listened to first."""

    @model_validator(mode="after")
    def _is_a_range(self) -> AnalysisSettings:
        if self.low >= self.high:
            raise ValueError(f"no tempo is between {self.low:g} and {self.high:g} beats a minute")
        return self


class HoldSettings(Section):
    """`[hold]`: while one of these programs runs, no file is changed."""

    programs: tuple[str, ...] = (
        "djay",
        "djay Pro*",
        "rekordbox",
        "Serato DJ*",
        "Traktor",
        "Traktor Pro*",
        "Traktor DJ*",
        "VirtualDJ*",
        "Engine DJ*",
        "Mixxx",
    )
    """Shell patterns on names of programs; case does not count. None: nothing is asked."""


class WatchSettings(Section):
    """`[watch]`: how `sync watch` notices what changes."""

    quiet_seconds: float = Field(default=2.0, ge=0.1, le=600)
    """A file is read when nobody wrote to it for so long."""
    look_minutes: int = Field(default=60, ge=1)
    """How often everything is looked at, whatever was noticed."""
    service_minutes: int = Field(default=15, ge=1)
    """How often a service is asked; its own `poll_minutes` counts where it is longer."""
    poll: Literal["auto", "always", "never"] = "auto"
    """Whether folders are looked at instead of waited for; auto: those of a network are."""
    poll_seconds: int = Field(default=120, ge=1)


class HandoffSettings(Section):
    """`[handoff]`: what waits for a person or another program."""

    outbox: Path = Path()
    """The folder with a file for each open matter; by default `outbox` beside the log."""


class TagsSettings(Section):
    """`[tags]`: what is written into files of ours."""

    write: Literal["made", "ours", "nothing"] = "made"
    """made: files whose audio was fetched, or that were made of others; ours: copies of your own
    files too; nothing: what is made is tagged once, and never again."""
    edited: Literal["keep", "overwrite"] = "keep"
    """What becomes of a field that somebody wrote after us."""
    cover: bool = True
    """Pictures of albums are fetched, where audio is, and written."""

    def policy(self) -> dict[str, str | bool]:
        """The settings that shape what is desired."""
        return {"write": self.write, "edited": self.edited, "cover": self.cover}


class PlaylistsSettings(Section):
    """`[playlists]`: which ones are laid out; shell patterns on names, case does not count."""

    include: tuple[str, ...] = ("*",)
    exclude: tuple[str, ...] = ()


class Config(Section):
    """Everything in `config.toml`."""

    csv: CsvSettings = CsvSettings()
    files: FilesSettings = FilesSettings()
    spotify: SpotifySettings | None = None
    soundcloud: SoundcloudSettings | None = None
    notion: NotionSettings | None = None
    eagle: EagleSettings | None = None
    fetch: FetchSettings = FetchSettings()
    analysis: AnalysisSettings = AnalysisSettings()
    tags: TagsSettings = TagsSettings()
    hold: HoldSettings = HoldSettings()
    watch: WatchSettings = WatchSettings()
    handoff: HandoffSettings = HandoffSettings()
    playlists: PlaylistsSettings = PlaylistsSettings()
    targets: TargetsSettings = Field(default=TargetsSettings())

    def policy(self) -> dict[str, Setting]:
        """The settings that shape what is desired, by their dotted names."""
        found: dict[str, Setting] = {
            "playlists.include": self.playlists.include,
            "playlists.exclude": self.playlists.exclude,
        }
        for target, settings in self.targets.all().items():
            found |= {f"targets.{target}.{name}": said for name, said in settings.policy().items()}
        if self.notion is not None:
            found |= self.notion.precedence.policy()
        found |= {f"tags.{name}": said for name, said in self.tags.policy().items()}
        if self.targets.playlists is not None and self.targets.m3u8.enabled:
            found["targets.m3u8.path"] = self.targets.m3u8.path
        if self.eagle is not None:
            found |= {"eagle.library": self.eagle.named, "eagle.files": self.eagle.files}
        return found

    def roots(self) -> dict[str, Path]:
        """Target → its root; with what was fetched or converted, also when that is turned off."""
        found, folder = self.targets.roots(), self.fetch.folder
        converts = any(target.format != "keep" for target in self.targets.all().values())
        if folder.parts and (self.fetch.sources or converts or folder.is_dir()):
            found[FETCHED] = folder
        return found

    @model_validator(mode="after")
    def _one_name_one_thing(self) -> Config:
        """`--only` takes names of sources and of targets."""
        for name in self.targets.all():
            if name == FETCHED or (name in type(self).model_fields and name != "playlists"):
                raise ValueError(f"no target can be called {name!r}: that is a section of its own")
        return self

    @model_validator(mode="after")
    def _eagle_gets_files(self) -> Config:
        targets = self.targets.all()
        if self.eagle is None or not targets:
            return self
        wanted = targets.get(self.eagle.files)
        if wanted is None:
            raise ValueError(
                f"`eagle.files` names no target: {self.eagle.files!r}; there are "
                f"{', '.join(targets)}"
            )
        if wanted.keep != "mirror":
            raise ValueError("`eagle.files`: what was delivered is taken away; name another target")
        return self


def home() -> Path:
    """The folder of the library: `$CRATELOG_HOME`, else the platform's data folder."""
    if given := os.environ.get("CRATELOG_HOME"):
        return Path(given).expanduser()
    from platformdirs import user_data_path

    return user_data_path("cratelog")


def config_path() -> Path:
    """Where the configuration is."""
    if os.environ.get("CRATELOG_HOME"):
        return home() / CONFIG
    from platformdirs import user_config_path

    return user_config_path("cratelog") / CONFIG


def load(path: Path) -> Config:
    """Read the configuration.

    Raises:
        FileNotFoundError: there is none.
        ConfigError: it cannot be used.
    """
    try:
        told = tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: is not valid TOML: {error}") from None
    except IsADirectoryError:
        raise ConfigError(f"{path}: is a folder, not a file") from None
    except PermissionError:
        raise ConfigError(f"{path}: may not be read") from None
    try:
        config = Config.model_validate(told)
    except ValidationError as error:
        raise ConfigError(f"{path}: {'; '.join(_words(error))}") from None
    try:
        return _anchored(config, path)
    except ValueError as error:
        raise ConfigError(f"{path}: {error}") from None
    except RuntimeError:
        raise ConfigError(f"{path}: a path begins with ~ and a name that nobody has here") from None


def _anchored(config: Config, path: Path) -> Config:
    """With absolute paths: `~` is the person's home, relative ones begin at the config's folder."""
    base = path.parent.absolute()

    def full(given: Path) -> Path:
        return Path(os.path.normpath(base / given.expanduser()))

    return config.model_copy(
        update={
            "csv": CsvSettings(folders=tuple(map(full, config.csv.folders))),
            "files": FilesSettings(
                folders=tuple(map(full, (*config.files.folders, *_of_eagle(config.eagle))))
            ),
            "eagle": _eagle(config.eagle, full),
            "fetch": config.fetch.model_copy(
                update={"folder": _beside(config.fetch.folder, FETCHED, full)}
            ),
            "handoff": HandoffSettings(outbox=_beside(config.handoff.outbox, OUTBOX, full)),
            "targets": config.targets.anchored(full),
        }
    )


def _beside(given: Path, name: str, full: Callable[[Path], Path]) -> Path:
    """A folder that lies beside the log, if nothing else is said."""
    return full(given) if given.parts else home().absolute() / name


def _eagle(given: EagleSettings | None, full: Callable[[Path], Path]) -> EagleSettings | None:
    """With the path of its library absolute, where it has one."""
    if given is None or given.path is None or "\\" in given.library:
        return given
    return given.model_copy(update={"library": str(full(given.path))})


def _of_eagle(given: EagleSettings | None) -> Iterator[Path]:
    """Where the audio of its library lies, if that is to be read."""
    if given is not None and given.read and given.path is not None:
        yield given.path / "images"


def _words(error: ValidationError) -> Iterator[str]:
    for problem in error.errors():
        where = ".".join(str(part) for part in problem["loc"])
        if problem["type"] == "extra_forbidden":
            yield f"unknown key `{where}`{_nearest(problem['loc'])}"
        else:
            # TOML has lists, and nobody who writes one wants to hear of tuples.
            said = problem["msg"].removeprefix("Value error, ").replace("valid tuple", "list")
            text = f"{said[:1].lower()}{said[1:]}"
            yield f"`{where}`: {text}" if where else text


def _nearest(where: tuple[Any, ...]) -> str:
    """The known key that was probably meant."""
    section: Any = Config
    for part in where[:-1]:
        field = section.model_fields.get(part)
        if field is None and section is TargetsSettings:
            section = TargetSettings
            continue
        kinds = [field.annotation, *getattr(field.annotation, "__args__", ())] if field else []
        section = next(
            (kind for kind in kinds if isinstance(kind, type) and issubclass(kind, BaseModel)), None
        )
        if section is None:
            return ""
    known = list(section.model_fields)
    near = difflib.get_close_matches(str(where[-1]), known, n=1, cutoff=0.5)
    return f"; did you mean `{near[0]}`?" if near else f"; known are {', '.join(known)}"


TEMPLATE = """\
# cratelog: where your music is, and where it should be. All paths may begin with ~.

[csv]
# Playlist backups: folders of Exportify CSV files, single files, or the zip itself.
folders = [{csv}]

[files]
# Folders with music that is already there. They are only read, never written to.
folders = [{files}]

# [spotify]
# An app of your own at Spotify (it takes five minutes), then: sync login spotify
# client_id = ""

# [notion]
# A page of yours that the catalogue shall lie on, then: sync notion setup
# parent = ""

# [eagle]
# The library that every track with a file gets an item in, while Eagle has it open.
# library = "~/Pictures/Music.library"

[playlists]
# Which playlists get a folder; * and ? stand for anything, upper and lower case are equal.
include = ["*"]
exclude = []

[targets.playlists]
# The tree that cratelog lays out and keeps in step: one folder for each playlist.
root = {root}
# Fields: playlist, artist, artists, albumartist, album, title, year, track, disc, isrc.
# The extension follows the format.
path = "{{playlist}}/{{artist}} - {{title}}"
format = "keep"        # files stay in the format they have
keep = "mirror"        # what is on no playlist any more goes to the trash or to Unassigned/
on_edit = "ask"        # what happens if you move or delete a file there: ask, follow or restore

[targets.m3u8]
# One playlist file for each playlist, in the playlist's own order, beside the folders.
enabled = true

# Further folders, by names of your own: kept in step as the one above, or, with
# keep = "deliver once", given every track one time, for a program that takes it from there.
# [targets.usb]
# root = "/Volumes/STICK/Music"
# [targets.djay]
# root = "~/Music/djay import"
"""


def written(csv: list[str], files: list[str], root: str) -> str:
    """A commented configuration."""
    return TEMPLATE.format(
        csv=", ".join(map(_quoted, csv)), files=", ".join(map(_quoted, files)), root=_quoted(root)
    )


def _quoted(text: str) -> str:
    """A TOML string: JSON's escapes are TOML's too, but for one that JSON leaves out."""
    import json

    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
