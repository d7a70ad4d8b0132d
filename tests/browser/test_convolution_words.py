"""Every number in the sentences under the picture, read from the page and computed again by torch or a plain loop."""

from __future__ import annotations

import itertools
import json
import re
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page

from cnnviz.convolution.examples import EXAMPLES
from cnnviz.convolution.learning import LearningSettings, learn_kernel
from cnnviz.convolution.operation import Operation
from cnnviz.ui.components.learning_view import replay
from tests.browser.test_convolution_module import pieces, random_operation
from tests.unit.convolution.test_operation import by_torch

CASES = 300
KINDS = ("halves", "thirds", "pixels", "large", "small", "any")

# What is written of some cells of each case, and said of an input cell and of a weight.
WRITE = """async cases => {
  const { unpack } = await import('/shared/arrays.js');
  const { cellOf, operate } = await import('/shared/convolution.js');
  const { writeArithmetic } = await import('/convolution_view/arithmetic.js');
  const { note, spoken } = await import('/convolution_view/words.js');
  const text = node => node?.textContent ?? null;
  return JSON.parse(cases).map(({ image, applied, biases, settings, cells, pointed }) => {
    const data = operate({ image: unpack(image), applied: unpack(applied), biases, settings });
    const written = cells.map(cell => {
      const target = document.createElement('div');
      const state = { ...cell, pinned: false };
      writeArithmetic(target, data, state, cellOf(data, cell));
      const sums = [...target.querySelectorAll('.channel-sum')].map(node => ({
        terms: [...node.querySelectorAll('.term')].map(text), said: text(node.lastChild) }));
      return {
        terms: [...target.querySelectorAll('.term')].map(text), sums, total: text(target.querySelector('.total')),
        entries: [...target.querySelectorAll('.matrix')].map(m => [...m.querySelectorAll('.entry')].map(text)),
        product: text(target.querySelector('.product')), spoken: spoken(data, state, cellOf(data, cell)),
      };
    });
    return { written, notes: pointed.map(place => note(data, { pointed: place })) };
  });
}"""


def number(text: str) -> float:
    above, _, below = text.strip("() ").replace("−", "-").replace("∞", "inf").partition("/")
    return float(above) / float(below or 1)


def unit(text: str) -> float:
    """Of the last digit that is written."""
    digits = text.strip("() ").replace("−", "-")
    if "e" in digits:
        mantissa, exponent = digits.split("e")
        return 10.0 ** (int(exponent) - len(mantissa.partition(".")[2]))
    return 10.0 ** -len(digits.partition(".")[2])


def of_kind(operation: Operation, kind: str, seed: int) -> Operation:
    """The same with numbers of another kind."""
    rng = np.random.default_rng(seed)

    def drawn(shape: tuple[int, ...]) -> np.ndarray:
        whole = rng.integers(-9, 10, shape).astype(float)
        return {
            "halves": whole / 2,
            "thirds": whole / rng.choice([3, 9, 16, 256, 7], shape),
            "pixels": rng.integers(0, 256, shape) / 255,
            "large": whole * 1234.5,
            "small": whole * 1.7e-5,
            "any": rng.normal(size=shape) * 10.0 ** rng.integers(-3, 4),
        }[kind]

    weights = None if operation.weights is None else drawn(operation.weights.shape)
    bias = None if operation.bias is None else drawn(operation.bias.shape)
    return replace(operation, image=drawn(operation.image.shape), weights=weights, bias=bias)


def equation_is_true(left: float, sign: str, result: str) -> None:
    """As it is written: equal, or equal when the left side is rounded to the digits of the result."""
    if sign == "=":
        assert left == pytest.approx(number(result), rel=1e-12, abs=1e-12)
    else:
        assert abs(left - number(result)) <= 2.01 * unit(result)


def is_rounded(text: str, value: float) -> None:
    """A written number is the value, rounded to the digits that are written."""
    half = 0.0 if "/" in text else 0.5001 * unit(text)
    assert abs(number(text) - value) <= half + 1e-9 * abs(value) + 1e-12


def products(terms: list[str]) -> float:
    factors = [term.replace("+", " ").split("×") for term in terms]
    return sum(number(value) * (number(weight[0]) if weight else 1) for value, *weight in factors)


