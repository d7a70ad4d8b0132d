"""The compiled loops behind the fast pooling and the first stage; the machine code is kept, so all stand in one file.

The arrays hold float32, so that a vector of the processor holds as many numbers as it can, and loops over the innermost
dimension are free of branches. A window of pooling is 2x2; its places count in reading order.
"""

from __future__ import annotations

from typing import Any

import numba
import numpy as np

TAPS_AT_ONCE = 5  # that are added in one pass over a row

ZERO, ONE, TWO, THREE, NOWHERE = (np.float32(place) for place in range(5))  # places in a window

strictly: Any = numba.njit(nogil=True, cache=True, error_model="numpy")
loosely: Any = numba.njit(nogil=True, cache=True, error_model="numpy", fastmath={"contract", "reassoc", "nsz"})


def floor_of(relu: bool) -> np.float32:
    """What the largest of a window must be above to count: 0 for a ReLU; nothing compares with NaN."""
    return ZERO if relu else np.float32("nan")


@strictly
def _choose(
    a: np.float32, b: np.float32, c: np.float32, d: np.float32, floor: np.float32
) -> tuple[np.float32, np.float32]:
    """The largest of a window and its place, the first of equals; NaN wins, as in torch.

    Where it is not above the floor: 0, from NOWHERE.
    """
    second, fourth = (b > a) | (b != b), (d > c) | (d != d)
    upper, lower = (b if second else a), (d if fourth else c)
    below = (lower > upper) | (lower != lower)
    largest = lower if below else upper
    above_place, below_place = (ONE if second else ZERO), (THREE if fourth else TWO)
    cut = largest <= floor
    return (ZERO if cut else largest), (NOWHERE if cut else below_place if below else above_place)


@strictly
def _pool_lanes(
    a: np.ndarray,
    b: np.ndarray,
    c: np.ndarray,
    d: np.ndarray,
    largest: np.ndarray,
    places: np.ndarray,
    floor: np.float32,
) -> None:
    """Windows side by side: their four values, and where to write what was chosen."""
    for k in range(len(largest)):
        largest[k], places[k] = _choose(a[k], b[k], c[k], d[k], floor)


@strictly
def _put(gradient: np.ndarray, places: np.ndarray, place: np.float32, values: np.ndarray) -> None:
    for k in range(len(values)):
        values[k] = gradient[k] if places[k] == place else ZERO


@strictly
def _spread_lanes(
    gradient: np.ndarray, places: np.ndarray, a: np.ndarray, b: np.ndarray, c: np.ndarray, d: np.ndarray
) -> None:
    """Windows side by side: each gradient goes where the value came from, the other three get 0."""
    _put(gradient, places, ZERO, a)
    _put(gradient, places, ONE, b)
    _put(gradient, places, TWO, c)
    _put(gradient, places, THREE, d)


@strictly
def pool_wide(values: np.ndarray, largest: np.ndarray, places: np.ndarray, floor: np.float32) -> None:
    """(B, H, W) values to (B, H // 2, W // 2) largest ones and their places."""
    blocks, height, width = largest.shape
    for n in range(blocks):
        for i in range(height):
            top, bottom, chosen, place = values[n, 2 * i], values[n, 2 * i + 1], largest[n, i], places[n, i]
            for j in range(width):
                chosen[j], place[j] = _choose(top[2 * j], top[2 * j + 1], bottom[2 * j], bottom[2 * j + 1], floor)


@strictly
def pool_deep(values: np.ndarray, largest: np.ndarray, places: np.ndarray, floor: np.float32) -> None:
    """(B, H, W, K) values to (B, H // 2, W // 2, K) largest ones and their places."""
    blocks, height, width, _ = largest.shape
    for n in range(blocks):
        for i in range(height):
            top, bottom, chosen, place = values[n, 2 * i], values[n, 2 * i + 1], largest[n, i], places[n, i]
            for j in range(width):
                left, right = 2 * j, 2 * j + 1
                _pool_lanes(top[left], top[right], bottom[left], bottom[right], chosen[j], place[j], floor)


@strictly
def spread_wide(gradient: np.ndarray, places: np.ndarray, spread: np.ndarray) -> None:
    """(B, H // 2, W // 2) gradients of the largest values to those of all values (B, H, W)."""
    blocks, height, width = gradient.shape
    for n in range(blocks):
        for i in range(height):
            for row in range(2):
                left, right = (ZERO, ONE) if row == 0 else (TWO, THREE)
                for j in range(width):
                    value, place = gradient[n, i, j], places[n, i, j]
                    spread[n, 2 * i + row, 2 * j] = value if place == left else ZERO
                    spread[n, 2 * i + row, 2 * j + 1] = value if place == right else ZERO


@strictly
def spread_deep(gradient: np.ndarray, places: np.ndarray, spread: np.ndarray) -> None:
    """(B, H // 2, W // 2, K) gradients of the largest values to those of all values (B, H, W, K)."""
    blocks, height, width, _ = gradient.shape
    for n in range(blocks):
        for i in range(height):
            top, bottom, values, place = spread[n, 2 * i], spread[n, 2 * i + 1], gradient[n, i], places[n, i]
            for j in range(width):
                left, right = 2 * j, 2 * j + 1
                _spread_lanes(values[j], place[j], top[left], top[right], bottom[left], bottom[right])


