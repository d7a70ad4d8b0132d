"""The table of layer types against torch: sizes, parameters, products, receptive fields, words and scripts."""

from __future__ import annotations

import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from cnnviz.export.script import expression
from cnnviz.figures.network import network_diagram
from cnnviz.networks import anatomy, geometry
from cnnviz.networks.blocks import Branches, Residual, chain
from cnnviz.networks.layers import describe, kernel_words, label, multiply_adds, parameters, written_sum

MAPS, ROW = (4, 9, 8), (12,)  # shapes that go in
LAYERS = [  # with the words in their box, and how what is said of them begins: None where it is torch's own words
    (nn.Conv2d(4, 6, 3), MAPS, "conv 3x3", "3x3, 4 to 6 channels"),
    (nn.Conv2d(4, 6, 4, padding="same"), MAPS, "conv 4x4", "4x4, 4 to 6 channels, same padding"),
    (nn.Conv2d(4, 6, 5, padding="valid"), MAPS, "conv 5x5", "5x5, 4 to 6 channels"),
    (nn.Conv2d(4, 6, (3, 2), (2, 1), (1, 0)), MAPS, "conv 3x2", "3x2, 4 to 6 channels, stride 2x1, padding 1x0"),
    (nn.Conv2d(4, 6, 3, dilation=(2, 3)), MAPS, "conv 3x3", "3x3, 4 to 6 channels, dilation 2x3"),
    (nn.Conv2d(4, 6, 3, groups=2, bias=False), MAPS, "conv 3x3", "3x3, 4 to 6 channels, 2 groups"),
    (nn.Conv2d(4, 4, 3, padding=1, padding_mode="reflect"), MAPS, "conv 3x3", "3x3, 4 to 4 channels, padding 1"),
    (nn.ConvTranspose2d(4, 3, 3), MAPS, "transposed 3x3", "3x3, 4 to 3 channels"),
    (
        nn.ConvTranspose2d(4, 6, (4, 3), 2, 1, output_padding=1, groups=2, bias=False),
        MAPS,
        "transposed 4x3",
        "4x3, 4 to 6 channels, stride 2, padding 1, 2 groups, output padding 1",
    ),
    (nn.MaxPool2d(2), MAPS, "max 2x2", "largest of each 2x2"),
    (nn.MaxPool2d((3, 2), 1, (1, 0), (1, 2)), MAPS, "max 3x2", "largest of each 3x2, stride 1, padding 1x0, dil"),
    (nn.MaxPool2d(2, ceil_mode=True), MAPS, "max 2x2", "largest of each 2x2, a last window that hangs over counts"),
    (nn.AvgPool2d((2, 1)), MAPS, "mean 2x1", "mean of each 2x1"),
    (
        nn.AvgPool2d(3, 2, 1, ceil_mode=True, count_include_pad=False),
        MAPS,
        "mean 3x3",
        "mean of each 3x3, stride 2, padding 1, padding does not count, a last window",
    ),
    (nn.AdaptiveAvgPool2d(1), MAPS, "mean to 1x1", "mean of each map"),
    (nn.AdaptiveAvgPool2d((3, 2)), MAPS, "mean to 3x2", "means of 3x2 parts of each map"),
    (nn.AdaptiveAvgPool2d((None, 3)), MAPS, "mean", None),
    (nn.Linear(12, 5), ROW, "dense", "12 to 5 numbers"),
    (nn.Linear(12, 5, bias=False), ROW, "dense", "12 to 5 numbers"),
    (nn.Linear(8, 5), MAPS, "dense", "8 to 5 numbers"),
    (nn.BatchNorm2d(4), MAPS, "batch norm", "each channel to mean 0, deviation 1, then scaled and shifted"),
    (nn.BatchNorm1d(12), ROW, "batch norm", "each channel to mean 0, deviation 1, then scaled and shifted"),
    (nn.BatchNorm2d(4, affine=False), MAPS, "batch norm", "each channel to mean 0, deviation 1"),
    (nn.GroupNorm(2, 4), MAPS, "group norm", "each 2 maps of an image to mean 0, deviation 1, then scaled"),
    (nn.GroupNorm(4, 4, affine=False), MAPS, "group norm", "each map of an image to mean 0, deviation 1"),
    (nn.LayerNorm((4, 9, 8)), MAPS, "layer norm", "4x9x8 numbers of an image at a time to mean 0, deviation 1"),
    (nn.LayerNorm(12, bias=False), ROW, "layer norm", "12 numbers of an image at a time to mean 0, deviation 1, then"),
    (nn.InstanceNorm2d(4), MAPS, "instance norm", "each map of an image to mean 0, deviation 1"),
    (nn.InstanceNorm2d(4, affine=True, track_running_stats=True), MAPS, "instance norm", "each channel to mean 0"),
    (nn.ReLU(), MAPS, "ReLU", "negative numbers become 0"),
    (nn.LeakyReLU(), MAPS, "LeakyReLU", "negative numbers become a hundredth of themselves"),
    (nn.LeakyReLU(0.2), MAPS, "LeakyReLU", "negative numbers are multiplied by 0.2"),
    (nn.ELU(0.5), MAPS, "ELU", "negative numbers are bent, and end at -0.5"),
    (nn.GELU(), MAPS, "GELU", "numbers well below 0 become 0, with a smooth bend"),
    (nn.SiLU(), MAPS, "SiLU", "each number times its sigmoid"),
    (nn.Sigmoid(), MAPS, "Sigmoid", "numbers are bent into 0 to 1"),
    (nn.Tanh(), ROW, "Tanh", "numbers are bent into -1 to 1"),
    (nn.Softplus(beta=2.0), MAPS, "Softplus", None),
    (nn.PReLU(4), MAPS, "PReLU", None),
    (nn.Dropout(0.3), ROW, "Dropout 30%", "30% of the numbers are left out while training"),
    (nn.Dropout2d(0.25), MAPS, "Dropout2d 25%", "25% of the maps are left out while training"),
    (nn.Flatten(), MAPS, "Flatten", "all maps in one row"),
    (nn.Identity(), MAPS, "Identity", "nothing changes"),
    (nn.LPPool2d(2, 2), MAPS, "LPPool2d", None),
    (nn.ZeroPad2d(1), MAPS, "ZeroPad2d", None),
    (nn.PixelShuffle(2), MAPS, "PixelShuffle", None),
    (nn.Softmax2d(), MAPS, "Softmax2d", "as PyTorch defines it"),
    (nn.Conv1d(9, 2, 3), (9, 8), "Conv1d", None),
]
IDS = [f"{k}-{type(layer).__name__}" for k, (layer, *_) in enumerate(LAYERS)]


