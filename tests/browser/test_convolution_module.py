"""The convolution that the browser computes: equal to Python's, its cells to torch's, in many random settings."""

from __future__ import annotations

import base64
import json
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from playwright.sync_api import Page

from cnnviz.convolution.operation import Operation
from cnnviz.convolution.settings import ACTIVATIONS, LIMITS, OPERATIONS, PADDING_MODES, PADDINGS, ConvolutionSettings
from cnnviz.ui.components.convolution_view import drawing
from cnnviz.ui.components.shared.arrays import packed
from tests.unit.test_convolution import by_torch

CASES = 600
CELLS = 3  # of each case
WRONG = 200  # settings that need not fit

# What operate() makes of the pieces of each case, its arrays in base64, and the arithmetic of some cells.
OPERATE = """async cases => {
  const { unpack } = await import('/shared/arrays.js');
  const { cellOf, imageOf, operate } = await import('/shared/convolution.js');
  const packed = array => array && {
    shape: array.shape, values: btoa(String.fromCharCode(...new Uint8Array(array.values.buffer))),
  };
  return JSON.stringify(JSON.parse(cases).map(({ image, applied, biases, settings, cells }) => {
    const operation = operate({ image: unpack(image), applied: unpack(applied), biases, settings });
    if (!operation) return null;
    const sent = ([name, value]) => [name, value?.shape ? packed(value) : value];
    const arrays = Object.fromEntries(Object.entries(operation).map(sent));
    return { ...arrays, image: packed(imageOf(operation)), cells: cells.map(cell => cellOf(operation, cell)) };
  }), (_, value) => Math.abs(value) === Infinity ? String(value) : value);
}"""


def pair(rng: np.random.Generator, low: int, high: int) -> tuple[int, int]:
    return int(rng.integers(low, high + 1)), int(rng.integers(low, high + 1))


def random_settings(rng: np.random.Generator) -> ConvolutionSettings:
    """Settings of any operation, which need not fit an image."""
    kind = str(rng.choice(list(OPERATIONS)))
    names = {"kernel_size", "stride", "padding"}
    names |= set() if kind == "average_pool" else {"dilation"}
    names |= {"output_padding"} if kind == "transposed" else set()
    options: dict[str, Any] = {name: pair(rng, int(LIMITS[name].low), int(LIMITS[name].high)) for name in sorted(names)}
    if kind.endswith("pool"):
        options["ceil_mode"] = bool(rng.integers(2))
    else:
        options |= {"flip": bool(rng.integers(2)), "activation": str(rng.choice(list(ACTIVATIONS)))}
    if kind == "average_pool":
        options["count_include_pad"] = bool(rng.integers(2))
    if kind == "convolution":
        options["padding_mode"] = str(rng.choice(list(PADDING_MODES)))
        if rng.integers(3) == 0:
            options["padding"] = str(rng.choice(list(PADDINGS)))
    return ConvolutionSettings(operation=kind, **options)


