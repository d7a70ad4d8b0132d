"""Uploaded and drawn pictures, good and bad."""

import contextlib
import io
import struct
import subprocess
import sys
import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image

from cnnviz.datasets.pictures import (
    LARGEST_FILE,
    MOST_SCANS,
    coloured,
    decode,
    encode,
    from_file,
    from_strokes,
    is_blank,
)
from cnnviz.refusal import Refusal
from tests.conftest import ROOT


def saved(picture, kind="PNG", **options):
    buffer = io.BytesIO()
    picture.save(buffer, kind, **options)
    return buffer.getvalue()


shapes = st.tuples(st.sampled_from([1, 3]), st.integers(1, 28), st.integers(1, 28))


@given(arrays(np.uint8, shapes))
def test_an_address_keeps_every_pixel(pixels):
    text = encode(pixels)
    assert text.isascii()
    assert not set(text) & set("+/=& ")
    np.testing.assert_array_equal(decode(text), pixels)


def packed(content):
    import base64

    return base64.urlsafe_b64encode(zlib.compress(content)).decode()


@pytest.mark.parametrize(
    "text",
    ["", "!", "abc", "٣", "A" * 10_000, packed(b"\x01\x1c"), packed(bytes(10**7)), packed(b"\x02\x01\x01\x00\x00"),
     packed(b"\x01\x40\x40" + bytes(4096)), packed(b"\x01\x02\x02\x00"), "<script>"],
)  # fmt: skip
def test_a_text_that_carries_no_picture_is_refused(text):
    with pytest.raises(Refusal, match="damaged; choose or draw it again"):
        decode(text)


def test_strokes_are_pixels():
    values = [0] * 784
    values[29] = 255
    pixels = from_strokes(values)
    assert (pixels.shape, pixels[0, 1, 1], pixels.sum()) == ((1, 28, 28), 255, 255)


@pytest.mark.parametrize(
    "values",
    [None, [], "x", [0] * 783, [0] * 785, [0.5] * 784, [256] * 784, [-1] * 784, [float("nan")] * 784, [[0] * 28] * 28,
     [True] * 784, {"0": 1}, b"0" * 784],
)  # fmt: skip
def test_strokes_of_another_kind_are_refused(values):
    with pytest.raises(Refusal, match="28 x 28 pixels from 0 to 255"):
        from_strokes(values)


def gradient(width=56, height=28):
    return Image.fromarray(np.tile(np.linspace(0, 255, width).astype(np.uint8), (height, 1)))


@pytest.mark.parametrize("colour", [False, True])
@pytest.mark.parametrize(
    ("kind", "mode"),
    [
        *(("PNG", mode) for mode in ("L", "RGB", "P", "RGBA", "LA", "1", "I;16")),
        ("JPEG", "L"),
        ("JPEG", "RGB"),
        ("JPEG", "CMYK"),
    ],
)
def test_pictures_of_every_kind(mode, kind, colour):
    picture = gradient()
    if mode == "I;16":
        picture = Image.fromarray(np.asarray(picture, np.uint16) * 257)
    elif mode != "L":
        picture = picture.convert(mode)
    pixels = from_file(saved(picture, kind), colour=colour)
    assert pixels.shape == (3 if colour else 1, 14, 28)
    if mode != "1":
        assert pixels[0, 7, 1] < 60
        assert pixels[0, 7, -2] > 195


def test_transparent_is_white():
    clear = Image.new("RGBA", (10, 10), (0, 0, 0, 0))
    assert (from_file(saved(clear), colour=True) == 255).all()
    palette = Image.new("P", (10, 10), 0)
    assert (from_file(saved(palette, transparency=0), colour=False) == 255).all()


def test_a_photo_is_turned_as_its_camera_says():
    picture = Image.new("L", (40, 20), 0)
    picture.paste(255, (0, 0, 10, 20))  # bright on the left
    exif = Image.Exif()
    exif[0x0112] = 6  # turn clockwise: left becomes top
    pixels = from_file(saved(picture, "JPEG", exif=exif), colour=False)
    assert pixels.shape == (1, 28, 14)
    assert pixels[0, 2].mean() > 200 > 50 > pixels[0, -2].mean()


def test_an_animation_shows_its_first_picture():
    frames = [Image.new("L", (8, 8), value) for value in (255, 0)]
    content = saved(frames[0], save_all=True, append_images=frames[1:])
    assert (from_file(content, colour=False) == 255).all()


@pytest.mark.parametrize(("width", "height", "shape"), [(1, 1, (1, 1)), (1, 4000, (28, 1)), (4096, 10, (1, 28))])
def test_odd_sizes(width, height, shape):
    pixels = from_file(saved(Image.new("L", (width, height), 7)), colour=False)
    assert pixels.shape == (1, *shape)
    assert is_blank(pixels)


@pytest.mark.parametrize("value", [0, 255])
def test_black_and_white_are_blank(value):
    assert is_blank(from_file(saved(Image.new("RGB", (50, 50), (value,) * 3)), colour=True))
    assert not is_blank(from_file(saved(gradient()), colour=False))


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "no PNG or JPEG"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "no PNG or JPEG"),
        (saved(gradient(), "GIF"), "no PNG or JPEG"),
        (saved(gradient(), "TIFF"), "no PNG or JPEG"),
        (b"8BPS" + bytes(100), "no PNG or JPEG"),
        (saved(gradient(280, 280))[:-200], "incomplete or damaged"),
        (saved(gradient(280, 280), "JPEG")[:400], "incomplete or damaged"),
        (saved(Image.new("1", (4097, 10))), "4097 x 10 pixels; the limit is 4096"),
        (saved(Image.new("1", (12000, 12000))), "12000 x 12000 pixels"),
        (saved(Image.new("1", (30000, 30000))), "too many pixels; the limit is 4096"),
        (bytes(LARGEST_FILE + 1), "the limit is 5 MB"),
    ],
    ids=range(11),
)
def test_files_that_are_no_such_picture_are_refused(content, reason):
    with pytest.raises(Refusal, match=reason):
        from_file(content, colour=False)


