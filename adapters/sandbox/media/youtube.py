"""YouTube and YouTube Music: search and player, in the shapes that yt-dlp reads."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from adapters.sandbox.media.catalogue import Catalogue, Track
from adapters.sandbox.messages import Response

Json = dict[str, Any]

STREAMS = "rr1---sn-sandbox.googlevideo.com"
ITAGS = {"140": "m4a", "251": "webm"}
_TYPES = {"140": 'audio/mp4; codecs="mp4a.40.2"', "251": 'audio/webm; codecs="opus"'}
_RATES = {"140": 129_000, "251": 132_000}


def search(catalogue: Catalogue, told: Json) -> Response:
    """A page of videos; there is no second one."""
    found = catalogue.find("youtube", str(told.get("query") or ""))[:20]
    rows = [{"videoRenderer": _video(track)} for track in found]
    section = {"itemSectionRenderer": {"contents": rows}}
    inner = {"sectionListRenderer": {"contents": [section]}}
    primary = {"twoColumnSearchResultsRenderer": {"primaryContents": inner}}
    return Response.json({"estimatedResults": str(len(found)), "contents": primary})


def search_music(catalogue: Catalogue, told: Json) -> Response:
    """Songs of YouTube Music."""
    found = catalogue.find("youtube-music", str(told.get("query") or ""))[:20]
    shelf = {"musicShelfRenderer": {"contents": [_song(track) for track in found]}}
    content = {"sectionListRenderer": {"contents": [shelf]}}
    tab = {"tabRenderer": {"title": "YT Music", "selected": True, "content": content}}
    return Response.json({"contents": {"tabbedSearchResultsRenderer": {"tabs": [tab]}}})


def player(catalogue: Catalogue, told: Json, size: Any) -> Response:
    """What it takes to play a video.

    Args:
        size: gives the bytes of a track in a format.
    """
    found = _wanted(catalogue, told)
    if found is None:
        return Response.json(_refused("ERROR", "This video is unavailable"))
    if found.policy == "BLOCK":
        reason = "The uploader has not made this video available in your country"
        return Response.json(_refused("UNPLAYABLE", reason))
    details = {
        "videoId": found.video,
        "title": found.title,
        "lengthSeconds": str(round(found.seconds)),
        "author": found.uploader,
        "channelId": _channel(found),
        "viewCount": str(found.plays),
        "isLiveContent": found.live,
        "isLive": found.live,
    }
    return Response.json(
        {
            "playabilityStatus": {"status": "OK", "playableInEmbed": True},
            "videoDetails": details,
            "streamingData": {
                "expiresInSeconds": "21540",
                "adaptiveFormats": [_format(found, itag, size) for itag in ITAGS],
            },
        }
    )


def around(catalogue: Catalogue, told: Json) -> Response:
    """What stands around a video: whose it is."""
    found = _wanted(catalogue, told)
    if found is None:
        return Response.json({"contents": {}})
    first = {"videoPrimaryInfoRenderer": {"title": {"runs": [{"text": found.title}]}}}
    owner = {"videoOwnerRenderer": {"title": {"runs": [{"text": found.uploader}]}}}
    rows = [first, {"videoSecondaryInfoRenderer": {"owner": owner}}]
    inner = {"results": {"results": {"contents": rows}}}
    return Response.json({"contents": {"twoColumnWatchNextResults": inner}})


def _wanted(catalogue: Catalogue, told: Json) -> Track | None:
    wanted = str(told.get("videoId") or "")
    for track in catalogue.tracks.values():
        if (
            track.video == wanted
            and not track.gone
            and {"youtube", "youtube-music"} & {*track.sites}
        ):
            return track
    return None


def _refused(status: str, reason: str) -> Json:
    return {"playabilityStatus": {"status": status, "reason": reason}}


def _format(track: Track, itag: str, size: Any) -> Json:
    signed = urlencode({"id": track.video, "itag": itag, "expire": "1790000000", "sig": "secret"})
    told: Json = {
        "itag": int(itag),
        "url": f"https://{STREAMS}/videoplayback?{signed}",
        "mimeType": _TYPES[itag],
        "bitrate": _RATES[itag],
        "averageBitrate": _RATES[itag] - 1000,
        "contentLength": str(size(track, ITAGS[itag])),
        "approxDurationMs": str(round(track.seconds * 1000)),
        "audioQuality": "AUDIO_QUALITY_MEDIUM",
        "audioSampleRate": "44100" if itag == "140" else "48000",
        "audioChannels": 1,
        "quality": "tiny",
    }
    if track.drm:
        told["drmFamilies"] = ["WIDEVINE"]
    return told


def _channel(track: Track) -> str:
    return "UC" + track.user.replace("-", "_").ljust(22, "0")[:22]


def _length(track: Track) -> str:
    minutes, seconds = divmod(round(track.seconds), 60)
    return f"{minutes}:{seconds:02}"


def _video(track: Track) -> Json:
    owner = {
        "text": track.uploader,
        "navigationEndpoint": {"browseEndpoint": {"browseId": _channel(track)}},
    }
    return {
        "videoId": track.video,
        "title": {"runs": [{"text": track.title}]},
        "ownerText": {"runs": [owner]},
        "shortBylineText": {"runs": [owner]},
        "lengthText": {"simpleText": _length(track)},
        "viewCountText": {"simpleText": f"{track.plays:,} views"},
    }


def _song(track: Track) -> Json:
    def column(*runs: Json) -> Json:
        return {"musicResponsiveListItemFlexColumnRenderer": {"text": {"runs": list(runs)}}}

    def page(text: str, kind: str) -> Json:
        config = {"browseEndpointContextMusicConfig": {"pageType": f"MUSIC_PAGE_TYPE_{kind}"}}
        browse = {"browseId": _channel(track), "browseEndpointContextSupportedConfigs": config}
        return {"text": text, "navigationEndpoint": {"browseEndpoint": browse}}

    beside = [page(track.uploader, "ARTIST"), {"text": " • "}]
    if track.album:
        beside += [page(track.album, "ALBUM"), {"text": " • "}]
    row = {
        "playlistItemData": {"videoId": track.video},
        "flexColumns": [
            column({"text": track.title}),
            column(*beside, {"text": _length(track)}),
            column({"text": f"{track.plays} plays"}),
        ],
    }
    return {"musicResponsiveListItemRenderer": row}