@pytest.fixture(params=LAYERS, ids=IDS)
def case(request):
    """A layer, the shapes of its input and output for one image, its box and the beginning of its words."""
    layer, before, box, words = request.param
    layer.eval()
    with torch.no_grad():
        after = tuple(layer(torch.zeros(2, *before)).shape[1:])
    return layer, before, after, box, words


def test_words(case):
    layer, _, _, box, words = case
    assert label(layer) == box
    assert describe(layer).startswith(layer.extra_repr() if words is None else words)
    assert "{" not in describe(layer) + kernel_words(layer)


def test_parameters_and_their_sum(case):
    layer, before, after, _, _ = case
    written = written_sum(layer, before, after).replace("×", "*").replace(",", "")
    assert parameters(layer) == sum(p.numel() for p in layer.parameters()) == (eval(written) if written else 0)


def test_products_are_half_of_torchs_operations(case):
    layer, before, after, _, _ = case
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        layer(torch.zeros(1, *before))
    counted = multiply_adds(layer, before, after)
    if isinstance(layer, nn.Conv1d):
        assert counted is None  # it is not in the table, and has weights
    else:
        assert 2 * counted == counter.get_total_flops()


def test_the_script_makes_the_same_layer(case):
    layer, before, _, _, _ = case
    scope: dict = {"nn": nn}
    again = eval(expression(layer), scope).eval()
    assert repr(again) == repr(layer)
    again.load_state_dict(layer.state_dict())
    images = torch.randn(2, *before, generator=torch.Generator().manual_seed(1))
    assert torch.equal(again(images), layer(images))


AXES = {
    nn.Conv2d: geometry.convolution_axes,
    nn.ConvTranspose2d: geometry.transposed_axes,
    nn.MaxPool2d: geometry.pooling_axes,
    nn.AvgPool2d: geometry.pooling_axes,
}


