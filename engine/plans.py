"""Saved plans: JSON that a person can read and that `sync apply` holds the world against."""

from __future__ import annotations

from pathlib import Path

import msgspec

from adapters.contract import Permanent
from engine.planner import Plan

FORMAT = 1


class Saved(msgspec.Struct, frozen=True):
    """A plan with what was asked for when it was made."""

    plan: Plan
    only: tuple[str, ...] = ()
    allowed: int = 0
    schema_version: int = FORMAT


def write(path: Path, saved: Saved) -> None:
    """Save a plan; texts are left out, since they are made again."""
    slim = msgspec.structs.replace(saved, plan=msgspec.structs.replace(saved.plan, texts={}))
    path.write_bytes(msgspec.json.format(msgspec.json.encode(slim), indent=2) + b"\n")


def read(path: Path) -> Saved:
    """A plan that was saved.

    Raises:
        Permanent: the file is no such thing.
    """
    try:
        saved = msgspec.json.decode(path.read_bytes(), type=Saved)
    except FileNotFoundError:
        raise Permanent(f"{path}: is not there; sync plan --out makes one") from None
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise Permanent(f"{path}: is not a saved plan ({error})") from None
    if saved.schema_version != FORMAT:
        raise Permanent(f"{path}: a plan of another version ({saved.schema_version}); make it anew")
    return saved