def total_is_true(cell: dict[str, Any], operation: Operation, expected: float) -> None:
    """The line under the terms."""
    total, kind = cell["total"], operation.settings.operation
    if kind == "max_pool":
        result = total.removeprefix("largest = ")
        if np.isfinite(expected):
            is_rounded(result, expected)
        else:
            assert number(result) == expected
        assert max(map(number, cell["terms"]), default=-np.inf) == number(result)
        return
    if operation.settings.activation == "relu":
        total, relu = total.split(", ReLU: ")
        inner, shown = re.fullmatch(r"max\(0, (.*)\) = (.*)", relu).groups()
        assert number(shown) == max(0, number(inner))
        is_rounded(shown, expected)
        assert total.endswith(f" {inner}")
    left, sign, result = re.fullmatch(r"(.*) ([=≈]) (.*)", total).groups()
    if operation.settings.activation != "relu":
        is_rounded(result, expected)
    if kind == "average_pool":
        words, divisor = left.split(" / ")
        sum_is_true(words, cell["terms"])
        equation_is_true(number(words.split()[-1]) / int(divisor), sign, result)
        return
    parts, bias = left.split(" + bias ")
    if cell["sums"]:
        shown = [block["said"] for block in cell["sums"]]
        assert [number(part) for part in parts.split(" + ")] == [number(part.lstrip("=≈ ")) for part in shown]
        for block in cell["sums"]:
            sum_is_true(block["said"].replace("=", "sum").replace("≈", "sum ≈"), block["terms"])
        equation_is_true(sum(map(number, parts.split(" + "))) + number(bias), sign, result)
    elif parts.startswith("sum"):
        sum_is_true(parts, cell["terms"])
        equation_is_true(number(parts.split()[-1]) + number(bias), sign, result)


def sum_is_true(words: str, terms: list[str]) -> None:
    """The written products add up to the sum where nothing else is said; else they come near."""
    said = words.split()[-1]
    if "≈" not in words:
        assert products(terms) == pytest.approx(number(said), rel=1e-12, abs=1e-12)


def product_is_true(cell: dict[str, Any], outputs: np.ndarray) -> None:
    """A 1x1 convolution as a matrix times the channels of a pixel."""
    if cell["product"] is None:
        return
    weights, pixel, bias, result = ([number(text) for text in entries] for entries in cell["entries"])
    left = np.reshape(weights, (len(bias), len(pixel))) @ pixel + bias
    if "=" in cell["product"]:
        np.testing.assert_allclose(left, result, rtol=1e-12, atol=1e-12)
    for text, value in zip(cell["entries"][3], outputs, strict=True):
        is_rounded(text, value) if abs(value) < 1000 else None


def spoken_is_true(cell: dict[str, Any], operation: Operation, expected: float) -> None:
    said = re.search(r"(\S+)\.$", cell["spoken"])[1]
    if np.isfinite(expected):
        is_rounded(said, expected)


def reading(operation: Operation, i: int, place: int) -> list[int]:
    """Output rows (i = 0) or columns that read a position of the padded input, by the definition."""
    s, length = operation.settings, operation.output.shape[1 + i]
    stride, dilation, side = s.stride[i], s.dilation[i], s.kernel_size[i]
    if s.operation == "transposed":
        reached = {place * stride + k * dilation - s.padding[i] for k in range(side)}
        return sorted(reached & set(range(length)))
    return [o for o in range(length) if any(o * stride + k * dilation == place for k in range(side))]


def under(operation: Operation, i: int, k: int) -> set[int]:
    """Positions of the padded input that a row (i = 0) or column of the kernel meets, by the definition."""
    s, length = operation.settings, operation.output.shape[1 + i]
    size = operation.padded.shape[1 + i]
    if s.operation == "transposed":
        return {p for p in range(size) if 0 <= p * s.stride[i] + k * s.dilation[i] - s.padding[i] < length}
    return {o * s.stride[i] + k * s.dilation[i] for o in range(length)} & set(range(size))


def test_every_number_under_the_picture_is_true(modules_page: Page):
    operations, cases = [], []
    for seed in range(CASES):
        operation = of_kind(random_operation(seed), KINDS[seed % len(KINDS)], seed)
        rng = np.random.default_rng(seed)
        channels, rows, columns = operation.padded.shape
        input_cell = {
            "kind": "input", "channel": int(rng.integers(channels)), "row": int(rng.integers(rows)),
            "column": int(rng.integers(columns)),
        }  # fmt: skip
        height, width = operation.settings.kernel_size
        weight = {"kind": "kernel", "channel": 0, "row": int(rng.integers(height)), "column": int(rng.integers(width))}
        operations.append(operation)
        cases.append({**pieces(operation, seed), "pointed": [input_cell, weight]})
    results = modules_page.evaluate(WRITE, json.dumps(cases))
    signs = set()
    for operation, case, result in zip(operations, cases, results, strict=True):
        expected = by_torch(operation).numpy()
        linear = by_torch(replace(operation, settings=replace(operation.settings, activation="none"))).numpy()
        for place, cell in zip(case["cells"], result["written"], strict=True):
            channel, row, column = place["channel"], place["row"], place["column"]
            total_is_true(cell, operation, expected[channel, row, column])
            product_is_true(cell, linear[:, row, column])
            spoken_is_true(cell, operation, expected[channel, row, column])
            signs |= set(re.findall("[=≈]", cell["total"]))
        notes_are_true(operation, case["pointed"], result["notes"])
    assert signs == {"=", "≈"}


