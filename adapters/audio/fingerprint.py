"""Fingerprints: what a recording sounds like, in 32 bits for every eighth of a second.

Chromaprint's algorithm 1, the one that AcoustID uses, word for word: twelve pitch classes over
time are looked at through sixteen small windows, and each says two bits. The constants and the
order of the steps are from the MIT-licensed part of https://github.com/acoustid/chromaprint
(copyright Lukáš Lalinský); the resampler, its LGPL part, is ffmpeg's here.

Words are arrays of uint32, shape (words,), oldest first; 120 seconds are 948 words.
"""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from adapters.audio.decoding import RATE, decode

Words = NDArray[np.uint32]
Verdict = Literal["same", "probable", "edit", "different"]

SECONDS = 120.0
"""How much of a track is listened to."""
SAME, PROBABLE, EDIT = 0.10, 0.20, 0.35
"""The most bit errors per bit that a recording in another encoding, one with another equaliser or
mastering, and an edited or pitched one has; different pieces have more."""

_FRAME, _HOP = 4096, 1365  # samples
_LOWEST, _HIGHEST, _REFERENCE = 28, 3520, 27.5  # Hz
_BANDS = 12
_SMOOTHING = (0.25, 0.75, 1.0, 0.75, 0.25)
_QUIET = 0.01  # a row of less energy is silence
_GRAY = np.array([0, 1, 3, 2], dtype=np.uint32)
_ALGORITHM = 1  # as it is named within the AcoustID form


class _Window(NamedTuple):
    shape: int
    band: int
    height: int
    """Bands."""
    width: int
    """Rows."""
    thresholds: tuple[float, float, float]


_WINDOWS = (
    _Window(0, 4, 3, 15, (1.98215, 2.35817, 2.63523)),
    _Window(4, 4, 6, 15, (-1.03809, -0.651211, -0.282167)),
    _Window(1, 0, 4, 16, (-0.298702, 0.119262, 0.558497)),
    _Window(3, 8, 2, 12, (-0.105439, 0.0153946, 0.135898)),
    _Window(3, 4, 4, 8, (-0.142891, 0.0258736, 0.200632)),
    _Window(4, 0, 3, 5, (-0.826319, -0.590612, -0.368214)),
    _Window(1, 2, 2, 9, (-0.557409, -0.233035, 0.0534525)),
    _Window(2, 7, 3, 4, (-0.0646826, 0.00620476, 0.0784847)),
    _Window(2, 6, 2, 16, (-0.192387, -0.029699, 0.215855)),
    _Window(2, 1, 3, 2, (-0.0397818, -0.00568076, 0.0292026)),
    _Window(5, 10, 1, 15, (-0.53823, -0.369934, -0.190235)),
    _Window(3, 6, 2, 10, (-0.124877, 0.0296483, 0.139239)),
    _Window(2, 1, 1, 14, (-0.101475, 0.0225617, 0.231971)),
    _Window(3, 5, 6, 4, (-0.0799915, -0.00729616, 0.063262)),
    _Window(1, 9, 2, 12, (-0.272556, 0.019424, 0.302559)),
    _Window(3, 4, 2, 14, (-0.164292, -0.0321188, 0.0846339)),
)
_WIDEST = max(window.width for window in _WINDOWS)


def fingerprint(path: Path, *, seconds: float = SECONDS) -> Words:
    """The words of a file's beginning; none of one that is shorter than 2.7 seconds.

    Raises what `adapters.audio.decoding.decode` raises.
    """
    return words(decode(path, seconds=seconds).samples)


def words(samples: NDArray[np.int16]) -> Words:
    """The words of mono samples at 11,025 Hz, shape (samples,)."""
    rows = _smooth(_chroma(samples))
    count = len(rows) - _WIDEST + 1
    if count <= 0:
        return np.zeros(0, np.uint32)
    sums = np.zeros((len(rows) + 1, _BANDS + 1))
    sums[1:, 1:] = rows.cumsum(axis=0).cumsum(axis=1)
    found = np.zeros(count, np.uint32)
    for window in _WINDOWS:
        level = np.searchsorted(window.thresholds, _seen(sums, window, count), side="right")
        found = (found << np.uint32(2)) | _GRAY[level]
    return found


