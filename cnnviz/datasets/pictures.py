"""Small pictures: read from a file, drawn by hand, and carried by an address; pixels (C, H, W) uint8.

Of a file nothing is decoded before its header and its scans are within limits, one is decoded at a time, and it is
reduced before anything else is done to it: what somebody's file can cost is known.
"""

from __future__ import annotations

import base64
import binascii
import io
import threading
import warnings
import zlib

import numpy as np
from PIL import Image, UnidentifiedImageError

from cnnviz.arrays import IMAGE_SHAPE, Array
from cnnviz.refusal import Refusal

SIDE = max(IMAGE_SHAPE)  # pixels of the longer side that is kept
LONGEST_TEXT = 5_000  # characters
CHANNELS = (1, 3)
BLANK = np.zeros(IMAGE_SHAPE, np.uint8)  # what nobody has drawn on
LARGEST_SIDE = 4096  # pixels
LARGEST_FILE = 5 * 2**20  # bytes
MOST_SCANS = 100  # of a progressive JPEG; cameras and programs write at most about ten
LIGHT = 128  # grey from which ink is light
_SCAN = b"\xff\xda"  # begins each scan of a JPEG; within its data a byte of 255 never stands before this one
_ORIENTATION = 0x0112  # tag of EXIF
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_decoding = threading.Lock()


def encode(pixels: Array) -> str:
    """Base64 of the compressed pixels (C, H, W) uint8, for a URL."""
    channels, height, width = pixels.shape
    content = bytes([channels, height, width]) + np.ascontiguousarray(pixels, np.uint8).tobytes()
    return base64.urlsafe_b64encode(zlib.compress(content, 9)).decode().rstrip("=")


def decode(text: str) -> Array:
    """Pixels (C, H, W) uint8 of a text that `encode` made.

    Raises:
        Refusal: the text is another one.
    """
    try:
        if len(text) > LONGEST_TEXT:
            raise ValueError
        # At most as many bytes as a picture can have, and one more, which shows that there were more: a small text
        # that decompresses to gigabytes takes neither time nor memory.
        packed = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        content = zlib.decompressobj().decompress(packed, 3 + 3 * SIDE * SIDE + 1)
        channels, height, width = content[:3]
        if channels not in CHANNELS or not 1 <= height <= SIDE or not 1 <= width <= SIDE:
            raise ValueError
        return np.frombuffer(content[3:], np.uint8).reshape(channels, height, width)
    except (ValueError, binascii.Error, zlib.error):
        raise Refusal("the picture in this address is damaged; choose or draw it again.") from None


def from_strokes(values: object) -> Array:
    """Pixels (1, 28, 28) uint8 of a drawing pad's list of numbers.

    Raises:
        Refusal: it is no list of 784 whole numbers from 0 to 255.
    """
    known = values if isinstance(values, list) and len(values) == SIDE * SIDE else [None]
    if not all(type(value) is int and 0 <= value <= 255 for value in known):
        raise Refusal("a drawing is {side} x {side} pixels from 0 to 255; draw it again.", side=SIDE)
    return np.array(known, np.uint8).reshape(1, SIDE, SIDE)


def from_file(content: bytes, *, colour: bool) -> Array:
    """A PNG or JPEG file as pixels (1 or 3, H, W) uint8, its longer side at most SIDE.

    Transparent parts become white, or black under light ink; animations show their first picture, and a photo is turned
    as its camera says.

    Raises:
        Refusal: it is another kind of file, damaged, or too large.
    """
    if len(content) > LARGEST_FILE:
        raise too_large(len(content))
    try:
        with warnings.catch_warnings(), _decoding:
            warnings.simplefilter("ignore")  # of large pictures: they are refused before they are decoded
            picture = Image.open(io.BytesIO(content), formats=("PNG", "JPEG"))
            _check(picture, content)
            small = _opaque(_reduced(picture))
            small = _upright(small, picture)
    except UnidentifiedImageError:
        raise Refusal("this is no PNG or JPEG picture; save it as one of these.") from None
    except Image.DecompressionBombError:
        raise Refusal("the picture has too many pixels; the limit is {limit} a side.", limit=LARGEST_SIDE) from None
    except Refusal:
        raise
    except (OSError, SyntaxError, ValueError, MemoryError):
        raise Refusal("this picture is incomplete or damaged; save it again.") from None
    pixels = np.asarray(small.convert("RGB" if colour else "L"))
    return np.ascontiguousarray(pixels[None] if pixels.ndim == 2 else pixels.transpose(2, 0, 1))


