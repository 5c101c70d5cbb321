"""Users as the service shows them."""

from __future__ import annotations

from adapters.sandbox.notion.model import Json, User
from adapters.sandbox.notion.workspace import Workspace

MOST_UPLOAD = 5_242_880


def user_id(an_id: str) -> Json:
    """As objects name whoever made them."""
    return {"object": "user", "id": an_id}


def user(workspace: Workspace, one: User) -> Json:
    """A connection learns where it belongs of itself alone, and not from values of properties."""
    told: Json = {"object": "user", "id": one.id, "name": one.name, "avatar_url": None}
    if not one.bot:
        return told | {"type": "person", "person": {"email": one.email}}
    if one != workspace.actor:
        return told | {"type": "bot", "bot": {}}
    bot = {
        "owner": {"type": "workspace", "workspace": True},
        "workspace_name": workspace.name,
        "workspace_id": workspace.id,
        "workspace_limits": {"max_file_upload_size_in_bytes": MOST_UPLOAD},
    }
    return told | {"type": "bot", "bot": bot}
