"""Notifications of file systems: that something changed somewhere, never what is there now."""

from adapters.notify.mounts import is_remote, kind_of
from adapters.notify.notices import Heard, Notices

__all__ = ["Heard", "Notices", "is_remote", "kind_of"]