def too_large(size: int) -> Refusal:
    """What is said of a file of too many bytes."""
    limit = LARGEST_FILE // 2**20
    return Refusal("the file has {size:.1f} MB; the limit is {limit} MB.", size=size / 2**20, limit=limit)


def _check(picture: Image.Image, content: bytes) -> None:
    """Before it is decoded: raise Refusal where that would take too long, or too much memory."""
    if max(picture.size) > LARGEST_SIDE:
        raise Refusal(
            "the picture has {width} x {height} pixels; the limit is {limit} a side.",
            width=picture.width,
            height=picture.height,
            limit=LARGEST_SIDE,
        )
    scans = content.count(_SCAN) if picture.format != "PNG" else 1
    if scans > MOST_SCANS:
        raise Refusal(
            "the picture is stored in {scans} scans; the limit is {limit}. Save it again.",
            scans=scans,
            limit=MOST_SCANS,
        )


def _reduced(picture: Image.Image) -> Image.Image:
    """Eight bits per channel, the longer side at most SIDE."""
    scale = min(1.0, SIDE / max(picture.size))
    width, height = (max(1, round(side * scale)) for side in picture.size)
    picture.draft(None, (8 * SIDE, 8 * SIDE))  # of a large JPEG, decode no more than is needed
    return _eight_bits(picture).resize((width, height), Image.Resampling.BOX)


def _eight_bits(picture: Image.Image) -> Image.Image:
    """The picture in a mode whose pixels can be averaged; with its transparency, where it has any."""
    if picture.mode == "I" or picture.mode.startswith("I;16"):
        wide = np.asarray(picture)
        return Image.fromarray((wide.clip(0, 2**16 - 1) >> 8).astype(np.uint8))
    if "transparency" in picture.info or picture.mode == "PA":
        return picture.convert("RGBA")
    if picture.mode in ("L", "LA", "RGB", "RGBA", "CMYK"):
        return picture
    return picture.convert("L" if picture.mode == "1" else "RGB")


def _opaque(picture: Image.Image) -> Image.Image:
    """The picture on white; on black where its ink is light, which would not be seen on white."""
    if "A" not in picture.getbands():
        return picture
    layer = picture.convert("RGBA")
    ink, opacity = (np.asarray(layer.convert("L"), float), np.asarray(layer.getchannel("A"), float))
    light = opacity.any() and np.average(ink, weights=opacity) >= LIGHT
    ground = Image.new("RGBA", layer.size, "black" if light else "white")
    return Image.alpha_composite(ground, layer).convert("RGB")


def _upright(small: Image.Image, picture: Image.Image) -> Image.Image:
    """Turned as the camera says."""
    try:
        turn = _UPRIGHT.get(picture.getexif().get(_ORIENTATION, 1))
    except Exception:  # what is wrong in these notes does not spoil the picture
        return small
    return small if turn is None else small.transpose(turn)


def coloured(pixels: Array, *, colour: bool) -> Array:
    """Pixels (1 or 3, H, W) with three channels, red, green and blue, or with one, how bright they are."""
    if colour == (len(pixels) == 3):
        return pixels
    if colour:
        return pixels.repeat(3, axis=0)
    return np.asarray(Image.fromarray(np.ascontiguousarray(pixels.transpose(1, 2, 0))).convert("L"))[None]


def is_blank(pixels: Array) -> bool:
    """Whether every pixel of each channel is the same."""
    return bool((pixels == pixels[:, :1, :1]).all())
