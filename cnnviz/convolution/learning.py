"""Gradient descent on a kernel: from random weights to those that gave a known output."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from cnnviz.arrays import Array
from cnnviz.convolution.operation import Operation
from cnnviz.language import mark, sentence
from cnnviz.refusal import Range, Refusal

LIMITS: Mapping[str, Range] = {
    mark("learning rate"): Range(0.01, 3.0, whole=False),
    mark("steps"): Range(1, 1000),
    mark("seed"): Range(0, 9999),
}
MOST_FRAMES = 60
NUDGE = 1e-3  # step of the finite differences
LOSS_LIMIT = 1e12  # a descent that diverges ends here


@dataclass(frozen=True)
class LearningSettings:
    """Settings of the descent."""

    rate: float = 1.0  # learning rate in units of 1 / largest curvature: 1 is fast and safe, above 2 diverges
    steps: int = 60
    seed: int = 0

    def __post_init__(self) -> None:
        for (name, limits), value in zip(LIMITS.items(), (self.rate, self.steps, self.seed), strict=True):
            limits.check(sentence(name), value)


@dataclass(frozen=True, eq=False)
class KernelLearning:
    """History of a descent, at F of its steps. Arrays of weights are (F, slices, kernel rows, kernel columns)."""

    steps: Array  # (F,), the first is 0
    weights: Array
    outputs: Array  # (F, H', W'), before the activation
    losses: Array  # (F,), mean squared error
    gradients: Array  # of the loss by each weight
    checks: Array  # the same by central differences: (loss(w + NUDGE) - loss(w - NUDGE)) / (2 NUDGE)
    wanted: Array  # (H', W'), output of the chosen kernel
    wanted_weights: Array  # of the chosen kernel, (slices, kernel rows, kernel columns)
    learning_rate: float
    largest_rate: float  # above it the descent diverges: 2 / largest curvature

    @property
    def distance(self) -> Array:
        """Largest absolute difference between the weights and those of the chosen kernel, (F,)."""
        return np.abs(self.weights - self.wanted_weights).max((1, 2, 3))


def learn_kernel(operation: Operation, settings: LearningSettings) -> KernelLearning:
    """Gradient descent on the mean squared error from the first output channel of a convolution; the bias is known.

    Raises:
        Refusal: the operation has no weights, or its input is zero in every window.

    Source: gradient of mean((A w + b - y)^2) is 2/N A^T (A w + b - y); the largest curvature is that of 2/N A^T A.
    """
    if operation.weights is None:
        raise Refusal("a pooling has no weights to learn; choose a convolution.")
    seen, bias = design_matrix(operation), operation.biases[0]
    wanted = operation.sums[0].ravel()
    curvature = 2 / len(seen) * float(np.linalg.eigvalsh(seen.T @ seen)[-1])
    if curvature <= 1e-12:
        raise Refusal("the input is zero wherever the kernel looks, so nothing can be learned; choose another input.")
    rate = settings.rate / curvature
    shown = shown_steps(settings.steps)
    weights = np.random.default_rng(settings.seed).normal(size=seen.shape[1])
    frames, kept = [], []
    for step in range(settings.steps + 1):
        error = seen @ weights + bias - wanted
        loss, gradient = float((error**2).mean()), 2 / len(seen) * (seen.T @ error)
        if step in shown:
            kept.append(step)
            frames.append((weights, error + wanted, loss, gradient, differences(seen, error)))
        if loss > LOSS_LIMIT:
            break
        weights = weights - rate * gradient
    kernel = operation.weights.shape[1:]
    size = operation.output.shape[1:]
    weights_, outputs, losses, gradients, checks = (np.array(column) for column in zip(*frames, strict=True))
    return KernelLearning(
        np.array(kept),
        weights_.reshape(-1, *kernel),
        outputs.reshape(-1, *size),
        losses,
        gradients.reshape(-1, *kernel),
        checks.reshape(-1, *kernel),
        wanted.reshape(size),
        operation.weights[0],
        rate,
        2 / curvature,
    )


def design_matrix(operation: Operation) -> Array:
    """Design matrix of the first output channel: a row for each cell, a column for each weight, (H' W', weights)."""
    seen = operation.windows[list(operation.channels_of(0))]  # (slices, H', W', rows, columns)
    if operation.settings.flip:
        seen = seen[..., ::-1, ::-1]
    slices, height, width, rows, columns = seen.shape
    return seen.transpose(1, 2, 0, 3, 4).reshape(height * width, slices * rows * columns)


def differences(seen: Array, error: Array) -> Array:
    """Gradient by central differences: the loss with each weight NUDGE higher and lower, (weights,)."""
    forth, back = (((error[:, None] + side * NUDGE * seen) ** 2).mean(0) for side in (1, -1))
    return (forth - back) / (2 * NUDGE)


def shown_steps(steps: int) -> set[int]:
    """Steps that are kept: all of few, else a geometric sequence, since most happens at the beginning."""
    if steps < MOST_FRAMES:
        return set(range(steps + 1))
    return {0, *np.geomspace(1, steps, MOST_FRAMES - 1).round().astype(int).tolist()}
