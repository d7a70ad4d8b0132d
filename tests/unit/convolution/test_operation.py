"""The arithmetic of convolution and pooling against worked numbers and against torch's own layers."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import example, given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from cnnviz.convolution.axis import Axis
from cnnviz.convolution.examples import EXAMPLES
from cnnviz.convolution.operation import Operation, convolve
from cnnviz.convolution.pytorch import largest_difference, snippet
from cnnviz.convolution.settings import PADDINGS, ConvolutionSettings, Misfit, legal_groups
from cnnviz.refusal import Refusal

PLAIN = [[3, 3, 2, 1, 0], [0, 0, 1, 3, 1], [3, 1, 2, 2, 3], [2, 0, 0, 2, 2], [2, 0, 0, 0, 1]]
FIVE = [[3, 4, 6, 5, 7], [2, 4, 6, 8, 2], [1, 6, 7, 8, 4], [9, 7, 4, 6, 2], [3, 7, 5, 4, 1]]
NINE = [[1, 2, 3], [4, 5, 6], [7, 8, 9]]


def one_channel(image, kernel, **options):
    return convolve(np.array([image], float), np.array([[kernel]], float), **options)[0]


def pooled(image, kind, kernel_size, **options):
    options = {"stride": kernel_size, **options}
    return Operation(np.array([image], float), ConvolutionSettings(kernel_size, operation=kind, **options)).output[0]


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
    operation = Operation(image, ConvolutionSettings((2, 2)), weights)
    assert operation.output.tolist() == [[[56, 72], [104, 120]]]
    assert operation.channel_sums[0, :, 0, 0].tolist() == [0 + 1 + 6 + 12, 1 + 4 + 12 + 20]


def test_shapes():
    assert convolve(np.zeros((5, 100, 100)), np.zeros((10, 5, 3, 3))).shape == (10, 98, 98)
    assert convolve(np.zeros((1, 8, 8)), np.zeros((1, 1, 5, 3)), padding=(2, 1)).shape == (1, 8, 8)
    assert convolve(np.zeros((1, 8, 8)), np.zeros((1, 1, 3, 3)), padding=(1, 1), stride=(2, 2)).shape == (1, 4, 4)
    assert convolve(np.zeros((1, 8, 8)), np.zeros((1, 1, 3, 5)), padding=(0, 1), stride=(3, 4)).shape == (1, 2, 2)


def test_a_3x3_kernel_on_6x6_gives_4x4_and_not_2x2():
    assert EXAMPLES["mistake"].operation.output.shape == (1, 4, 4)


def test_max_pooling():
    four = [[3, 4, 6, 5], [2, 4, 6, 8], [1, 6, 7, 8], [9, 7, 4, 6]]
    assert pooled(four, "max_pool", (2, 2)).tolist() == [[4, 8], [9, 8]]
    assert pooled(four, "average_pool", (2, 2)).tolist() == [[3.25, 6.25], [5.75, 6.25]]


def test_1x1_is_one_matrix_product_per_pixel():
    rng = np.random.default_rng(0)
    image, weights = rng.normal(size=(3, 4, 5)), rng.normal(size=(2, 3, 1, 1))
    assert_allclose(convolve(image, weights), (weights[:, :, 0, 0] @ image.reshape(3, -1)).reshape(2, 4, 5))


@pytest.mark.parametrize(("n", "k", "p", "s"), [(5, 3, 0, 1), (8, 5, 2, 2), (28, 4, 1, 3), (6, 3, 0, 4)])
def test_the_tutorials_ways_to_write_the_size_agree(n, k, p, s):
    output = Axis(n, k, s, p, p).output
    assert output == (n - k + 2 * p + s) // s
    if s == 1:
        assert output == n - k + 2 * p + 1


@pytest.mark.parametrize(("name", "rows"), [("same", (1, 2)), ("same_before", (2, 1))])
def test_where_same_padding_of_an_even_kernel_puts_the_odd_row(name, rows):
    settings = ConvolutionSettings((4, 3), padding=name)
    assert settings.frame == (rows, (1, 1))
    assert convolve(np.zeros((1, 6, 7)), np.zeros((1, 1, 4, 3)), padding=name).shape == (1, 6, 7)


def test_full_padding():
    assert convolve(np.zeros((1, 6, 7)), np.zeros((1, 1, 4, 3)), padding="full").shape == (1, 9, 9)


# The whole space of settings, against torch's layers


def padding_of(draw, size, frame_of):
    return tuple(draw(st.integers(0, most)) for most in (frame_of(side) for side in size))


pairs = st.tuples


@st.composite
def convolutions(draw, transposed=False):
    """An operation with weights that fits."""
    groups = draw(st.integers(1, 3))
    c_in, c_out = groups * draw(st.integers(1, 3 // groups)), groups * draw(st.integers(1, 4 // groups))
    size = draw(pairs(st.integers(1, 9), st.integers(1, 9)))
    options = {
        "kernel_size": draw(pairs(st.integers(1, 7), st.integers(1, 7))),
        "stride": draw(pairs(st.integers(1, 4), st.integers(1, 4))),
        "dilation": draw(pairs(st.integers(1, 3), st.integers(1, 3))),
        "groups": groups,
        "flip": draw(st.booleans()),
        "activation": draw(st.sampled_from(["none", "relu"])),
        "padding": draw(pairs(st.integers(0, 6), st.integers(0, 6))),
    }
    if transposed:
        options |= {"operation": "transposed", "output_padding": draw(pairs(st.integers(0, 3), st.integers(0, 3)))}
    else:
        options["padding_mode"] = draw(st.sampled_from(["zeros", "reflect", "replicate", "circular"]))
        if draw(st.booleans()):
            options["padding"] = draw(st.sampled_from(list(PADDINGS)))
    chosen = ConvolutionSettings(**options).fitted(size)
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    weights = rng.normal(size=(c_out, c_in // groups, *chosen.kernel_size))
    return Operation(rng.normal(size=(c_in, *size)), chosen, weights, rng.normal(size=c_out))


@st.composite
def poolings(draw):
    """A pooling that fits."""
    size = draw(pairs(st.integers(1, 9), st.integers(1, 9)))
    kind = draw(st.sampled_from(["max_pool", "average_pool"]))
    options = {
        "operation": kind,
        "kernel_size": draw(pairs(st.integers(1, 7), st.integers(1, 7))),
        "stride": draw(pairs(st.integers(1, 4), st.integers(1, 4))),
        "padding": draw(pairs(st.integers(0, 6), st.integers(0, 6))),
        "ceil_mode": draw(st.booleans()),
    }
    if kind == "max_pool":
        options["dilation"] = draw(pairs(st.integers(1, 3), st.integers(1, 3)))
    else:
        options["count_include_pad"] = draw(st.booleans())
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    image = rng.normal(size=(draw(st.integers(1, 3)), *size))
    return Operation(image, ConvolutionSettings(**options).fitted(size))


operations = st.one_of(convolutions(), convolutions(transposed=True), poolings())


def by_torch(operation):
    """The output of a torch layer, made without the code under test."""
    s, image = operation.settings, torch.tensor(operation.image)[None]
    if s.operation == "max_pool":
        return torch.nn.MaxPool2d(s.kernel_size, s.stride, s.padding, s.dilation, ceil_mode=s.ceil_mode)(image)[0]
    if s.operation == "average_pool":
        return torch.nn.AvgPool2d(s.kernel_size, s.stride, s.padding, s.ceil_mode, s.count_include_pad)(image)[0]
    c_out, c_in = operation.c_out, len(operation.image)
    weights = torch.tensor(operation.weights)
    weights = torch.rot90(weights, 2, (2, 3)) if s.flip else weights
    if s.operation == "transposed":
        layer = torch.nn.ConvTranspose2d(
            c_in, c_out, s.kernel_size, s.stride, s.padding, s.output_padding, s.groups, dilation=s.dilation
        )
        blocks = weights.reshape(s.groups, c_out // s.groups, c_in // s.groups, *s.kernel_size)
        weights = blocks.transpose(1, 2).reshape(layer.weight.shape)
    else:
        (top, bottom), (left, right) = s.frame
        mode = "constant" if s.padding_mode == "zeros" else s.padding_mode
        if s.padding == "same" and s.stride == (1, 1):  # torch takes the name at this stride alone
            layer = torch.nn.Conv2d(
                c_in, c_out, s.kernel_size, padding="same", dilation=s.dilation, groups=s.groups,
                padding_mode=s.padding_mode,
            )  # fmt: skip
        elif top == bottom and left == right:
            layer = torch.nn.Conv2d(
                c_in, c_out, s.kernel_size, s.stride, (top, left), s.dilation, s.groups, padding_mode=s.padding_mode
            )
        else:
            image = torch.nn.functional.pad(image, (left, right, top, bottom), mode)
            layer = torch.nn.Conv2d(c_in, c_out, s.kernel_size, s.stride, 0, s.dilation, s.groups)
    layer = layer.double()
    with torch.no_grad():
        layer.weight.copy_(weights)
        layer.bias.copy_(torch.tensor(operation.bias))
        output = layer(image)[0]
    return torch.relu(output) if s.activation == "relu" else output


@pytest.mark.filterwarnings("ignore:Using padding='same' with even kernel lengths")
@settings(max_examples=800, deadline=None)
@given(convolutions())
def test_every_convolution_agrees_with_torch(operation):
    agrees(operation)


@settings(max_examples=500, deadline=None)
@given(convolutions(transposed=True))
def test_every_transposed_convolution_agrees_with_torch(operation):
    agrees(operation)


@settings(max_examples=500, deadline=None)
@given(poolings())
def test_every_pooling_agrees_with_torch(operation):
    agrees(operation)


def agrees(operation):
    expected = by_torch(operation)
    assert operation.output.shape == tuple(expected.shape)
    assert_allclose(operation.output, expected, rtol=1e-9, atol=1e-9)
    assert largest_difference(operation) < 1e-9
    rows, columns = operation.axes
    assert (rows.output, columns.output) == operation.output.shape[1:]


@settings(max_examples=200, deadline=None)
@given(operations)
def test_uses_count_the_terms_of_all_cells(operation):
    counted = np.zeros(operation.padded.shape[1:], int)
    rows, columns = operation.axes
    for i, j in np.ndindex(rows.output, columns.output):
        tops, lefts = (axis.taps[k] for axis, k in ((rows, i), (columns, j)))
        for top in tops[tops >= 0]:
            for left in lefts[lefts >= 0]:
                counted[top, left] += 1
    assert_array_equal(operation.uses, counted)
    assert (operation.uses[rows.unused] == 0).all()
    assert (operation.uses[:, columns.unused] == 0).all()


@settings(max_examples=200, deadline=None)
@given(convolutions())
def test_what_flooring_leaves_unused_is_less_than_a_stride(operation):
    for axis in operation.axes:
        assert len(axis.unused) < axis.stride
        assert axis.unused.tolist() == list(range(axis.padded - len(axis.unused), axis.padded))


def test_padding_lets_the_corner_be_used_as_often_as_the_middle():
    image, weights = np.ones((1, 5, 5)), np.ones((1, 1, 3, 3))
    without = Operation(image, ConvolutionSettings(), weights).uses
    assert (without[0, 0], without[2, 2]) == (1, 9)
    padded = Operation(image, ConvolutionSettings(padding=(2, 2)), weights).uses[2:-2, 2:-2]
    assert (padded == 9).all()


# What does not fit

sizes = pairs(st.integers(1, 28), st.integers(1, 28))
numbers = {name: pairs(st.integers(low, high), st.integers(low, high)) for name, low, high in [
    ("kernel_size", 1, 7), ("stride", 1, 4), ("padding", 0, 6), ("dilation", 1, 3), ("output_padding", 0, 3)
]}  # fmt: skip


@st.composite
def any_settings(draw):
    kind = draw(st.sampled_from(["convolution", "transposed", "max_pool", "average_pool"]))
    options = {name: draw(numbers[name]) for name in ("kernel_size", "stride", "padding")}
    if kind != "average_pool":
        options["dilation"] = draw(numbers["dilation"])
    if kind.endswith("pool"):
        options["ceil_mode"] = draw(st.booleans())
    if kind == "transposed":
        options["output_padding"] = draw(numbers["output_padding"])
    if kind == "convolution":
        options["padding_mode"] = draw(st.sampled_from(["zeros", "reflect", "replicate", "circular"]))
        options["padding"] = draw(st.one_of(numbers["padding"], st.sampled_from(list(PADDINGS))))
    return ConvolutionSettings(operation=kind, **options)


def fits_torch(wanted, size):
    """Whether torch accepts the settings; a transposed convolution may come out empty there, which is no output."""
    image, (rows, columns) = torch.zeros(1, 1, *size), wanted.kernel_size
    frame, functional = wanted.frame, torch.nn.functional
    padding = tuple(before for before, _ in frame)
    try:
        if wanted.operation == "transposed":
            output = functional.conv_transpose2d(
                image, torch.zeros(1, 1, rows, columns), None, wanted.stride, padding, wanted.output_padding,
                dilation=wanted.dilation,
            )  # fmt: skip
        elif wanted.operation == "max_pool":
            window = (wanted.kernel_size, wanted.stride, padding, wanted.dilation)
            output = functional.max_pool2d(image, *window, ceil_mode=wanted.ceil_mode)
        elif wanted.operation == "average_pool":
            output = functional.avg_pool2d(image, wanted.kernel_size, wanted.stride, padding, wanted.ceil_mode)
        else:
            mode = "constant" if wanted.padding_mode == "zeros" else wanted.padding_mode
            framed = functional.pad(image, (*frame[1], *frame[0]), mode=mode)
            kernel = torch.zeros(1, 1, rows, columns)
            output = functional.conv2d(framed, kernel, dilation=wanted.dilation, stride=wanted.stride)
        return output.numel() > 0
    except RuntimeError:
        return False


@settings(max_examples=1000, deadline=None)
@given(any_settings(), sizes)
@example(ConvolutionSettings((5, 4), (2, 1), (3, 0), operation="transposed", output_padding=(1, 0)), (1, 1))
def test_what_torch_refuses_is_refused_and_the_remedy_fits(wanted, size):
    fits = fits_torch(wanted, size)
    try:
        wanted.axes(size)
    except Misfit as misfit:
        assert not fits
        assert "; use " in str(misfit)
        misfit.remedy.axes(size)
        assert fits_torch(misfit.remedy, size)
        changed = {name for name in vars(wanted) if getattr(wanted, name) != getattr(misfit.remedy, name)}
        assert changed <= {"padding", "kernel_size", "output_padding", "padding_mode"}
    else:
        assert fits
        assert wanted.fitted(size) == wanted


def test_a_window_larger_than_the_input_is_pooled_as_torch_does_where_the_size_is_rounded_up():
    """Every small setting along the rows; the columns are one cell."""
    fits = 0
    for kind, length, side, stride, padding, dilation in itertools.product(
        ("max_pool", "average_pool"), range(1, 7), range(1, 8), range(1, 5), range(4), range(1, 4)
    ):
        if padding > side // 2 or (kind == "average_pool" and dilation > 1):
            continue
        window = ConvolutionSettings(
            (side, 1), (stride, 1), (padding, 0), (dilation, 1), operation=kind, ceil_mode=True
        )
        image = np.arange(1.0, length + 1).reshape(1, length, 1)
        if not fits_torch(window, (length, 1)):
            with pytest.raises(Misfit):
                Operation(image, window)
            continue
        operation = Operation(image, window)
        assert_allclose(operation.output, by_torch(operation))
        fits += operation.axes[0].span > operation.axes[0].padded
    assert fits > 100


@pytest.mark.parametrize(
    ("options", "size", "sentence", "remedy"),
    [
        (
            {"kernel_size": (7, 1)},
            (5, 5),
            "kernel 7 spans 7 rows but the padded input has 5; use padding >= 1 or a kernel of at most 5.",
            {"padding": (1, 0)},
        ),
        (
            {"padding": (5, 0), "padding_mode": "reflect"},
            (5, 9),
            "reflect padding copies from the input: padding 5 needs > 5 rows, the input has 5; use padding <= 4.",
            {"padding": (4, 0)},
        ),
        (
            {"padding": (0, 6), "padding_mode": "circular"},
            (5, 5),
            "circular padding copies from the input: padding 6 needs >= 6 columns, the input has 5; use padding <= 5.",
            {"padding": (0, 5)},
        ),
        (
            {"operation": "max_pool", "padding": (2, 1)},
            (5, 5),
            "padding 2 is more than half of the window's 3 rows; use padding <= 1.",
            {"padding": (1, 1)},
        ),
        (
            {"operation": "transposed", "output_padding": (1, 0)},
            (5, 5),
            "output padding 1 must be smaller than the stride or the dilation of the rows; use output padding <= 0.",
            {"output_padding": (0, 0)},
        ),
        (
            {"operation": "transposed", "kernel_size": (1, 1), "padding": (3, 0)},
            (5, 5),
            "padding 3 crops everything: 5 rows - 2 x 3 = -1; use padding <= 2.",
            {"padding": (2, 0)},
        ),
    ],
)
def test_the_sentence_of_a_misfit(options, size, sentence, remedy):
    wanted = ConvolutionSettings(**options)
    with pytest.raises(Misfit) as caught:
        wanted.axes(size)
    assert str(caught.value) == sentence
    assert caught.value.remedy == replace(wanted, **remedy)


@pytest.mark.parametrize(("c_in", "c_out", "groups", "nearest"), [(3, 4, 3, 1), (2, 4, 3, 2), (3, 3, 2, 1)])
def test_groups_that_do_not_divide_are_refused(c_in, c_out, groups, nearest):
    with pytest.raises(Misfit, match=f"groups {groups} must divide the {c_in} input and the {c_out} output") as caught:
        Operation(np.zeros((c_in, 5, 5)), ConvolutionSettings(groups=groups), np.zeros((c_out, 1, 3, 3)))
    assert caught.value.remedy.groups == nearest
    assert nearest in legal_groups(c_in, c_out)


@pytest.mark.parametrize(
    "options",
    [
        {"kernel_size": (0, 3)},
        {"stride": (0, 1)},
        {"padding": (-1, 0)},
        {"dilation": (1, 9)},
        {"kernel_size": (8, 8)},
        {"groups": 0},
        {"groups": 4},
    ],
)
def test_settings_outside_the_sandbox_are_refused(options):
    with pytest.raises(Refusal, match="must be a whole number from"):
        ConvolutionSettings(**options)


@pytest.mark.parametrize(
    "options",
    [{"operation": "fourier"}, {"padding_mode": "ones"}, {"activation": "gelu"}, {"padding": "tight"}],
)
def test_unknown_words_are_refused(options):
    with pytest.raises(Refusal, match="must be one of"):
        ConvolutionSettings(**options)


@pytest.mark.parametrize(
    ("operation", "options"),
    [
        ("max_pool", {"flip": True}),
        ("max_pool", {"groups": 2}),
        ("average_pool", {"dilation": (2, 2)}),
        ("convolution", {"ceil_mode": True}),
        ("convolution", {"output_padding": (1, 1)}),
        ("transposed", {"padding_mode": "reflect"}),
        ("transposed", {"padding": "same"}),
        ("max_pool", {"count_include_pad": False}),
        ("max_pool", {"activation": "relu"}),
    ],
)
def test_settings_that_an_operation_does_not_have_are_refused(operation, options):
    with pytest.raises(Refusal, match="has no"):
        ConvolutionSettings(operation=operation, **options)


def test_a_kernel_with_the_wrong_number_of_slices_is_refused():
    with pytest.raises(Misfit, match="each kernel has 2 slices but reads 1 channel; give one slice per channel"):
        convolve(np.zeros((1, 5, 5)), np.zeros((1, 2, 3, 3)))


def test_weights_that_are_missing_or_too_many_are_refused():
    with pytest.raises(Refusal, match="needs weights"):
        Operation(np.zeros((1, 5, 5)), ConvolutionSettings())
    with pytest.raises(Refusal, match="has no weights"):
        Operation(np.zeros((1, 5, 5)), ConvolutionSettings(operation="max_pool"), np.zeros((1, 1, 3, 3)))


@pytest.mark.parametrize(
    ("mode", "sources"),
    [
        ("zeros", [-1, -1, 0, 1, 2, -1, -1]),
        ("reflect", [2, 1, 0, 1, 2, 1, 0]),
        ("replicate", [0, 0, 0, 1, 2, 2, 2]),
        ("circular", [1, 2, 0, 1, 2, 0, 1]),
    ],
)
def test_sources_name_the_input_row_or_nothing(mode, sources):
    assert Axis(length=3, kernel_size=3, before=2, after=2, padding_mode=mode).sources.tolist() == sources


# The snippet beside the picture


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_snippet_of_every_preset_runs_and_gives_the_output(name):
    reproduces(EXAMPLES[name].operation)


@settings(max_examples=100, deadline=None)
@given(operations)
def test_the_snippet_of_any_setting_runs_and_gives_the_output(operation):
    reproduces(operation)


def reproduces(operation, image=None):
    scope = {}
    exec(snippet(operation, image), scope)
    assert_allclose(scope["output"][0].numpy(), operation.output, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("stride", [(1, 1), (2, 1)])
def test_the_snippet_says_same_where_torch_knows_it(stride):
    weights = np.arange(8.0).reshape(1, 1, 2, 4)
    image = np.arange(30.0).reshape(1, 5, 6)
    for padding in ("same", "same_before"):
        operation = Operation(image, ConvolutionSettings((2, 4), stride, padding), weights)
        by_name = padding == "same" and stride == (1, 1)
        assert ("padding='same'" in snippet(operation)) == by_name
        assert ("pad(image, " in snippet(operation)) != by_name
        reproduces(operation)


def test_the_snippet_of_a_digit_runs(mnist):
    image, weights = mnist.test_images[3][None] / 255.0, np.ones((1, 1, 3, 3))
    operation = Operation(image, ConvolutionSettings(), weights)
    reproduces(operation, 'torch.tensor(datasets.load("mnist").test_images[3] / 255, dtype=torch.float)[None, None]')
    reproduces(operation)
    assert "/ 255" in snippet(operation)
