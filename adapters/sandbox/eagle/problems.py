"""What goes wrong, in the envelope of the app. Which HTTP status it gives errors is not documented
and nobody's to rely on; here it is the sandbox's `error_status`."""

from __future__ import annotations


class Problem(Exception):
    """An answer `{"status": "error", "message": …}`.

    Args:
        status: of HTTP; 0: what the sandbox uses for errors.
    """

    def __init__(self, message: str, status: int = 0) -> None:
        super().__init__(message)
        self.message, self.status = message, status
