"""Learning a kernel, against torch's gradients."""

import re
from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from cnnviz.convolution.examples import EXAMPLES
from cnnviz.convolution.learning import MOST_FRAMES, LearningSettings, learn_kernel, shown_steps
from cnnviz.convolution.operation import Operation
from cnnviz.convolution.settings import ConvolutionSettings
from cnnviz.refusal import Refusal
from cnnviz.ui.convolution.learning import verdict
from tests.unit.convolution.test_operation import by_torch, convolutions


def test_the_edge_kernel_is_found():
    history = learn_kernel(EXAMPLES["edges"].operation, LearningSettings(rate=1.0))
    assert history.losses[0] > 0.1
    assert history.losses[-1] < 1e-12
    assert_allclose(history.weights[-1], [[[1, -1]]], atol=1e-5)
    assert (np.diff(history.losses) <= 0).all()
    assert history.distance[-1] < 1e-5


@pytest.mark.parametrize(("rate", "falls"), [(1.0, True), (1.9, True), (2.2, False)])
def test_above_the_largest_rate_it_diverges(rate, falls):
    history = learn_kernel(EXAMPLES["plain"].operation, LearningSettings(rate=rate, steps=200))
    assert (history.losses[-1] < history.losses[0]) == falls
    assert (history.rates[0] < history.largest_rate) == (rate < 2)
    assert history.diverges == (rate > 2)
    assert np.isfinite(history.losses).all()


@pytest.mark.slow
@hypothesis_settings(max_examples=40, deadline=None)
@given(convolutions(), st.sampled_from([None, 0.5, 1.0]))
def test_every_step_is_torchs(operation, rate):
    try:
        history = learn_kernel(operation, LearningSettings(rate, steps=3))
    except Refusal:
        assert not operation.windows[list(operation.channels_of(0))].any()
        return
    linear = Operation(
        operation.image,
        ConvolutionSettings(**{**vars(operation.settings), "activation": "none"}),
        operation.weights,
        operation.bias,
    )
    wanted = torch.tensor(linear.output[0])
    assert_allclose(history.wanted, wanted)
    for k in range(len(history.steps) - 1):
        weights = torch.tensor(linear.weights.copy())
        weights[0] = torch.tensor(history.weights[k])
        parameter = weights.requires_grad_()
        output = conv(linear, parameter)[0]
        loss = ((output - wanted) ** 2).mean()
        loss.backward()
        assert_allclose(history.outputs[k], output.detach(), atol=1e-8)
        assert_allclose(history.losses[k], loss.item(), rtol=1e-7, atol=1e-12)
        assert_allclose(history.gradients[k], parameter.grad[0], atol=1e-7)
        assert_allclose(history.checks[k], history.gradients[k], rtol=1e-5, atol=1e-5)
        step = history.momenta[k] * history.moves[k] - history.rates[k] * history.gradients[k]
        assert_allclose(history.moves[k + 1], step, rtol=1e-9, atol=1e-9)
        assert_allclose(history.weights[k + 1], history.weights[k] + step, rtol=1e-9, atol=1e-9)


LEARNABLE = [name for name, example in EXAMPLES.items() if example.kernel]


@pytest.mark.parametrize("name", LEARNABLE)
def test_every_example_arrives_and_is_told_what_its_input_can_tell(name):
    """The default of the page: the output is matched, and the kernel is found where the input determines it."""
    operation = EXAMPLES[name].operation
    history = learn_kernel(operation, LearningSettings())
    assert history.is_matched
    assert (np.diff(history.losses) < 0).all()
    rank = int(np.linalg.matrix_rank(design_of(operation)))
    assert (history.rank, len(history.curvatures)) == (rank, operation.weights[0].size)
    assert history.is_found == (rank == operation.weights[0].size)
    if history.is_found:
        assert "The kernel is found" in verdict(history)
    else:
        assert f"tells only {rank} of {operation.weights[0].size} weights apart" in verdict(history)
        another_kernel_does_as_well(operation, history)


def design_of(operation):
    """What each weight of the first output channel adds to each cell of its output, asked of torch one by one."""
    unit = np.zeros_like(operation.weights)
    columns = []
    for place in np.ndindex(unit.shape[1:]):
        unit[:] = 0
        unit[(0, *place)] = 1
        settings_ = replace(operation.settings, activation="none")
        columns.append(by_torch(Operation(operation.image, settings_, unit, np.zeros(len(unit))))[0].ravel().numpy())
    return np.stack(columns, axis=1)


