"""Files over HTTP, in parts: `Range` and `If-Range` as RFC 9110 has them."""

from __future__ import annotations

import hashlib
import re

from adapters.sandbox.messages import Request, Response

KINDS = {
    "m4a": "audio/mp4",
    "fmp4": "audio/mp4",
    "mp3": "audio/mpeg",
    "webm": "audio/webm",
    "wav": "audio/wav",
    "m3u8": "application/vnd.apple.mpegurl",
}
_RANGE = re.compile(r"bytes=(\d+)-(\d*)")


def serve(request: Request, content: bytes, form: str, *, foreign: bool = False) -> Response:
    """The whole, or the part that is asked for; a range that ends behind the end is cut there.

    Args:
        foreign: answer as if another file were there by now.
    """
    if foreign:
        content = bytes(byte ^ 0x55 for byte in content[: len(content) - 7])
    etag = f'"{hashlib.sha256(content).hexdigest()[:16]}"'
    headers = {"Content-Type": KINDS[form], "Accept-Ranges": "bytes", "ETag": etag}
    asked = _RANGE.fullmatch(request.headers.get("Range") or "")
    condition = request.headers.get("If-Range") or ""
    # A server that does not know conditions is the one against which a client has to be careful.
    if asked is None or (condition and condition != etag and not foreign):
        return Response(200, content, headers)
    first, size = int(asked[1]), len(content)
    if first >= size:
        return Response(416, b"", {**headers, "Content-Range": f"bytes */{size}"})
    last = min(int(asked[2] or size - 1), size - 1)
    headers["Content-Range"] = f"bytes {first}-{last}/{size}"
    return Response(206, content[first : last + 1], headers)
