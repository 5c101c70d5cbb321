"""What goes wrong, in the words of the service."""

from __future__ import annotations

from adapters.sandbox.messages import Response

REALM = 'Bearer realm="spotify", error="{}", error_description="{}"'
UNREGISTERED = "User not registered in the Developer Dashboard"
NOT_PREMIUM = "Active premium subscription required for the owner of the app."


class Problem(Exception):
    """An answer that is not the one hoped for."""

    def __init__(self, response: Response) -> None:
        super().__init__(response.status)
        self.response = response


def problem(status: int, message: str, **more: str) -> Problem:
    """The error object of the Web API."""
    return Problem(Response.json({"error": {"status": status, "message": message, **more}}, status))


def unauthorised(error: str, description: str) -> Problem:
    """401: the token is missing, wrong or too old."""
    body = {"error": {"status": 401, "message": "Missing/invalid/expired access token"}}
    return Problem(Response.json(body, 401, {"WWW-Authenticate": REALM.format(error, description)}))


def no_token() -> Problem:
    return unauthorised("missing_token", "No token provided")


def bad_token() -> Problem:
    return unauthorised("invalid_token", "Invalid access token")


def forbidden(message: str = "Forbidden") -> Problem:
    return problem(403, message)


def not_found(message: str = "Resource not found") -> Problem:
    return problem(404, message)


def bad(message: str) -> Problem:
    return problem(400, message)


def too_many(seconds: float, *, quota: bool = False, text: bool = False) -> Response:
    """429. Of a full quota it says why, of a full window it does not."""
    if text:
        response = Response.text("Too many requests", 429)
    elif quota:
        error = {"status": 429, "message": "Too many requests", "reason": "QUOTA_EXCEEDED"}
        response = Response.json({"error": error}, 429)
    else:
        response = Response.json(
            {"error": {"status": 429, "message": "API rate limit exceeded"}}, 429
        )
    after = {"Retry-After": str(round(seconds))}
    return Response(429, response.body, {**response.headers, **after})


def token_error(error: str, description: str) -> Problem:
    """400 of the accounts service, whose errors look different."""
    return Problem(Response.json({"error": error, "error_description": description}, 400))
