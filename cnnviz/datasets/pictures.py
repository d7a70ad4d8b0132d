"""Small pictures: read from an uploaded file, drawn by hand, and carried by an address."""

from __future__ import annotations

import base64
import binascii
import io
import warnings
import zlib

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from cnnviz.arrays import IMAGE_SHAPE, Array
from cnnviz.refusal import Refusal

SIDE = max(IMAGE_SHAPE)  # pixels of the longer side that is kept
LARGEST_SIDE = 4096  # pixels, of a file
LARGEST_FILE = 5 * 2**20  # bytes
LONGEST_TEXT = 5_000  # characters
CHANNELS = (1, 3)


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

    Transparent parts become white, animations show their first picture, and a photo is turned as its camera says.

    Raises:
        Refusal: it is another kind of file, damaged, or too large.
    """
    if len(content) > LARGEST_FILE:
        size, limit = len(content) / 2**20, LARGEST_FILE // 2**20
        raise Refusal("the file has {size:.1f} MB; the limit is {limit} MB.", size=size, limit=limit)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of large pictures: refused below, before they are decoded
            picture = Image.open(io.BytesIO(content), formats=("PNG", "JPEG"))
            if max(picture.size) > LARGEST_SIDE:
                raise Refusal(
                    "the picture has {width} x {height} pixels; the limit is {limit} a side.",
                    width=picture.width,
                    height=picture.height,
                    limit=LARGEST_SIDE,
                )
            upright = ImageOps.exif_transpose(picture)
    except UnidentifiedImageError:
        raise Refusal("this is no PNG or JPEG picture; save it as one of these.") from None
    except Image.DecompressionBombError:
        raise Refusal("the picture has too many pixels; the limit is {limit} a side.", limit=LARGEST_SIDE) from None
    except Refusal:
        raise
    except (OSError, SyntaxError, ValueError):
        raise Refusal("this picture is incomplete or damaged; save it again.") from None
    return _reduced(_opaque(upright), colour)


def _opaque(picture: Image.Image) -> Image.Image:
    """Eight bits per channel, on white where it is transparent."""
    if picture.mode.startswith("I;16") or picture.mode == "I":
        wide = np.asarray(picture, np.float64)
        picture = Image.fromarray((wide / 257).round().clip(0, 255).astype(np.uint8))
    if "A" in picture.getbands() or "transparency" in picture.info:
        layer = picture.convert("RGBA")
        white = Image.new("RGBA", layer.size, "white")
        return Image.alpha_composite(white, layer).convert("RGB")
    return picture


def _reduced(picture: Image.Image, colour: bool) -> Array:
    picture = picture.convert("RGB" if colour else "L")
    scale = min(1.0, SIDE / max(picture.size))
    width, height = (max(1, round(side * scale)) for side in picture.size)
    pixels = np.asarray(picture.resize((width, height), Image.Resampling.BOX))
    return np.ascontiguousarray(pixels[None] if pixels.ndim == 2 else pixels.transpose(2, 0, 1))


def is_blank(pixels: Array) -> bool:
    """Whether every pixel of each channel is the same."""
    return bool((pixels == pixels[:, :1, :1]).all())