def test_output_sizes(case):
    layer, before, after, _, _ = case
    if type(layer) in AXES:
        assert tuple(axis.output for axis in AXES[type(layer)](layer, before[1:])) == after[1:]


# Receptive fields


def ones(layer):
    """A convolution that lets through whatever reaches it."""
    nn.init.ones_(layer.weight)
    nn.init.zeros_(layer.bias)
    return layer


def pairs(low, high):
    return st.tuples(st.integers(low, high), st.integers(low, high))


@st.composite
def convolutions(draw, channels):
    groups, more = draw(st.sampled_from([g for g in (1, 2) if channels % g == 0])), draw(st.integers(1, 2))
    stride = draw(pairs(1, 2))
    paddings = [st.just("valid"), pairs(0, 1)] + ([st.just("same")] if stride == (1, 1) else [])
    padding = draw(st.one_of(paddings))
    window = (draw(pairs(1, 4)), stride, padding, draw(pairs(1, 2)))
    return ones(nn.Conv2d(channels, groups * more, *window, groups))


@st.composite
def transposed(draw, channels):
    kernel_size = draw(pairs(1, 3))
    padding = tuple(draw(st.integers(0, side - 1)) for side in kernel_size)
    return ones(nn.ConvTranspose2d(channels, draw(st.integers(1, 2)), kernel_size, 1, padding))