def comparable(words: Words) -> bool:
    """Whether it says enough to be compared: silence, tones and noise all resemble each other."""
    return len(words) >= 200 and len(np.unique(words)) >= 100


def distance(one: Words, other: Words, *, shifts: int = 40) -> float:
    """Bit errors per bit where the two agree best, 0 to 1; 1 if there is nothing to compare.

    Args:
        shifts: by how many words (0.124 s each) either may begin later than the other.
    """
    best = 1.0
    for shift in range(-shifts, shifts + 1):
        left, right = one[max(0, shift) :], other[max(0, -shift) :]
        length = min(len(left), len(right))
        # A short overlap agrees by chance.
        if length > min(len(one), len(other)) // 2:
            wrong = np.bitwise_count(left[:length] ^ right[:length]).sum(dtype=np.int64)
            best = min(best, int(wrong) / (32 * length))
    return best


def verdict(distance: float) -> Verdict:
    """What a distance says of two recordings; their durations have to agree besides."""
    if distance <= SAME:
        return "same"
    if distance <= PROBABLE:
        return "probable"
    return "edit" if distance <= EDIT else "different"


# ---- the AcoustID form -------------------------------------------------------------------------


def to_text(words: Words) -> str:
    """The form that AcoustID takes and `fpcalc` prints: compressed, in URL-safe base64."""
    changes = words.copy()
    changes[1:] ^= words[:-1]
    bits = np.unpackbits(changes.astype("<u4").view(np.uint8), bitorder="little").reshape(-1, 32)
    # Of each word the gaps between its ones, then a zero; a gap of 7 or more overflows into 5 bits.
    padded = np.ones((len(words), 33), np.uint8)
    padded[:, :32] = bits
    row, column = np.nonzero(padded)
    before = np.where(np.diff(row, prepend=-1) > 0, -1, np.roll(column, 1))
    gaps = np.where(column == 32, 0, column - before)
    packed = [_pack(np.minimum(gaps, 7), 3), _pack(gaps[gaps >= 7] - 7, 5)]
    head = bytes([_ALGORITHM, *len(words).to_bytes(3, "big")])
    return base64.urlsafe_b64encode(head + b"".join(packed)).decode().rstrip("=")


