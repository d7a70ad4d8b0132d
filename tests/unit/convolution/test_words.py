"""Sentences and formulas under the picture: every number in them, computed again without the code that wrote it."""

from __future__ import annotations

import math
import re

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from cnnviz.convolution.costs import LayerCost
from cnnviz.convolution.operation import Operation
from cnnviz.convolution.settings import ConvolutionSettings
from cnnviz.convolution.words import cost_lines, shapes_sentence, size_formulas, unused_sentence
from tests.unit.convolution.test_operation import by_torch, convolutions, poolings

operations = st.one_of(convolutions(), convolutions(transposed=True), poolings())


def evaluated(formula: str) -> tuple[float, int]:
    """Both sides of a size in LaTeX, its brackets as they are written."""
    left, right = re.fullmatch(r"[HW]' = (.*) = \\mathbf\{(\d+)\}", formula).groups()
    left = left.replace("\\,", " ").replace("\\cdot", "*").replace("1 (", "1*(")
    left = re.sub(r"(\d)\s*\(", r"\1*(", left)
    for side in ("floor", "ceil"):
        left = left.replace(f"\\left\\l{side}", f"math.{side}(").replace(f"\\right\\r{side}", ")")
    left = re.sub(r"\\frac\{([^{}]*)\}\{([^{}]*)\}", r"((\1) / (\2))", left)
    return eval(left, {"math": math}), int(right)


@settings(max_examples=300, deadline=None)
@given(operations)
def test_the_size_is_what_its_formula_gives(operation):
    _, rows, columns = size_formulas(operation)
    for formula, size in ((rows, by_torch(operation).shape[1]), (columns, by_torch(operation).shape[2])):
        left, right = evaluated(formula)
        assert left == right == size
        assert ("ceil" in formula) == operation.settings.ceil_mode


def read_by_torch(operation: Operation) -> np.ndarray:
    """Which cells of the input change the output of torch, (H, W) bool."""
    s = operation.settings
    image = torch.zeros(1, 1, *operation.image_size, dtype=torch.double, requires_grad=True)
    ones = torch.ones(1, 1, *s.kernel_size, dtype=torch.double)
    if s.operation == "transposed":
        options = {"stride": s.stride, "padding": s.padding, "dilation": s.dilation}
        output = nn.functional.conv_transpose2d(image, ones, output_padding=s.output_padding, **options)
    elif s.operation == "average_pool":
        output = nn.functional.avg_pool2d(image, s.kernel_size, s.stride, s.padding, s.ceil_mode)
    elif s.operation == "max_pool":  # a convolution over the same windows, cut off where they reach too far
        far = [(stride - 1) * s.ceil_mode for stride in s.stride]
        (top, _), (left, _) = s.frame
        framed = nn.functional.pad(image, (left, left + far[1], top, top + far[0]))
        output = nn.functional.conv2d(framed, ones, stride=s.stride, dilation=s.dilation)
        output = output[..., : operation.output.shape[1], : operation.output.shape[2]]
    else:
        rows, columns = s.frame
        mode = "constant" if s.padding_mode == "zeros" else s.padding_mode
        framed = nn.functional.pad(image, (*columns, *rows), mode)
        output = nn.functional.conv2d(framed, ones, stride=s.stride, dilation=s.dilation)
    output.sum().backward()
    return image.grad[0, 0].numpy() != 0


@settings(max_examples=300, deadline=None)
@given(operations)
def test_what_is_said_to_be_unused_is_read_by_no_window(operation):
    said = unused_sentence(operation)
    if not said:
        return
    s, read = operation.settings, read_by_torch(operation)
    if s.padding_mode == "zeros":  # else a copy of it may be read
        for places in re.findall(r"rows? ([0-9, ]+) of the input", said):
            assert not read[[int(place) for place in places.split(", ")]].any()
        for places in re.findall(r"columns? ([0-9, ]+) of the input", said):
            assert not read[:, [int(place) for place in places.split(", ")]].any()
    if s.operation == "transposed":
        assert "cropped away" in said
        return
    formulas = size_formulas(operation)[1:]
    assert ("rounded up" in said) == s.ceil_mode
    assert ("rounded down" in said) == (not s.ceil_mode)
    assert all(("floor" in formula) == ("rounded down" in said) for formula in formulas)
    above = [re.search(r"\\frac\{(.*?)\}\{", f.replace("\\cdot", "*").replace("\\,", "*"))[1] for f in formulas]
    assert any(eval(sum_) % stride for sum_, stride in zip(above, s.stride, strict=True))


def test_a_window_that_would_begin_behind_the_input_is_named():
    window = ConvolutionSettings((1, 1), (4, 4), operation="max_pool", ceil_mode=True)
    said = unused_sentence(Operation(np.zeros((1, 6, 6)), window))
    assert "rounded up" in said
    assert "row 5 of the input and column 5 of the input" in said


def product(text: str) -> float:
    return eval(text.replace("×", "*").replace(",", ""))


@settings(max_examples=300, deadline=None)
@given(operations)
def test_costs_are_those_of_torchs_layers(operation):
    cost, s = LayerCost.of(operation), operation.settings
    lines = cost_lines(cost, cut=operation.is_cut)
    c_in, c_out = len(operation.image), operation.c_out
    for line in lines:
        for left, right in re.findall(r"([\d,]+(?: × [\d,()+× ]+)?) = \*\*([\d,]+)\*\*", line):
            assert product(left) == product(right)
    work = next(line for line in lines if "multiply-adds" in line or "looked at" in line)
    number = product(re.search(r"\*\*([\d,]+)\*\*", work)[1])
    windows = int(np.prod(by_torch(operation).shape[1:]))
    cells = int(np.prod(s.kernel_size))
    if s.pooling:
        assert lines[0].startswith("**0** parameters")
        assert number == windows * cells * c_in
        looked_at = c_in * sum(map(int, operation.uses.ravel()))
        assert ("less what lies beyond" in work) == (looked_at < number)
        return
    kind = nn.ConvTranspose2d if s.operation == "transposed" else nn.Conv2d
    layer = kind(c_in, c_out, s.kernel_size, groups=s.groups)
    parameters = sum(p.numel() for p in layer.parameters())
    assert f"**{parameters:,}** parameters" in lines[0]
    stops = int(np.prod(operation.image_size)) if s.operation == "transposed" else windows
    assert number == stops * cells * c_in * c_out // s.groups
    dense = nn.Linear(operation.image.size, operation.output.size)
    share = parameters / sum(p.numel() for p in dense.parameters())
    about, times = re.search(r"about 1/([\d,]+)", lines[3]), re.search(r"has ([\d.e+-]+) times", lines[3])
    assert (1 / product(about[1]) if about else float(times[1])) == pytest.approx(share, rel=0.06)
    memory = 4 * (operation.image.size + parameters + operation.output.size)
    shown = re.search(r"([\d,]+) (bytes|kB)", lines[2])
    assert product(shown[1]) * {"bytes": 1, "kB": 1000}[shown[2]] == pytest.approx(memory, rel=0.06)


@settings(max_examples=100, deadline=None)
@given(operations)
def test_shapes_are_torchs(operation):
    said = re.findall(r"\(([\d, ]+)\)", shapes_sentence(operation))
    shapes = [tuple(map(int, shape.split(", "))) for shape in said]
    assert shapes[:2] == [operation.image.shape, tuple(by_torch(operation).shape)]
    assert shapes[2:] == ([] if operation.weights is None else [operation.weights.shape])