@loosely
def _convolve(
    rows: np.ndarray, start: int, kernel: np.ndarray, bias: np.float32, offsets: np.ndarray, sums: np.ndarray
) -> None:
    """One row of outputs of one channel, of all images."""
    length = len(sums)
    for n in range(length):
        sums[n] = bias
    for tap in range(0, len(offsets), TAPS_AT_ONCE):
        a = rows[start + offsets[tap] : start + offsets[tap] + length]
        b = rows[start + offsets[tap + 1] : start + offsets[tap + 1] + length]
        c = rows[start + offsets[tap + 2] : start + offsets[tap + 2] + length]
        d = rows[start + offsets[tap + 3] : start + offsets[tap + 3] + length]
        e = rows[start + offsets[tap + 4] : start + offsets[tap + 4] + length]
        u, v, w, x, z = kernel[tap], kernel[tap + 1], kernel[tap + 2], kernel[tap + 3], kernel[tap + 4]
        for n in range(length):
            sums[n] += u * a[n] + v * b[n] + w * c[n] + x * d[n] + z * e[n]


@loosely
def _correlate(rows: np.ndarray, start: int, gradient: np.ndarray, offsets: np.ndarray, kernel: np.ndarray) -> None:
    """What one row of outputs of one channel adds to the gradient of its kernel."""
    length = len(gradient)
    for tap in range(0, len(offsets), TAPS_AT_ONCE):
        a = rows[start + offsets[tap] : start + offsets[tap] + length]
        b = rows[start + offsets[tap + 1] : start + offsets[tap + 1] + length]
        c = rows[start + offsets[tap + 2] : start + offsets[tap + 2] + length]
        d = rows[start + offsets[tap + 3] : start + offsets[tap + 3] + length]
        e = rows[start + offsets[tap + 4] : start + offsets[tap + 4] + length]
        u = v = w = x = z = ZERO
        for n in range(length):
            u += gradient[n] * a[n]
            v += gradient[n] * b[n]
            w += gradient[n] * c[n]
            x += gradient[n] * d[n]
            z += gradient[n] * e[n]
        kernel[tap] += u
        kernel[tap + 1] += v
        kernel[tap + 2] += w
        kernel[tap + 3] += x
        kernel[tap + 4] += z


@loosely
def _total(gradient: np.ndarray, places: np.ndarray) -> np.float32:
    """Sum of the gradients that come from somewhere."""
    total = ZERO
    for n in range(len(gradient)):
        total += gradient[n] if places[n] != NOWHERE else ZERO
    return total


@loosely
def first_forward(
    rows: np.ndarray,
    row_stride: int,
    offsets: np.ndarray,
    kernels: np.ndarray,
    bias: np.ndarray,
    floor: np.float32,
    maps: np.ndarray,
    pooled: np.ndarray,
    places: np.ndarray,
) -> None:
    """Convolve and pool: two rows of outputs of one channel (maps, (2, W, N)) are pooled before they leave the cache.

    Args:
        rows: padded images, the images innermost, one flat array.
        row_stride: from one row of outputs to the next in it.
        offsets: where in it each tap of a kernel begins, (T,); those above the kernel's size have no weight.
        kernels, bias: (C, T) and (C,).
        floor: see `floor_of`.
        maps: room for two rows.
        pooled, places: (C, H // 2, W // 2, N), written.
    """
    channels, height, width, _ = pooled.shape
    for y in range(height):
        for channel in range(channels):
            for row in range(2):
                start = (2 * y + row) * row_stride
                _convolve(rows, start, kernels[channel], bias[channel], offsets, maps[row].reshape(-1))
            for x in range(width):
                a, b, c, d = maps[0, 2 * x], maps[0, 2 * x + 1], maps[1, 2 * x], maps[1, 2 * x + 1]
                _pool_lanes(a, b, c, d, pooled[channel, y, x], places[channel, y, x], floor)


@loosely
def first_backward(
    rows: np.ndarray,
    row_stride: int,
    offsets: np.ndarray,
    gradient: np.ndarray,
    places: np.ndarray,
    maps: np.ndarray,
    kernels: np.ndarray,
    bias: np.ndarray,
) -> None:
    """Add the gradient of kernels (C, T) and bias (C,) to them.

    Args:
        rows, row_stride, offsets, places: as in `first_forward`.
        gradient: of what was pooled, (C, H // 2, W // 2, N).
        maps: room for two rows, (2, W, N), zero where no window reaches.
        kernels, bias: written.
    """
    channels, height, width, _ = gradient.shape
    for y in range(height):
        for channel in range(channels):
            for x in range(width):
                a, b, c, d = maps[0, 2 * x], maps[0, 2 * x + 1], maps[1, 2 * x], maps[1, 2 * x + 1]
                _spread_lanes(gradient[channel, y, x], places[channel, y, x], a, b, c, d)
            bias[channel] += _total(gradient[channel, y].reshape(-1), places[channel, y].reshape(-1))
            for row in range(2):
                start = (2 * y + row) * row_stride
                _correlate(rows, start, maps[row].reshape(-1), offsets, kernels[channel])


def warm_up() -> None:
    """Compile all loops, or load them from the cache; torch is left alone, whose threads would not survive a fork."""
    floor, wide, deep = floor_of(True), np.zeros((1, 2, 2), np.float32), np.zeros((1, 2, 2, 1), np.float32)
    pool_wide(wide, wide[:, :1, :1].copy(), wide[:, :1, :1].copy(), floor)
    spread_wide(wide[:, :1, :1].copy(), wide[:, :1, :1].copy(), wide)
    one = deep[:, :1, :1].copy()
    pool_deep(deep, one, one.copy(), floor)
    spread_deep(one, one.copy(), deep)
    offsets, kernels, bias = (
        np.zeros(TAPS_AT_ONCE, np.int64),
        np.zeros((1, TAPS_AT_ONCE), np.float32),
        np.zeros(1, np.float32),
    )
    rows, maps = np.zeros(4, np.float32), np.zeros((2, 2, 1), np.float32)
    first_forward(rows, 2, offsets, kernels, bias, floor, maps, one, one.copy())
    first_backward(rows, 2, offsets, one, one.copy(), maps, kernels, bias)
