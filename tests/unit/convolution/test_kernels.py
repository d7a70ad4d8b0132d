import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from cnnviz.convolution.examples import EXAMPLES
from cnnviz.convolution.kernels import KERNELS
from cnnviz.convolution.matrices import (
    LARGEST_VALUE,
    format_kernels,
    format_matrix,
    format_number,
    image_from_pixels,
    parse_kernels,
    parse_matrix,
    random_matrix,
    resize_matrix,
    with_kernels,
    with_slices,
)
from cnnviz.convolution.operation import convolve
from cnnviz.refusal import Refusal

FLAT = np.full((1, 9, 9), 3.0)
SLOPE = np.tile(np.arange(9.0), (9, 1))[None]  # brighter to the right


@pytest.mark.parametrize("name", KERNELS)
def test_a_kernel_does_to_a_flat_image_what_its_sum_says(name):
    cells = KERNELS[name].cells
    np.testing.assert_allclose(convolve(FLAT, cells[None]), 3 * cells.sum(), atol=1e-12)


@pytest.mark.parametrize(
    ("name", "on_slope"),
    [
        ("identity", None),
        ("edges_vertical", -1),
        ("edges_horizontal", 0),
        ("sobel_x", 8),
        ("sobel_y", 0),
        ("laplacian", 0),
    ],
)
def test_a_kernel_does_to_a_slope_what_its_lesson_says(name, on_slope):
    output = convolve(SLOPE, KERNELS[name].cells[None])
    expected = SLOPE[:, 1:-1, 1:-1] if on_slope is None else np.full_like(output, on_slope)
    np.testing.assert_allclose(output, expected)


@pytest.mark.parametrize("name", ["box", "gaussian"])
def test_a_blur_is_a_mean(name):
    assert KERNELS[name].cells.sum() == pytest.approx(1)
    assert KERNELS[name].cells.min() > 0


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_preset_fits(name):
    preset = EXAMPLES[name]
    assert preset.operation.output.size > 0
    assert preset.description.endswith(".")


def test_a_5x5_blur_is_the_3x3_blur_twice():
    small = KERNELS["gaussian"].cells
    np.testing.assert_allclose(convolve(small, small[None], padding="full"), KERNELS["gaussian_5"].cells)


# Matrices as text


@given(
    arrays(
        float,
        array_shapes(min_dims=3, max_dims=3, max_side=4).filter(lambda s: s[0] <= 3),
        elements=st.floats(-1e6, 1e6),
    )
)
def test_text_keeps_every_number(matrix):
    np.testing.assert_array_equal(parse_matrix(format_matrix(matrix)), matrix)


@given(arrays(float, array_shapes(min_dims=4, max_dims=4, max_side=3), elements=st.floats(-1e6, 1e6)))
def test_text_keeps_every_kernel(weights):
    np.testing.assert_array_equal(parse_kernels(format_kernels(weights)), weights)


def test_kernels_pasted_from_python():
    assert parse_kernels("[[[[1, 2]], [[3, 4]]], [[[5, 6]], [[7, 8]]]]").tolist() == [
        [[[1, 2]], [[3, 4]]],
        [[[5, 6]], [[7, 8]]],
    ]


@pytest.mark.parametrize("text", ["1 || 1 2", "1||1||1||1||1", "", "||", "1 2; 3 || 1", "1 2 3 4 5 6 7 8"])
def test_what_are_no_kernels_is_refused_with_a_reason(text):
    with pytest.raises(Refusal, match=r"kernel"):
        parse_kernels(text)


def test_more_slices_repeat_and_more_kernels_turn():
    weights = np.arange(4.0).reshape(1, 1, 2, 2)
    assert with_slices(weights, 3).shape == (1, 3, 2, 2)
    assert with_slices(with_slices(weights, 3), 1).tolist() == weights.tolist()
    turned = with_kernels(weights, 4)
    assert turned[:, 0].tolist() == [[[0, 1], [2, 3]], [[1, 3], [0, 2]], [[3, 2], [1, 0]], [[2, 0], [3, 1]]]
    assert with_kernels(np.array([[[[1.0, 2]]]]), 2)[1].tolist() == [[[2, 1]]]
    assert with_kernels(turned, 1).tolist() == weights.tolist()


@pytest.mark.parametrize(
    ("text", "matrix"),
    [
        ("1 0 -1; 2 0 -2", [[[1, 0, -1], [2, 0, -2]]]),
        ("1,2\n3,4", [[[1, 2], [3, 4]]]),
        ("[[1, 2], [3, 4]]", [[[1, 2], [3, 4]]]),
        ("[[[1]], [[2]]]", [[[1]], [[2]]]),
        ("1/4 −.5 1e2", [[[0.25, -0.5, 100]]]),
        ("0 1; 2 3 | 1 2; 3 4", [[[0, 1], [2, 3]], [[1, 2], [3, 4]]]),
    ],
)
def test_ways_to_write_a_matrix(text, matrix):
    assert parse_matrix(text).tolist() == matrix


@pytest.mark.parametrize(
    "text",
    [
        "",
        ";",
        "a b",
        "nan",
        "inf",
        "1e308",
        "1/0",
        "1 2; 3",
        "<script>",
        "1 | 1 2",
        "1|1|1|1",
        "١",
        "1;" * 40,
        "1 " * 30_000,
    ],
)
def test_what_is_no_matrix_is_refused_with_a_reason(text):
    with pytest.raises(Refusal, match=r"the (matrix|channels|rows)"):
        parse_matrix(text)


@pytest.mark.parametrize(
    ("value", "text"), [(3.0, "3"), (0.5, "1/2"), (1 / 9, "1/9"), (-0.25, "-1/4"), (0.123, "0.123")]
)
def test_numbers_are_short(value, text):
    assert parse_matrix(format_number(value)).item() == value
    assert len(format_number(value)) <= len(text)


def test_resizing_keeps_what_fits():
    assert resize_matrix(np.array([[[1.0, 2], [3, 4]]]), 1, 3).tolist() == [[[1, 2, 0]]]


def test_random_matrices_are_seeded():
    assert random_matrix(2, 3, seed=1).shape == (1, 2, 3)
    np.testing.assert_array_equal(random_matrix(2, 3, seed=1), random_matrix(2, 3, seed=1))
    assert not np.array_equal(random_matrix(5, 5, seed=1), random_matrix(5, 5, seed=2))


def test_pixels_become_0_to_1():
    assert image_from_pixels(np.array([[0, 255]], np.uint8)).tolist() == [[[0, 1]]]
    assert image_from_pixels(np.array([[[0, 255]], [[255, 51]]], np.uint8)).tolist() == [[[0, 1]], [[1, 0.2]]]
    assert LARGEST_VALUE >= 255
