"""`[targets]` of the configuration: folders that are laid out, and how each is kept."""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from projections.naming import PLACEHOLDER, check_template

BY_PLAYLIST = "{playlist}/{artist} - {title}"
BY_TRACK = "{artist} - {title}"
DROP_FOLDERS = {"djay": "m4a", "apple-music": "wav"}
"""Targets that are known by name, since another program takes what is put there; their formats."""

_NAME = re.compile(r"[A-Za-z0-9]+(-[A-Za-z0-9]+)*")


class Section(BaseModel):
    """Base of the sections: nothing that is not known."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class TargetSettings(Section):
    """`[targets.<name>]`: a folder tree that is kept in step, or another program's drop folder."""

    root: Path
    path: str = BY_PLAYLIST
    format: Literal["keep", "m4a", "mp3", "alac", "flac", "wav", "aiff"] = "keep"
    """What its players want; keep: files stay as they are. Other ones are converted, and tagged."""
    keep: Literal["mirror", "deliver once"] = "mirror"
    """deliver once: every track is put there one time, and never touched again."""
    on_edit: Literal["ask", "follow", "restore"] = "ask"
    """What happens when a person moves or deletes a file of ours."""

    @field_validator("path")
    @classmethod
    def _known_fields(cls, value: str) -> str:
        check_template(value)
        return value

    @model_validator(mode="after")
    def _once_is_once(self) -> TargetSettings:
        if self.keep == "deliver once":
            if PLACEHOLDER in self.path:
                raise ValueError(
                    "a track is delivered once, however many playlists it is on, so `path` must "
                    "not hold {playlist}"
                )
            if "on_edit" in self.model_fields_set:
                raise ValueError("what was delivered is never touched again: leave out `on_edit`")
        return self

    def policy(self) -> dict[str, str]:
        """The settings that shape what is desired."""
        said = {"path": self.path, "format": self.format, "keep": self.keep}
        return said if self.keep == "deliver once" else {**said, "on_edit": self.on_edit}


class ListsSettings(Section):
    """`[targets.m3u8]`: one playlist file for each playlist, beside the folders of `playlists`."""

    enabled: bool = True
    path: str = "{playlist}"

    @field_validator("path")
    @classmethod
    def _known_fields(cls, value: str) -> str:
        check_template(value)
        if PLACEHOLDER not in value:
            raise ValueError("must hold {playlist}, or all playlists would be one file")
        return value


class TargetsSettings(Section):
    """`[targets]`: the main tree, its lists, and any further targets by their names."""

    model_config = ConfigDict(extra="allow", frozen=True)
    __pydantic_extra__: dict[str, TargetSettings] = Field(init=False)

    playlists: TargetSettings | None = None
    m3u8: ListsSettings = ListsSettings()

    @model_validator(mode="before")
    @classmethod
    def _defaults_by_kind(cls, told: Any) -> Any:
        """A drop folder has no playlists in its paths."""
        if not isinstance(told, dict):
            return told
        for name in told.keys() - set(_KNOWN):
            _check_name(name, told)
        return {name: _with_defaults(name, section) for name, section in told.items()}

    @model_validator(mode="after")
    def _main_tree(self) -> TargetsSettings:
        if self.playlists is not None and self.playlists.keep != "mirror":
            raise ValueError("`playlists` is the main tree, and is always kept as a mirror")
        return self

    def all(self) -> dict[str, TargetSettings]:
        """Every target that holds audio, by its name."""
        main = {"playlists": self.playlists} if self.playlists is not None else {}
        return main | self.__pydantic_extra__

    def roots(self) -> dict[str, Path]:
        """Target → its root."""
        return {name: target.root for name, target in self.all().items()}

    def anchored(self, full: Any) -> TargetsSettings:
        """With absolute roots.

        Args:
            full: a path → the same one, absolute.

        Raises:
            ValueError: two roots lie inside each other.
        """
        made = {
            name: target.model_copy(update={"root": full(target.root)})
            for name, target in self.all().items()
        }
        for line in _inside_each_other({name: target.root for name, target in made.items()}):
            raise ValueError(line)
        main = made.pop("playlists", None)
        copied = self.model_copy(update={"playlists": main})
        copied.__pydantic_extra__.update(made)
        return copied


_KNOWN = tuple(TargetsSettings.model_fields)


def _check_name(name: str, told: dict[str, Any]) -> None:
    if not _NAME.fullmatch(name):
        raise ValueError(f"a target is named by letters, digits and -, not {name!r}")
    known = [one for one in (*_KNOWN, *DROP_FOLDERS) if one not in told]
    near = difflib.get_close_matches(name.casefold(), known, n=1, cutoff=0.85)
    if near and name != near[0]:
        raise ValueError(f"unknown name `{name}`; did you mean `{near[0]}`?")


def _with_defaults(name: str, section: Any) -> Any:
    if name in _KNOWN or not isinstance(section, dict):
        return section
    keep = section.get("keep", "deliver once" if name in DROP_FOLDERS else "mirror")
    path = BY_TRACK if keep == "deliver once" else BY_PLAYLIST
    return {"keep": keep, "path": path, "format": DROP_FOLDERS.get(name, "keep")} | section


def _inside_each_other(roots: dict[str, Path]) -> Iterator[str]:
    real = {name: Path(os.path.realpath(root)) for name, root in roots.items()}
    for inner, path in real.items():
        for outer, other in real.items():
            if inner != outer and (path == other or other in path.parents):
                yield (
                    f"`targets.{inner}.root`: {roots[inner]} lies inside {roots[outer]}, the root "
                    f"of target {outer}; each target needs a folder of its own"
                )