@st.composite
def poolings(draw):
    kernel_size, stride = draw(pairs(1, 3)), draw(st.none() | pairs(1, 3))
    padding = tuple(draw(st.integers(0, side // 2)) for side in kernel_size)
    ceil_mode = draw(st.booleans())
    if draw(st.booleans()):
        return nn.AvgPool2d(kernel_size, stride, padding, ceil_mode)
    return nn.MaxPool2d(kernel_size, stride, padding, draw(pairs(1, 2)), ceil_mode=ceil_mode)


@st.composite
def networks(draw):
    """A chain of layers that fit, and the size of its images."""
    size, layers = draw(pairs(7, 12)), []
    values = torch.zeros(1, 1, *size, dtype=torch.double)
    for _ in range(draw(st.integers(1, 5))):
        channels = values.shape[1]
        still = st.sampled_from([nn.ReLU, nn.LeakyReLU, nn.Identity, nn.Dropout])
        others = still.map(lambda kind: kind()) | st.just(nn.BatchNorm2d(channels))
        layer = draw(convolutions(channels) | poolings() | transposed(channels) | others).double().eval()
        try:
            values = layer(values)
        except RuntimeError:  # it does not fit
            continue
        layers.append(layer)
    assume(layers)
    return nn.Sequential(*layers), size


@settings(max_examples=150, deadline=None)
@given(networks(), st.data())
@torch.no_grad()
def test_receptive_fields_are_the_pixels_that_change_a_unit(network_and_size, data):
    network, (height, width) = network_and_size
    *_, part = anatomy.walk(network, torch.zeros(1, 1, height, width, dtype=torch.double))
    row, column = data.draw(st.integers(0, part.shape[1] - 1)), data.draw(st.integers(0, part.shape[2] - 1))
    one_pixel_each = torch.eye(height * width, dtype=torch.double).reshape(-1, 1, height, width)
    nothing = network(torch.zeros_like(one_pixel_each[:1]))[0, 0, row, column]
    changed = (network(one_pixel_each)[:, 0, row, column] != nothing).reshape(height, width)
    field, inside = part.receptive_field, []
    for reach, unit, touched, side in (
        (field.rows, row, changed.any(1), height),
        (field.columns, column, changed.any(0), width),
    ):
        first, last = reach.start + reach.jump * unit, reach.start + reach.jump * unit + reach.size - 1
        reached = touched.nonzero().ravel().tolist()
        assert all(first <= place <= last for place in reached)
        inside.append(first >= 0 and last < side)
        if inside[-1] and reached:
            assert (reached[0], reached[-1]) == (first, last)
    assert changed.any() or not all(inside)  # a unit may read padding alone


def reached_by(network, unit, size):
    """First and last row and column whose gradient is not 0, of a network with random weights."""
    torch.manual_seed(0)
    image = torch.rand(1, 1, *size, dtype=torch.double, requires_grad=True)
    value = network.double().eval()(image)[(0, *unit)]
    (gradient,) = torch.autograd.grad(value, image)
    rows, columns = gradient[0, 0].abs().sum(1).nonzero().ravel(), gradient[0, 0].abs().sum(0).nonzero().ravel()
    return (int(rows[0]), int(rows[-1])), (int(columns[0]), int(columns[-1]))


CONV = nn.Conv2d(1, 4, (3, 5))  # (N, 4, 8, 6) of images of 10x10
OF_MANY = {
    "group norm": (chain(conv=CONV, norm=nn.GroupNorm(2, 4)), (0, 3, 2), (10, 10)),
    "layer norm": (chain(conv=CONV, norm=nn.LayerNorm((4, 8, 6))), (0, 3, 2), (10, 10)),
    "layer norm of rows": (chain(conv=CONV, norm=nn.LayerNorm(6)), (0, 3, 2), (3, 10)),
    "instance norm": (chain(conv=CONV, norm=nn.InstanceNorm2d(4)), (0, 3, 2), (10, 10)),
    "learned instance norm": (
        chain(conv=CONV, norm=nn.InstanceNorm2d(4, track_running_stats=True)), (0, 3, 2), (3, 5)
    ),
    "global mean": (chain(conv=CONV, mean=nn.AdaptiveAvgPool2d(1)), (0, 0, 0), (10, 10)),
    "halving mean": (chain(conv=CONV, mean=nn.AdaptiveAvgPool2d((4, 2))), (0, 1, 1), (4, 7)),
    "dense": (chain(conv=CONV, flatten=nn.Flatten(), dense=nn.Linear(4 * 8 * 6, 3)), (0,), (10, 10)),
    "dense after a stride": (
        chain(conv=nn.Conv2d(1, 1, 3, 4), flatten=nn.Flatten(), dense=nn.Linear(4, 3)), (0,), (7, 7)
    ),
    "dense on rows": (chain(conv=CONV, dense=nn.Linear(6, 3)), (0, 3, 1), (3, 10)),
    "convolved means": (chain(mean=nn.LayerNorm((1, 10, 10)), conv=nn.Conv2d(1, 1, 3)), (0, 3, 3), (10, 10)),
    "branches": (
        chain(
            fork=Branches(
                one=chain(conv=nn.Conv2d(1, 1, 1)),
                even=chain(conv=nn.Conv2d(1, 1, 4, padding="same")),
                none=chain(),
                deep=chain(
                    tall=nn.Conv2d(1, 1, (5, 1), padding=(2, 0)),
                    again=Branches(one=chain(conv=nn.Conv2d(1, 1, 3, padding=1))),
                ),
            ),
            mix=nn.Conv2d(4, 1, 1),
        ),
        (0, 4, 4),
        (7, 4),
    ),
    "skip": (
        chain(block=Residual(chain(a=nn.Conv2d(1, 1, 3, padding=1), b=nn.ELU(), c=nn.Conv2d(1, 1, 3, padding=1)))),
        (0, 4, 4),
        (5, 5),
    ),
    "nested": (chain(stem=chain(a=nn.Conv2d(1, 1, 2), b=chain(c=nn.Conv2d(1, 1, 2)))), (0, 4, 4), (3, 3)),
}  # fmt: skip


@pytest.mark.parametrize("name", OF_MANY)
def test_receptive_fields_of_layers_that_read_many_units(name):
    network, unit, size = OF_MANY[name]
    if name == "skip":
        network.block.relu = nn.ELU()  # a ReLU may answer 0
    *_, part = anatomy.walk(network.double(), torch.zeros(1, 1, 10, 10, dtype=torch.double))
    assert part.receptive_field.size == size
    for reach, (first, last), where in zip(
        (part.receptive_field.rows, part.receptive_field.columns),
        reached_by(network, unit, (10, 10)),
        (*unit, 0, 0)[1:],
        strict=False,
    ):
        start = reach.start + reach.jump * where
        assert (first, last) == (start, start + reach.size - 1)


@pytest.mark.parametrize(
    "layer",
    [nn.ConvTranspose2d(1, 1, 2, 2), nn.AdaptiveAvgPool2d(3), nn.Softmax(dim=-1), nn.ReflectionPad2d(1)],
    ids=repr,
)
def test_what_nobody_knows_is_not_made_up(layer):
    *_, part, last = anatomy.walk(nn.Sequential(layer, nn.Conv2d(1, 1, 1)), torch.zeros(1, 1, 10, 10))
    assert part.receptive_field is None
    assert last.receptive_field is None


def test_branches_whose_units_lie_differently_have_no_receptive_field_in_common():
    fork = Branches(fine=chain(conv=nn.Conv2d(1, 1, 6)), coarse=chain(pool=nn.MaxPool2d(2)))
    *_, part = anatomy.walk(nn.Sequential(fork), torch.zeros(1, 1, 10, 10))
    assert part.shape == (2, 5, 5)
    assert part.receptive_field is None


# Whatever settings torch takes


def either(low, high):
    """One number for both directions, or two, as torch takes them."""
    return st.integers(low, high) | pairs(low, high)


@st.composite
def any_convolution(draw):
    groups = draw(st.sampled_from([1, 2, 4]))
    stride = draw(either(1, 3))
    paddings = either(0, 2) | st.just("valid")
    modes = st.sampled_from(["zeros", "reflect", "replicate", "circular"])
    return nn.Conv2d(
        4,
        4 * draw(st.integers(1, 2)),
        draw(either(1, 4)),
        stride,
        draw(paddings | st.just("same") if stride in (1, (1, 1)) else paddings),
        draw(either(1, 2)),
        groups,
        draw(st.booleans()),
        draw(modes),
    )


@st.composite
def any_transposed(draw):
    stride = draw(either(1, 3))
    extra = draw(either(0, 1)) if min(geometry.pair_of(stride)) > 1 else 0
    groups, bias = draw(st.sampled_from([1, 2])), draw(st.booleans())
    window = (draw(either(1, 4)), stride, draw(either(0, 1)), extra)
    return nn.ConvTranspose2d(4, 4, *window, groups, bias, draw(either(1, 2)))


@st.composite
def any_pooling(draw):
    kernel_size, stride, ceil_mode = draw(either(1, 4)), draw(st.none() | either(1, 3)), draw(st.booleans())
    padding = draw(st.sampled_from([0, 1, (0, 1)])) if min(geometry.pair_of(kernel_size)) > 1 else 0
    if draw(st.booleans()):
        counting = (draw(st.booleans()), draw(st.none() | st.integers(1, 5)))
        return nn.AvgPool2d(kernel_size, stride, padding, ceil_mode, *counting)
    return nn.MaxPool2d(kernel_size, stride, padding, draw(either(1, 2)), draw(st.booleans()), ceil_mode)


def outputs(layer, images):
    result = layer(images)
    return result[0] if isinstance(result, tuple) else result


@settings(max_examples=300, deadline=None)
@given(any_convolution() | any_transposed() | any_pooling(), pairs(6, 12))
@torch.no_grad()
def test_any_settings_of_torch_are_drawn_counted_and_told(layer, size):
    images = torch.zeros(1, 4, *size)
    try:
        with FlopCounterMode(display=False) as counter:
            expected = outputs(layer, images)
    except RuntimeError:
        assume(False)  # it does not fit
    *_, part = anatomy.walk(chain(layer=layer), images)
    assert part.shape == tuple(expected.shape[1:])
    assert tuple(axis.output for axis in AXES[type(layer)](layer, size)) == part.shape[1:]
    assert 2 * part.multiply_adds == counter.get_total_flops()
    assert part.parameters == sum(p.numel() for p in layer.parameters())
    for words in (part.label, part.words, describe(layer)):
        assert words and "{" not in words
    assert network_diagram(list(anatomy.walk(chain(layer=layer), images)), of="x").data
    for name in ("stride", "dilation", "padding"):
        usual = layer.kernel_size if name == "stride" and "Pool" in type(layer).__name__ else int(name != "padding")
        value = getattr(layer, name, usual)
        if not isinstance(value, str) and geometry.pair_of(value) != geometry.pair_of(usual):
            assert f"{name} " in describe(layer)
    assert ("mode" in describe(layer)) == (getattr(layer, "padding_mode", "zeros") != "zeros" and layer.padding not in
                                           ("valid", 0, (0, 0)))  # fmt: skip