def inked(ink, mode="RGBA"):
    """A bar of ink on nothing, its edge half transparent."""
    picture = Image.new("RGBA", (56, 56), (*ink, 0))
    picture.paste((*ink, 255), (20, 0, 36, 56))
    picture.paste((*ink, 128), (36, 0, 38, 56))
    return picture.convert(mode)


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P"])
@pytest.mark.parametrize(("ink", "grey", "ground"), [((255,) * 3, 255, 0), ((0,) * 3, 0, 255), ((255, 230, 0), 211, 0)])
def test_ink_on_nothing_is_seen(ink, grey, ground, mode):
    """Light ink would be lost on white."""
    picture = inked(ink)
    if mode == "P":
        picture = picture.quantize(8)
    elif mode == "LA":
        picture = picture.convert("LA")
    pixels = from_file(saved(picture), colour=False)[0]
    assert pixels[14, 14] == pytest.approx(grey, abs=3)
    assert pixels[14, 2] == ground
    assert not is_blank(pixels[None])


def test_ink_is_not_mixed_with_what_is_behind_it_unseen():
    """The colour of a transparent pixel does not count, however it is reduced."""
    picture = Image.new("RGBA", (56, 56), (255, 0, 0, 0))
    picture.paste((0, 0, 0, 255), (0, 0, 28, 56))
    pixels = from_file(saved(picture), colour=True)
    assert (pixels[:, :, :14] == 0).all()
    assert (pixels[:, :, 14:] == 255).all()


@pytest.mark.parametrize("turn", range(1, 9))
def test_a_photo_of_every_orientation_stands_upright(turn):
    """The corner that is bright is where a viewer that follows EXIF has it."""
    from PIL import ImageOps

    picture = Image.new("L", (400, 200), 0)
    picture.paste(255, (0, 0, 100, 50))
    exif = Image.Exif()
    exif[0x0112] = turn
    content = saved(picture, "JPEG", exif=exif, quality=95)
    upright = np.asarray(ImageOps.exif_transpose(Image.open(io.BytesIO(content))))
    pixels = from_file(content, colour=False)[0]
    assert (pixels.shape[0] > pixels.shape[1]) == (upright.shape[0] > upright.shape[1])
    corners = [(0, 0), (0, -1), (-1, 0), (-1, -1)]
    assert [pixels[corner] > 128 for corner in corners] == [upright[corner] > 128 for corner in corners]


def test_the_colours_of_a_picture_and_how_bright_they_are():
    pixels = np.arange(48, dtype=np.uint8).reshape(3, 4, 4) * 5
    grey = coloured(pixels, colour=False)
    red, green, blue = pixels.astype(float)
    np.testing.assert_allclose(grey[0], 0.299 * red + 0.587 * green + 0.114 * blue, atol=1)
    np.testing.assert_array_equal(coloured(grey, colour=True), grey.repeat(3, axis=0))
    assert coloured(pixels, colour=True) is pixels


# Files of somebody who means harm


def with_scans(count, side=64):
    """A progressive JPEG whose last scan is repeated, until it has `count` of them."""
    content = saved(gradient(side, side).convert("RGB"), "JPEG", progressive=True)
    last = content.rindex(b"\xff\xda")
    return content[:-2] + content[last:-2] * (count - content.count(b"\xff\xda")) + content[-2:]


def test_a_picture_of_too_many_scans_is_refused_before_it_is_decoded():
    assert from_file(with_scans(MOST_SCANS), colour=False).shape == (1, 28, 28)
    with pytest.raises(Refusal, match=f"{MOST_SCANS + 1} scans; the limit is {MOST_SCANS}"):
        from_file(with_scans(MOST_SCANS + 1), colour=False)
    with pytest.raises(Refusal, match="30000 scans"):
        from_file(with_scans(30_000), colour=False)


def wide_png(side):
    """A PNG of few bytes with four channels of sixteen bits, all of them zero."""
    packer = zlib.compressobj(9)
    rows = b"".join(packer.compress(bytes(1 + 8 * side)) for _ in range(side)) + packer.flush()

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", side, side, 16, 6, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


MEASURE = """
import resource, sys
from cnnviz.datasets.pictures import from_file
content = sys.stdin.buffer.read()
used = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
before = used()
from_file(content, colour=True)
print(used() - before)
"""


@pytest.mark.parametrize("kind", ["sixteen bits", "palette", "transparent palette", "grey"])
def test_a_small_file_of_many_pixels_takes_little_memory(kind):
    """At most some 16 bytes for each of 16.8 million pixels; it was 80."""
    if kind == "sixteen bits":
        content = wide_png(4096)
    else:
        picture = Image.new("L" if kind == "grey" else "P", (4096, 4096), 1)
        content = saved(picture, transparency=0) if kind == "transparent palette" else saved(picture)
    done = subprocess.run([sys.executable, "-c", MEASURE], input=content, capture_output=True, cwd=ROOT, check=True)
    unit = 1 if sys.platform == "darwin" else 1024
    assert int(done.stdout) * unit < 17 * 4096**2


@given(st.binary(max_size=400), st.integers(0, 400))
def test_a_file_that_was_damaged_anywhere_is_read_or_refused(noise, place):
    for content in (saved(gradient(), "JPEG", progressive=True), saved(gradient().convert("LA"))):
        with contextlib.suppress(Refusal):
            assert from_file(content[:place] + noise + content[place + len(noise) :], colour=True).shape[0] == 3