def another_kernel_does_as_well(operation, history):
    """The weights that were learned give the output of the chosen ones, by torch, and are others."""
    weights = operation.weights.copy()
    weights[0] = history.weights[-1]
    first, second = (
        by_torch(Operation(operation.image, operation.settings, each, operation.biases))[0]
        for each in (weights, operation.weights)
    )
    assert_allclose(first, second, atol=1e-6)
    assert np.abs(weights - operation.weights).max() == pytest.approx(history.distance[-1])
    assert history.distance[-1] > 0.01


@pytest.mark.parametrize("name", ["plain", "edges", "padding", "stride", "mistake"])
@pytest.mark.parametrize("rate", [0.25, 1.0, 1.9])
def test_what_is_said_of_more_steps_is_true(name, rate):
    """In the directions that the input tells, the way that is left shrinks as it is said."""
    operation = EXAMPLES[name].operation
    history = learn_kernel(operation, LearningSettings(rate, steps=3))
    seen = design_of(operation)
    curvatures, directions = np.linalg.eigh(2 / len(seen) * seen.T @ seen)
    told = directions[:, curvatures > 1e-9 * curvatures[-1]]
    way = [told.T @ (weights - operation.weights[0]).ravel() for weights in history.weights]
    left = np.abs(way[1] / way[0]).max()
    steps = history.steps_for(0.01)
    assert left ** (steps * 1.01 + 1) <= 0.01 <= left ** (steps * 0.99 - 1)


def test_a_kernel_that_a_rounded_input_cannot_give_is_not_promised():
    image = np.array([[[1, 1 + 1e-9, 1], [1, 1, 1 + 1e-9]]])
    operation = Operation(image, ConvolutionSettings((1, 2)), np.array([[[[3.0, -2.0]]]]))
    history = learn_kernel(operation, LearningSettings())
    assert history.is_found or history.ended_early or history.rank < 2
    assert "More steps" not in verdict(history)


@hypothesis_settings(max_examples=60, deadline=None)
@given(convolutions(), st.sampled_from([None, 1.0, 1.9]))
def test_the_verdict_says_the_numbers_that_torch_gives(operation, rate):
    """Whatever is promised of the weights and the output is so."""
    try:
        history = learn_kernel(operation, LearningSettings(rate))
    except Refusal:
        return
    said = verdict(history)
    away = float(np.abs(history.weights[-1] - operation.weights[0]).max())
    if "The kernel is found" in said:
        assert away <= 0.0101 * np.abs(operation.weights[0]).max()
    if "weights differ" in said:
        number = re.search(r"(?:at most|up to) ([\de.+-]*\d)", said.split("weights differ")[1])
        assert float(number[1]) == pytest.approx(away, rel=0.06, abs=1e-300)
    if "another kernel does as well" in said:
        assert np.linalg.matrix_rank(design_of(operation)) == history.rank < operation.weights[0].size


def conv(operation, weights):
    s = operation.settings
    (top, bottom), (left, right) = s.frame
    mode = "constant" if s.padding_mode == "zeros" else s.padding_mode
    image = torch.nn.functional.pad(torch.tensor(operation.image)[None], (left, right, top, bottom), mode)
    turned = torch.rot90(weights, 2, (2, 3)) if s.flip else weights
    bias = torch.tensor(operation.bias)
    output = torch.nn.functional.conv2d(image, turned, bias, s.stride, 0, s.dilation, s.groups)[0]
    assert_allclose(by_torch(operation).shape, output.shape)
    return output


def test_what_cannot_be_learned_is_refused():
    with pytest.raises(Refusal, match="a pooling has no weights"):
        learn_kernel(EXAMPLES["max_pool"].operation, LearningSettings())
    blank = Operation(np.zeros((1, 5, 5)), ConvolutionSettings(), np.ones((1, 1, 3, 3)))
    with pytest.raises(Refusal, match="the input is zero wherever"):
        learn_kernel(blank, LearningSettings())


@pytest.mark.parametrize(
    "options", [{"rate": 0.0}, {"rate": float("nan")}, {"steps": 0}, {"steps": 10**9}, {"seed": -1}]
)
def test_settings_out_of_range_are_refused(options):
    with pytest.raises(Refusal):
        LearningSettings(**options)


@pytest.mark.parametrize("steps", [1, 59, 60, 300, 1000])
def test_the_first_and_the_last_step_are_shown(steps):
    shown = shown_steps(steps)
    assert {0, 1, steps} <= shown
    assert len(shown) <= MOST_FRAMES
