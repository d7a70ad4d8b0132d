"""What is said of kernels, examples and stacks: each claim recomputed on the very thing of which it is made."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest
import torch

from cnnviz.convolution.examples import EXAMPLES
from cnnviz.convolution.kernels import KERNELS
from cnnviz.convolution.operation import Operation
from cnnviz.convolution.stack_examples import STACKS
from tests.unit.convolution.test_operation import by_torch
from tests.unit.convolution.test_stack import network_of

RAMP = np.arange(81.0).reshape(9, 9)
IMAGE = np.random.default_rng(0).normal(size=(9, 9))


def shown(name: str) -> np.ndarray:
    """The output of an example, by torch."""
    return by_torch(EXAMPLES[name].operation).numpy()


def correlated(image: np.ndarray, name: str) -> np.ndarray:
    """A named kernel over an image, by torch."""
    return torch.nn.functional.conv2d(torch.tensor(image)[None], torch.tensor(KERNELS[name].cells)[None])[0].numpy()


def without_padding(operation: Operation) -> np.ndarray:
    settings = replace(operation.settings, padding=(0, 0), padding_mode="zeros")
    return by_torch(replace(operation, settings=settings)).numpy()


def changed(operation: Operation, **settings: object) -> Operation:
    return replace(operation, settings=replace(operation.settings, **settings))


def plain() -> None:
    operation = EXAMPLES["plain"].operation
    assert shown("plain").size == 9  # stops
    assert operation.settings.stride == (1, 1)


def padding() -> None:
    operation = EXAMPLES["padding"].operation
    assert operation.image.shape == shown("padding").shape == (1, 5, 5)
    assert without_padding(operation).shape == (1, 3, 3)
    assert set(operation.padded[0, 0]) == {0}


def stride() -> None:
    assert EXAMPLES["stride"].operation.settings.stride == (2, 2)
    assert (EXAMPLES["stride"].image.shape, shown("stride").shape) == ((1, 5, 5), (1, 2, 2))


def edges() -> None:
    image, output = EXAMPLES["edges"].image[0], shown("edges")[0]
    for row, column in np.ndindex(output.shape):
        here, following = image[row, column], image[row, column + 1]
        assert output[row, column] == {(1, 0): 1, (0, 1): -1}.get((here, following), 0)
    assert {1, -1} < set(output.ravel())


def edges_turned() -> None:
    assert (np.diff(EXAMPLES["edges_turned"].image[0], axis=1) == 0).all()
    assert (shown("edges_turned") == 0).all()
    assert EXAMPLES["edges_turned"].kernel == EXAMPLES["edges"].kernel
    assert (EXAMPLES["edges_turned"].image[0] == EXAMPLES["edges"].image[0].T).all()


def channels() -> None:
    operation = EXAMPLES["channels"].operation
    assert operation.weights.shape[:2] == (1, 2)
    parts = []
    for k in range(2):
        image, weights = operation.image[k : k + 1], operation.weights[:, k : k + 1]
        parts.append(by_torch(Operation(image, operation.settings, weights, np.zeros(1))))
    np.testing.assert_allclose(sum(parts), shown("channels"))


def output_channels() -> None:
    operation = EXAMPLES["output_channels"].operation
    assert len(shown("output_channels")) == 3 == len({tuple(kernel.ravel()) for kernel in operation.weights})
    assert len(set(operation.biases)) == 3


def unequal_kernel() -> None:
    operation = EXAMPLES["unequal_kernel"].operation
    assert (operation.settings.kernel_size, operation.settings.padding) == ((5, 3), (2, 1))
    assert operation.image.shape == shown("unequal_kernel").shape == (1, 8, 8)


def halving() -> None:
    settings = EXAMPLES["halving"].operation.settings
    assert (settings.padding, settings.stride) == ((1, 1), (2, 2))
    assert (EXAMPLES["halving"].image.shape, shown("halving").shape) == ((1, 8, 8), (1, 4, 4))


def unequal_all() -> None:
    settings = EXAMPLES["unequal_all"].operation.settings
    assert (settings.kernel_size, settings.padding, settings.stride) == ((3, 5), (0, 1), (3, 4))
    assert (EXAMPLES["unequal_all"].image.shape, shown("unequal_all").shape) == ((1, 8, 8), (1, 2, 2))


def mistake() -> None:
    settings = EXAMPLES["mistake"].operation.settings
    assert (settings.kernel_size, settings.stride, settings.padding) == ((3, 3), (1, 1), (0, 0))
    assert (EXAMPLES["mistake"].image.shape, shown("mistake").shape) == ((1, 6, 6), (1, 4, 4))


def even() -> None:
    operation = EXAMPLES["even"].operation
    layer = torch.nn.Conv2d(1, 1, operation.settings.kernel_size, padding="same").double()
    with torch.no_grad():
        layer.weight.copy_(torch.tensor(operation.weights))
        layer.bias.zero_()
        np.testing.assert_allclose(operation.output, layer(torch.tensor(operation.image)[None])[0])
    frame = operation.axes[0].frame
    assert (list(frame).index(False), list(frame[::-1]).index(False)) == (1, 2)


def flip() -> None:
    operation = EXAMPLES["flip"].operation
    assert operation.image.sum() == 1
    np.testing.assert_array_equal(shown("flip")[0], operation.weights[0, 0])
    unflipped = by_torch(changed(operation, flip=False))[0].numpy()
    np.testing.assert_array_equal(unflipped, np.rot90(operation.weights[0, 0], 2))


def dilation() -> None:
    operation = EXAMPLES["dilation"].operation
    assert (operation.settings.kernel_size, operation.weights.size) == ((3, 3), 9)
    assert [axis.span for axis in operation.axes] == [5, 5]


def reflect() -> None:
    operation = EXAMPLES["reflect"].operation
    np.testing.assert_array_equal(operation.padded[0], np.pad(operation.image[0], 1, "reflect"))
    assert operation.padded.min() > 0
    zeros = by_torch(changed(operation, padding_mode="zeros"))
    assert zeros[0, 0].sum() < shown("reflect")[0, 0].sum()


def depthwise() -> None:
    operation = EXAMPLES["depthwise"].operation
    assert operation.settings.groups == len(operation.image) == 3
    for channel in range(3):
        other = operation.image.copy()
        other[[k for k in range(3) if k != channel]] += 1
        assert (by_torch(replace(operation, image=other))[channel].numpy() == shown("depthwise")[channel]).all()


def one_by_one() -> None:
    operation = EXAMPLES["one_by_one"].operation
    matrix = operation.weights[:, :, 0, 0]
    for row, column in np.ndindex(operation.image_size):
        assert (shown("one_by_one")[:, row, column] == matrix @ operation.image[:, row, column]).all()


def relu() -> None:
    np.testing.assert_array_equal(shown("relu"), shown("edges").clip(0))
    assert shown("edges").min() < 0
    image = EXAMPLES["relu"].image[0]
    for row, column in np.argwhere(shown("relu")[0]):
        assert (image[row, column], image[row, column + 1]) == (1, 0)


def transposed() -> None:
    operation = EXAMPLES["transposed"].operation
    laid = np.zeros((7, 7))
    for row, column in np.ndindex(3, 3):
        stamp = operation.image[0, row, column] * operation.weights[0, 0]
        laid[2 * row : 2 * row + 3, 2 * column : 2 * column + 3] += stamp
    np.testing.assert_array_equal(shown("transposed")[0], laid)
    assert operation.image.shape == (1, 3, 3)


def max_pool() -> None:
    operation = EXAMPLES["max_pool"].operation
    blocks = operation.image[0].reshape(2, 2, 2, 2).max((1, 3))
    np.testing.assert_array_equal(shown("max_pool")[0], blocks)
    assert operation.weights is None


def average_pool() -> None:
    operation = EXAMPLES["average_pool"].operation
    settings = operation.settings
    assert (settings.kernel_size, settings.padding, settings.stride) == ((2, 3), (0, 1), (2, 3))
    padded = np.pad(operation.image[0], ((0, 0), (1, 1)))
    means = padded[:, : 3 * (padded.shape[1] // 3)].reshape(3, 2, -1, 3).mean((1, 3))
    np.testing.assert_allclose(shown("average_pool")[0], means)


CLAIMS = {
    claim.__name__: claim
    for claim in (
        plain, padding, stride, edges, edges_turned, channels, output_channels, unequal_kernel, halving, unequal_all,
        mistake, even, flip, dilation, reflect, depthwise, one_by_one, relu, transposed, max_pool, average_pool,
    )
}  # fmt: skip


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_does_what_is_said_of_it(name):
    CLAIMS[name]()


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_sizes_in_the_words_of_an_example_are_its_own(name):
    said = set(re.findall(r"[0-9]+x[0-9]+", EXAMPLES[name].description + EXAMPLES[name].label))
    operation = EXAMPLES[name].operation
    spans = tuple(axis.span for axis in operation.axes)
    sizes = (operation.image.shape[1:], shown(name).shape[1:], operation.settings.kernel_size, spans)
    known = {f"{rows}x{columns}" for rows, columns in sizes}
    assert said <= known | ({"2x2"} if name == "mistake" else set())  # there it is the mistake


def inside(image: np.ndarray) -> np.ndarray:
    return image[1:-1, 1:-1]


def beside(image: np.ndarray, down: int, right: int) -> np.ndarray:
    """What lies so many cells below and to the right of each inner cell."""
    return image[1 + down : 8 + down, 1 + right : 8 + right]


KERNEL_CLAIMS = {
    "identity": lambda: inside(IMAGE),
    "single": lambda: IMAGE,
    "edges_vertical": lambda: IMAGE[:, :-1] - IMAGE[:, 1:],
    "edges_horizontal": lambda: IMAGE[:-1] - IMAGE[1:],
    "sobel_x": lambda: sum(w * (beside(IMAGE, d, 1) - beside(IMAGE, d, -1)) for d, w in ((-1, 1), (0, 2), (1, 1))),
    "sobel_y": lambda: sum(w * (beside(IMAGE, 1, r) - beside(IMAGE, -1, r)) for r, w in ((-1, 1), (0, 2), (1, 1))),
    "laplacian": lambda: sum(beside(IMAGE, *p) for p in ((0, 1), (1, 0), (0, -1), (-1, 0))) - 4 * inside(IMAGE),
    "sharpen": lambda: inside(IMAGE) - correlated(IMAGE[None], "laplacian")[0],
    "box": lambda: np.mean([beside(IMAGE, d, r) for d in (-1, 0, 1) for r in (-1, 0, 1)], axis=0),
}


@pytest.mark.parametrize("name", KERNEL_CLAIMS)
def test_a_kernel_computes_what_is_said_of_it(name):
    np.testing.assert_allclose(correlated(IMAGE[None], name)[0], KERNEL_CLAIMS[name](), atol=1e-12)


def test_near_cells_count_more_in_a_gaussian_blur_and_the_wider_one_blurs_more():
    for name in ("gaussian", "gaussian_5"):
        cells = KERNELS[name].cells[0]
        middle = len(cells) // 2
        distance = np.hypot(*(np.indices(cells.shape) - middle))
        assert cells.sum() == pytest.approx(1)
        along = cells[middle, middle:], np.diag(cells)[middle:]
        assert all((np.diff(line) < 0).all() for line in along)
        assert cells[distance == 0] == cells.max()
    wide, narrow = correlated(IMAGE[None], "gaussian_5")[0], correlated(IMAGE[None], "gaussian")[0]
    assert wide.std() < inside(narrow).std()
    assert KERNELS["gaussian_5"].cells.size == 25


def test_an_emboss_adds_what_lies_right_and_below_and_subtracts_what_lies_left_and_above():
    cells = KERNELS["emboss"].cells[0]
    rows, columns = np.indices(cells.shape) - 1
    assert (cells[rows + columns > 0] >= 0).all()
    assert (cells[rows + columns < 0] <= 0).all()
    assert cells[rows + columns > 0].sum() == -cells[rows + columns < 0].sum() > 0
    assert cells[1, 1] == cells.sum() == 1  # where nothing changes, the image stays


def test_nine_different_weights_change_when_they_are_flipped():
    cells = KERNELS["one_to_nine"].cells[0]
    assert len(set(cells.ravel())) == 9
    assert not np.array_equal(cells, np.rot90(cells, 2))


STACK_CLAIMS = {
    "two_3": ("18/25", 5),
    "three_3": ("27/49", 7),
    "one_5": (None, 5),
    "one_7": (None, 7),
    "dilated": (None, 13),
}


@pytest.mark.parametrize("name", STACK_CLAIMS)
def test_what_a_stack_sees_and_how_many_weights_it_has(name):
    share, side = STACK_CLAIMS[name]
    example, stack = STACKS[name], STACKS[name].stack
    image = torch.zeros(1, stack.channels, stack.side, stack.side, dtype=torch.double, requires_grad=True)
    output = network_of(stack)(image)
    output[0, 0, output.shape[2] // 2, output.shape[3] // 2].backward()
    seen = image.grad[0, 0].nonzero()
    assert (seen.max(0).values - seen.min(0).values + 1).tolist() == [side, side]
    assert f"{side}x{side}" in example.description
    if share:
        above, below = map(int, share.split("/"))
        assert stack.weights * below == STACKS[example.rival].stack.weights * above
        assert share in example.description


def test_the_other_stacks_do_what_is_said_of_them():
    sides = [side for _, side in STACKS["strided"].stack.shapes]
    assert f"{', '.join(map(str, sides))}." in STACKS["strided"].description
    assert [-(-side // 2) for side in sides[:-1]] == sides[1:]
    direct, through = STACKS["direct"].stack, STACKS["bottleneck"].stack
    assert direct.shapes[-1] == through.shapes[-1]
    assert through.multiply_adds / direct.multiply_adds == pytest.approx(0.1, abs=0.01)
    assert f"{direct.multiply_adds / 1e6:.0f} million" in STACKS["direct"].description
    shapes = STACKS["shapes"].stack.shapes
    assert [(channels, side, side) for channels, side in shapes] == [(5, 100, 100), (10, 98, 98)]
    pooling = STACKS["pooling"].stack
    assert [pooling.receptive_field(level, level - 1).rows.jump for level in (2, 4)] == [2, 2]
    for name, example in STACKS.items():
        assert set(map(int, re.findall(r"([0-9]+) weights per pair", example.description))) <= {
            example.stack.layers[0].kernel_size ** 2
        }, name