def random_operation(seed: int) -> Operation:
    """An operation that fits; its numbers are halves and quarters, so that sums are exact in any order."""
    rng = np.random.default_rng(seed)
    size = pair(rng, 1, 9)
    chosen = random_settings(rng).fitted(size)
    if chosen.pooling:
        return Operation(rng.integers(-9, 10, (int(rng.integers(1, 4)), *size)) / 2, chosen)
    groups = int(rng.choice([1, 1, 2, 3]))
    c_in, c_out = groups * int(rng.integers(1, 3 // groups + 1)), groups * int(rng.integers(1, 4 // groups + 1))
    chosen = ConvolutionSettings(**{**vars(chosen), "groups": groups})
    weights = rng.integers(-5, 6, (c_out, c_in // groups, *chosen.kernel_size)) / 2
    return Operation(rng.integers(-9, 10, (c_in, *size)) / 2, chosen, weights, rng.integers(-6, 7, c_out) / 4)


def pieces(operation: Operation, seed: int) -> dict[str, Any]:
    """What the browser is given, and the cells that it is asked for."""
    rng = np.random.default_rng(seed)
    drawn = [[int(rng.integers(side)) for side in operation.output.shape] for _ in range(CELLS)]
    return {
        "image": packed(operation.image),
        "applied": packed(operation.applied),
        "biases": operation.biases.tolist(),
        "settings": vars(operation.settings),
        "cells": [dict(zip(("channel", "row", "column"), cell, strict=True)) for cell in drawn],
    }


def unpacked(array: dict[str, Any]) -> np.ndarray:
    return np.frombuffer(base64.b64decode(array["values"]), "<f8").reshape(array["shape"])


def test_every_array_is_pythons_and_every_cell_is_torchs(modules_page: Page):
    operations = [random_operation(seed) for seed in range(CASES)]
    cases = [pieces(operation, seed) for seed, operation in enumerate(operations)]
    results = json.loads(modules_page.evaluate(OPERATE, json.dumps(cases)))
    for operation, case, result in zip(operations, cases, results, strict=True):
        has_pythons_arrays(result, operation)
        expected = by_torch(operation).numpy()
        for cell, arithmetic in zip(case["cells"], result["cells"], strict=True):
            adds_up(arithmetic, expected[cell["channel"], cell["row"], cell["column"]], operation)
    kinds = {(o.settings.operation, o.settings.padding_mode, o.settings.groups) for o in operations}
    assert {kind for kind, _, _ in kinds} == set(OPERATIONS)
    assert {mode for _, mode, _ in kinds} == set(PADDING_MODES)
    assert {groups for _, _, groups in kinds} == {1, 2, 3}


def has_pythons_arrays(result: dict[str, Any], operation: Operation) -> None:
    """Whatever Python sends of an operation, the browser computes as well."""
    assert_array_equal(unpacked(result["image"]), operation.image)
    assert_array_equal(unpacked(result["output"]), operation.output)
    for name, value in drawing(operation).items():
        if name in ("rows", "columns"):
            assert {key: result[name][key] for key in value} == value
        elif isinstance(value, dict) and "values" in value:
            assert_array_equal(unpacked(result[name]), unpacked(value), err_msg=f"{name} of {operation.settings}")
        elif name == "settings":
            assert result[name] == json.loads(json.dumps(value))
        elif name != "output":  # not sent where it is the sums
            assert result[name] == value


def adds_up(arithmetic: dict[str, Any], expected: float, operation: Operation) -> None:
    """The terms of a cell are values of the image, and give torch's output."""
    terms, s = arithmetic["terms"], operation.settings
    values = np.array([float(term["value"]) for term in terms])
    products = values @ np.array([term["weight"] for term in terms], float) if s.operation != "max_pool" else None
    if s.operation == "max_pool":
        total = values.max()
    elif s.operation == "average_pool":
        total = products / arithmetic["divisor"]
    else:
        total = products + arithmetic["bias"]
    assert float(arithmetic["sum"]) == pytest.approx(total)
    assert float(arithmetic["output"]) == pytest.approx(expected)
    assert (max(total, 0) if s.activation == "relu" else total) == pytest.approx(expected)
    assert all(isinstance(number, float | int) for number in arithmetic["channel_sums"])
    if arithmetic["channel_sums"]:
        assert sum(arithmetic["channel_sums"]) == pytest.approx(products)
    rows, columns = operation.axes
    for term in terms:
        row, column = rows.sources[term["row"]], columns.sources[term["column"]]
        inside = row >= 0 and column >= 0
        assert float(term["value"]) == (operation.image[term["channel"], row, column] if inside else operation.blank)
        assert inside or term["padding"]


def test_settings_that_python_refuses_give_nothing(modules_page: Page):
    rng = np.random.default_rng(0)
    cases, fits = [], []
    for _ in range(WRONG):
        size, chosen = pair(rng, 1, 9), random_settings(rng)
        fits.append(chosen.fitted(size) == chosen)
        weights = None if chosen.pooling else packed(np.ones((1, 1, *chosen.kernel_size)))
        image = packed(np.ones((1, *size)))
        case = {"image": image, "applied": weights, "biases": [0], "settings": vars(chosen), "cells": []}
        cases.append(case)
    results = json.loads(modules_page.evaluate(OPERATE, json.dumps(cases)))
    assert [result is not None for result in results] == fits
    assert {True, False} == set(fits)