def notes_are_true(operation: Operation, pointed: list[dict[str, Any]], notes: list[str]) -> None:
    """How many cells an input cell feeds, and a weight multiplies."""
    cell, weight = pointed
    maps = sum(cell["channel"] in operation.channels_of(channel) for channel in range(operation.c_out))
    count = maps * len(reading(operation, 0, cell["row"])) * len(reading(operation, 1, cell["column"]))
    assert f"{count} output cell" in notes[0].replace("feeds", "").replace("  ", " ")
    if notes[0].startswith("Input"):
        row, column = map(int, re.findall(r"[0-9]+", notes[0])[:2])
        value = operation.padded[cell["channel"], cell["row"], cell["column"]]
        assert operation.image[cell["channel"], row, column] == value
        copies = operation.settings.padding_mode != "zeros" and any(
            (a, b) != (cell["row"], cell["column"])
            for a, b in itertools.product(
                np.flatnonzero(operation.axes[0].sources == row), np.flatnonzero(operation.axes[1].sources == column)
            )
        )
        assert ("copies in the padding" in notes[0]) == copies
    if operation.weights is not None:
        count = len(under(operation, 0, weight["row"])) * len(under(operation, 1, weight["column"]))
        assert f" {count} cell" in notes[1]
        assert ("padded input" in notes[1]) == (operation.padded.shape != operation.image.shape)
        assert ("shared" in notes[1]) == (count != 1)


@pytest.mark.parametrize(
    ("numbers", "said"),
    [
        ((1218.5, 0.5), "1218.5 + bias 0.5 = 1219"),
        ((1 / 3, 1 / 3), "1/3 + bias 1/3 = 2/3"),
        ((12.0, 0.0), "12 + bias 0 = 12"),
        ((123456.789, -0.001), "123456.789 + bias −0.001 = 123456.788"),
        ((2e-7, 0.0), "0.0000002 + bias 0 = 0.0000002"),
    ],
)
def test_an_equation_has_the_digits_with_which_it_is_true(modules_page: Page, numbers, said):
    total = modules_page.evaluate(
        """async ([products, bias]) => {
          const { sumOf } = await import('/convolution_view/sums.js');
          const cell = { channel_sums: [], products, bias, sum: products + bias };
          const { parts, bias: added, equals, result } = sumOf(cell);
          return `${parts[0]} + bias ${added} ${equals} ${result}`;
        }""",
        list(numbers),
    )
    left, right = total.split(" = ")
    first, second = left.split(" + bias ")
    assert number(first) + number(second) == pytest.approx(number(right), rel=1e-14)
    assert total == said


# The three lines under the replay of a descent, for some weights at some frames.
GRADIENT = """async cases => {
  const { unpack } = await import('/shared/arrays.js');
  const { gradientLines, gradientOf } = await import('/learning_view/gradient.js');
  return JSON.parse(cases).map(({ data, asked }) => {
    const history = Object.fromEntries(
      Object.entries(data).map(([name, value]) => [name, value?.shape ? unpack(value) : value]));
    return asked.map(([frame, weight]) =>
      gradientLines(gradientOf(history, frame, weight), history).map(line => line.textContent));
  });
}"""


def arithmetic(text: str) -> float:
    """The value of what is written."""
    return eval(text.replace("−", "-").replace("×", "*"))


def test_every_number_of_a_gradient_is_true(modules_page: Page):
    """The gradient of torch, the next weight of the descent, and both as they are written."""
    cases, histories = [], []
    for seed, name in enumerate([name for name, example in EXAMPLES.items() if example.kernel]):
        operation = EXAMPLES[name].operation
        history = learn_kernel(operation, LearningSettings([None, 0.5, 1.9][seed % 3], steps=6, seed=seed))
        rng = np.random.default_rng(seed)
        places = [[int(rng.integers(side)) for side in history.wanted_weights.shape] for _ in range(4)]
        asked = [[int(rng.integers(len(history.steps) - 1)), place] for place in places]
        cases.append({"data": replay(history, operation), "asked": asked})
        histories.append(history)
    results = modules_page.evaluate(GRADIENT, json.dumps(cases))
    whole = 0
    for history, case, lines_of in zip(histories, cases, results, strict=True):
        for (frame, place), (gradient, check, following) in zip(case["asked"], lines_of, strict=True):
            place = (frame, *place)
            left, sign, result = re.search(r"= (2/.*) ([=≈]) (\S+)$", gradient).groups()
            is_rounded(result, history.gradients[place])
            if "…" not in left:
                equation_is_true(arithmetic(left), sign, result)
                whole += 1
            assert number(check.split()[-1]) == pytest.approx(history.checks[place], rel=1e-3, abs=1e-9)
            left, sign, result = re.fullmatch(r"Next weight: (.*) ([=≈]) (\S+)", following).groups()
            equation_is_true(arithmetic(left.replace("momentum ", "").replace("last move ", "")), sign, result)
            is_rounded(result, history.weights[(frame + 1, *place[1:])])
            assert ("momentum" in left) == (history.momenta[frame] != 0)
    assert whole > 5