def from_text(text: str) -> Words:
    """The words of an AcoustID form.

    Raises:
        ValueError: it is none, or of another algorithm.
    """
    data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if len(data) < 4 or data[0] != _ALGORITHM:
        raise ValueError("this is no fingerprint of Chromaprint's algorithm 1")
    count = int.from_bytes(data[1:4], "big")
    gaps = _unpack(data[4:], 3)
    ends = np.flatnonzero(gaps == 0)[:count]
    if len(ends) < count:
        raise ValueError("this fingerprint is cut off")
    gaps = gaps[: ends[-1] + 1] if count else gaps[:0]
    large = np.flatnonzero(gaps == 7)
    rest = _unpack(data[4 + -(-len(gaps) * 3 // 8) :], 5)
    if len(rest) < len(large):
        raise ValueError("this fingerprint is cut off")
    gaps[large] += rest[: len(large)]
    row = np.repeat(np.arange(count), np.diff(ends, prepend=-1))
    sums = gaps.cumsum()
    column = sums - np.concatenate(([0], sums[ends[:-1]]))[row] - 1 if count else gaps
    ones = np.ones(len(gaps), bool)
    ones[ends] = False
    if np.any(column[ones] > 31):
        raise ValueError("this fingerprint is damaged")
    bits = np.zeros((count, 32), np.uint8)
    bits[row[ones], column[ones]] = 1
    changes = np.packbits(bits, axis=1, bitorder="little").view("<u4").reshape(-1)
    return np.bitwise_xor.accumulate(changes).astype(np.uint32)


def _pack(values: NDArray[np.int64], width: int) -> bytes:
    bits = (values[:, None] >> np.arange(width)) & 1
    return np.packbits(bits.astype(np.uint8).reshape(-1), bitorder="little").tobytes()


def _unpack(data: bytes, width: int) -> NDArray[np.int64]:
    bits = np.unpackbits(np.frombuffer(data, np.uint8), bitorder="little")
    whole = bits[: len(bits) // width * width].reshape(-1, width).astype(np.int64)
    return np.asarray((whole << np.arange(width)).sum(axis=1))


# ---- steps of the algorithm --------------------------------------------------------------------


def _chroma(samples: NDArray[np.int16]) -> NDArray[np.float64]:
    """Energy of the pitch classes, shape (frames, 12)."""
    count = (len(samples) - _FRAME) // _HOP + 1 if len(samples) >= _FRAME else 0
    rows = np.zeros((count, _BANDS))
    first, last = (round(_FRAME * hz / RATE) for hz in (_LOWEST, _HIGHEST))
    octaves = np.log(np.arange(first, last) * RATE / _FRAME / _REFERENCE) / np.log(2.0)
    band = (_BANDS * (octaves - np.floor(octaves))).astype(int)
    into = (band[:, None] == np.arange(_BANDS)).astype(float)
    hamming = 0.54 - 0.46 * np.cos(2 * np.pi / (_FRAME - 1) * np.arange(_FRAME))
    hamming /= np.iinfo(np.int16).max
    for start in range(0, count, 128):  # few enough at once to stay in the processor's cache
        stop = min(count, start + 128)
        piece = samples[start * _HOP : (stop - 1) * _HOP + _FRAME]
        frames = np.lib.stride_tricks.sliding_window_view(piece, _FRAME)[::_HOP] * hamming
        spectrum = np.fft.rfft(frames)[:, first:last]
        rows[start:stop] = (spectrum.real**2 + spectrum.imag**2) @ into
    return rows


def _smooth(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """Smoothed along time, each row brought to length 1, silence to 0; four rows fewer."""
    count = max(0, len(rows) - len(_SMOOTHING) + 1)
    smooth = np.zeros((count, _BANDS))
    for offset, weight in enumerate(_SMOOTHING):
        smooth += weight * rows[offset : offset + count]
    length = np.sqrt((smooth**2).sum(axis=1, keepdims=True))
    return np.where(length < _QUIET, 0.0, smooth / np.maximum(length, _QUIET))


def _seen(sums: NDArray[np.float64], window: _Window, count: int) -> NDArray[np.float64]:
    """What a window shows at each of `count` rows: one part of its area against the other."""

    def area(left: int, low: int, right: int, high: int) -> NDArray[np.float64]:
        low, high = window.band + low, window.band + high
        early, late = sums[left : left + count], sums[right : right + count]
        return late[:, high] - late[:, low] - early[:, high] + early[:, low]

    width, height = window.width, window.height
    x, y = width // 2, height // 2
    whole = area(0, 0, width, height)
    match window.shape:
        case 0:
            part, rest = whole, np.zeros(count)
        case 1:
            part, rest = area(0, y, width, height), area(0, 0, width, y)
        case 2:
            part, rest = area(x, 0, width, height), area(0, 0, x, height)
        case 3:
            part = area(0, y, x, height) + area(x, 0, width, y)
            rest = area(0, 0, x, y) + area(x, y, width, height)
        case 4:
            y = height // 3
            part = area(0, y, width, 2 * y)
            rest = area(0, 0, width, y) + area(0, 2 * y, width, height)
        case _:
            x = width // 3
            part = area(x, 0, 2 * x, height)
            rest = area(0, 0, x, height) + area(2 * x, 0, width, height)
    return np.asarray(np.log1p(part) - np.log1p(rest))
