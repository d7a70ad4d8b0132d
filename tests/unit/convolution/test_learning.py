"""Learning a kernel, against torch's gradients."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from numpy.testing import assert_allclose

from cnnviz.convolution.examples import EXAMPLES
from cnnviz.convolution.learning import MOST_FRAMES, LearningSettings, learn_kernel, shown_steps
from cnnviz.convolution.operation import Operation
from cnnviz.convolution.settings import ConvolutionSettings
from cnnviz.refusal import Refusal
from tests.unit.convolution.test_operation import by_torch, convolutions


def test_the_edge_kernel_is_found():
    history = learn_kernel(EXAMPLES["edges"].operation, LearningSettings(steps=60))
    assert history.losses[0] > 0.1
    assert history.losses[-1] < 1e-12
    assert_allclose(history.weights[-1], [[[1, -1]]], atol=1e-5)
    assert (np.diff(history.losses) <= 0).all()
    assert history.distance[-1] < 1e-5


@pytest.mark.parametrize(("rate", "falls"), [(1.0, True), (1.9, True), (2.2, False)])
def test_above_the_largest_rate_it_diverges(rate, falls):
    history = learn_kernel(EXAMPLES["plain"].operation, LearningSettings(rate=rate, steps=200))
    assert (history.losses[-1] < history.losses[0]) == falls
    assert (history.learning_rate < history.largest_rate) == (rate < 2)
    assert np.isfinite(history.losses).all()


@pytest.mark.slow
@hypothesis_settings(max_examples=40, deadline=None)
@given(convolutions())
def test_every_step_is_torchs(operation):
    try:
        history = learn_kernel(operation, LearningSettings(steps=3))
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
        step = history.weights[k] - history.learning_rate * history.gradients[k]
        assert_allclose(history.weights[k + 1], step, rtol=1e-9, atol=1e-9)


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
