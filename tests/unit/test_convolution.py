"""The arithmetic of convolution against worked numbers and against torch."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from cnnviz.convolution import Axis, Convolution, ConvolutionSettings, Misfit, convolve, output_size
from cnnviz.convolution_check import largest_difference, snippet
from cnnviz.kernels import PRESETS
from cnnviz.settings import Refusal

PLAIN = [[3, 3, 2, 1, 0], [0, 0, 1, 3, 1], [3, 1, 2, 2, 3], [2, 0, 0, 2, 2], [2, 0, 0, 0, 1]]
FIVE = [[3, 4, 6, 5, 7], [2, 4, 6, 8, 2], [1, 6, 7, 8, 4], [9, 7, 4, 6, 2], [3, 7, 5, 4, 1]]
NINE = [[1, 2, 3], [4, 5, 6], [7, 8, 9]]


def one_channel(image, kernel, **options):
    return convolve(np.array([image], float), np.array([[kernel]], float), **options)[0]


# The tutorials' own numbers


def test_plain():
    assert one_channel(PLAIN, [[0, 1, 2], [2, 2, 0], [0, 1, 2]]).tolist() == [[12, 12, 17], [10, 17, 19], [9, 6, 14]]


def test_padding():
    assert one_channel(FIVE, NINE, padding=(1, 1)).tolist() == [
        [91, 168, 224, 215, 127],
        [114, 211, 295, 262, 149],
        [192, 259, 282, 214, 122],
        [194, 251, 253, 169, 86],
        [96, 112, 110, 68, 31],
    ]


def test_stride():
    assert one_channel(FIVE, NINE, stride=(2, 2)).tolist() == [[211, 262], [251, 169]]


def test_edges():
    image = np.ones((6, 8))
    image[:, 2:6] = 0
    expected = np.zeros((6, 7))
    expected[:, 1], expected[:, 5] = 1, -1
    assert_array_equal(one_channel(image, [[1, -1]]), expected)
    assert_array_equal(one_channel(image.T, [[1, -1]]), np.zeros((8, 5)))


def test_two_input_channels():
    image = np.array([[[0, 1, 2], [3, 4, 5], [6, 7, 8]], NINE], float)
    weights = np.array([[[[0, 1], [2, 3]], [[1, 2], [3, 4]]]], float)
    convolution = Convolution(image, weights, np.zeros(1), ConvolutionSettings((2, 2)))
    assert convolution.output.tolist() == [[[56, 72], [104, 120]]]
    assert convolution.cell(0, 0).channel_sums == (0 + 1 + 6 + 12, 1 + 4 + 12 + 20)


def test_shapes():
    assert convolve(np.zeros((5, 100, 100)), np.zeros((10, 5, 3, 3))).shape == (10, 98, 98)
    assert convolve(np.zeros((1, 8, 8)), np.zeros((1, 1, 5, 3)), padding=(2, 1)).shape == (1, 8, 8)
    assert convolve(np.zeros((1, 8, 8)), np.zeros((1, 1, 3, 3)), padding=(1, 1), stride=(2, 2)).shape == (1, 4, 4)
    assert convolve(np.zeros((1, 8, 8)), np.zeros((1, 1, 3, 5)), padding=(0, 1), stride=(3, 4)).shape == (1, 2, 2)


def test_a_3x3_kernel_on_6x6_gives_4x4_and_not_2x2():
    assert output_size(6, 3) == 4


def test_1x1_is_one_matrix_product_per_pixel():
    rng = np.random.default_rng(0)
    image, weights = rng.normal(size=(3, 4, 5)), rng.normal(size=(2, 3, 1, 1))
    assert_allclose(convolve(image, weights), (weights[:, :, 0, 0] @ image.reshape(3, -1)).reshape(2, 4, 5))


@pytest.mark.parametrize("preset", PRESETS)
def test_the_equal_forms_of_the_tutorials(preset):
    example = PRESETS[preset]
    for axis in example.settings.axes(example.image.shape[1:]):
        n, k, s, rows_of_padding = axis.length, axis.kernel_size, axis.stride, 2 * axis.padding
        if axis.dilation == 1:
            assert axis.output == (n - k + rows_of_padding + s) // s
            if s == 1:
                assert axis.output == n - k + rows_of_padding + 1


def test_true_convolution_flips_the_kernel():
    spike = np.zeros((5, 5))
    spike[2, 2] = 1
    assert_array_equal(one_channel(spike, NINE, flip=True), np.array(NINE))
    assert_array_equal(one_channel(spike, NINE), np.array(NINE)[::-1, ::-1])


# The whole space of settings


@st.composite
def convolutions(draw, most_channels=3):
    pair = lambda low, high: (draw(st.integers(low, high)), draw(st.integers(low, high)))  # noqa: E731
    kernel_size, stride, padding, dilation = pair(1, 7), pair(1, 4), pair(0, 6), pair(1, 3)
    size = [
        draw(st.integers(max(1, d * (k - 1) + 1 - 2 * p), 20))
        for k, p, d in zip(kernel_size, padding, dilation, strict=True)
    ]
    c_in, c_out = draw(st.integers(1, most_channels)), draw(st.integers(1, 4))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    return Convolution(
        rng.normal(size=(c_in, *size)),
        rng.normal(size=(c_out, c_in, *kernel_size)),
        rng.normal(size=c_out),
        ConvolutionSettings(kernel_size, stride, padding, dilation, draw(st.booleans())),
    )


def by_torch(convolution):
    """An oracle of its own: torch.nn.Conv2d in double precision."""
    s = convolution.settings
    weights = convolution.weights[:, :, ::-1, ::-1] if s.flip else convolution.weights
    c_out, c_in = weights.shape[:2]
    layer = torch.nn.Conv2d(c_in, c_out, s.kernel_size, s.stride, s.padding, s.dilation).double()
    layer.load_state_dict({"weight": torch.tensor(weights.copy()), "bias": torch.tensor(convolution.bias)})
    with torch.no_grad():
        return layer(torch.tensor(convolution.image)[None])[0].numpy()


@settings(max_examples=400, deadline=None)
@given(convolutions())
def test_every_setting_agrees_with_torch(convolution):
    expected = by_torch(convolution)
    assert convolution.output.shape == expected.shape
    assert_allclose(convolution.output, expected, rtol=1e-9, atol=1e-9)
    assert largest_difference(convolution) < 1e-9


@settings(max_examples=150, deadline=None)
@given(convolutions(), st.data())
def test_the_arithmetic_of_a_cell_gives_the_cell(convolution, data):
    channel, row, column = (data.draw(st.integers(0, side - 1)) for side in convolution.output.shape)
    arithmetic = convolution.cell(row, column, channel)
    assert arithmetic.total == pytest.approx(convolution.output[channel, row, column], abs=1e-9)
    for term in arithmetic.terms:
        inside = 0 if term.padding else convolution.image[term.channel, term.row, term.column]
        assert term.value == inside
    rows, columns = convolution.settings.kernel_size
    assert len(arithmetic.terms) == len(convolution.image) * rows * columns


@settings(max_examples=150, deadline=None)
@given(convolutions(most_channels=1))
def test_unused_positions_are_those_that_change_nothing_behind_the_last_window(convolution):
    rows, _ = convolution.axes
    used = {int(tap) for tap in rows.taps.ravel()}
    last = max(used)
    assert rows.unused.tolist() == list(range(last + 1, rows.padded))
    assert len(rows.unused) < rows.stride


@given(
    st.integers(1, 28), st.integers(1, 7), st.integers(1, 4), st.integers(0, 6), st.integers(1, 3), st.integers(1, 28)
)
def test_what_does_not_fit_is_refused_and_the_remedy_fits(height, kernel_size, stride, padding, dilation, width):
    wanted = ConvolutionSettings((kernel_size, 1), (stride, 1), (padding, 0), (dilation, 1))
    fits = dilation * (kernel_size - 1) + 1 <= height + 2 * padding
    try:
        wanted.axes((height, width))
        assert fits
    except Misfit as misfit:
        assert not fits
        assert "spans" in str(misfit)
        misfit.remedy.axes((height, width))
        assert misfit.remedy.padding[0] >= padding


def test_the_sentence_of_a_misfit():
    with pytest.raises(
        Misfit, match=r"kernel 7 spans 7 rows but the padded input has 5; use padding >= 1 or a kernel of at most 5"
    ):
        ConvolutionSettings((7, 1)).axes((5, 5))


@pytest.mark.parametrize(
    "options",
    [{"kernel_size": (0, 3)}, {"stride": (0, 1)}, {"padding": (-1, 0)}, {"dilation": (1, 9)}, {"kernel_size": (8, 8)}],
)
def test_settings_outside_the_sandbox_are_refused(options):
    with pytest.raises(Refusal, match="must be a whole number from"):
        ConvolutionSettings(**options)


def test_a_kernel_with_the_wrong_number_of_slices_is_refused():
    with pytest.raises(Refusal, match="2 slices but the input has 1 channels"):
        convolve(np.zeros((1, 5, 5)), np.zeros((1, 2, 3, 3)))


def test_sources_name_the_input_row_or_padding():
    assert Axis(length=3, kernel_size=3, padding=2).sources.tolist() == [-1, -1, 0, 1, 2, -1, -1]


# The snippet beside the picture


@pytest.mark.parametrize("name", PRESETS)
def test_the_snippet_of_every_preset_runs_and_gives_the_output(name):
    preset = PRESETS[name]
    convolution = Convolution(preset.image, preset.cells[None], np.array([preset.bias]), preset.settings)
    scope: dict[str, torch.Tensor] = {}
    exec(snippet(convolution), scope)
    assert_allclose(scope["output"][0].numpy(), convolution.output, rtol=1e-5, atol=1e-6)


def test_the_snippet_of_a_digit_runs(mnist):
    convolution = Convolution(
        mnist.test_images[3][None] / 255.0, np.ones((1, 1, 3, 3)), np.zeros(1), ConvolutionSettings()
    )
    image = 'torch.tensor(datasets.load("mnist").test_images[3] / 255, dtype=torch.float)[None, None]'
    scope: dict[str, torch.Tensor] = {}
    exec(snippet(convolution, image), scope)
    assert_allclose(scope["output"][0].numpy(), convolution.output, rtol=1e-5, atol=1e-5)
