"""Gradient descent on a kernel: from random weights to those that gave a known output."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from cnnviz.arrays import Array
from cnnviz.convolution.descent import curvatures_of, descend, differences
from cnnviz.convolution.operation import Operation
from cnnviz.language import mark, sentence
from cnnviz.refusal import Range, Refusal

LIMITS: Mapping[str, Range] = {
    mark("learning rate"): Range(0.01, 3.0, whole=False),
    mark("steps"): Range(1, 1000),
    mark("seed"): Range(0, 9999),
}
MOST_FRAMES = 60


@dataclass(frozen=True)
class LearningSettings:
    """Settings of the descent."""

    rate: float | None = None  # in units of 1 / largest curvature: above 2 it diverges; None: the best of each step
    steps: int = 60
    seed: int = 0

    def __post_init__(self) -> None:
        for (name, limits), value in zip(LIMITS.items(), (self.rate, self.steps, self.seed), strict=True):
            if value is not None:
                limits.check(sentence(name), value)


@dataclass(frozen=True, eq=False)
class KernelLearning:
    """History of a descent, at F of its steps. Arrays of weights are (F, slices, kernel rows, kernel columns)."""

    settings: LearningSettings
    steps: Array  # (F,), the first is 0
    weights: Array
    moves: Array  # by which the step before has moved the weights
    outputs: Array  # (F, H', W'), before the activation
    losses: Array  # (F,), mean squared error
    gradients: Array  # of the loss by each weight
    checks: Array  # the same by central differences
    rates: Array  # (F,), learning rate of the step that follows
    momenta: Array  # (F,), its momentum: the share of the last move that it repeats
    wanted: Array  # (H', W'), output of the chosen kernel
    wanted_weights: Array  # of the chosen kernel, (slices, kernel rows, kernel columns)
    curvatures: Array  # (weights,) of the loss in independent directions, the largest first; 0 where it is flat

    @property
    def is_best(self) -> bool:
        """Whether rate and momentum are the best of each step."""
        return self.settings.rate is None

    @property
    def diverges(self) -> bool:
        """Whether each step overshoots further than the last."""
        return not self.is_best and bool(self.rates[0] > self.largest_rate)

    @property
    def ended_early(self) -> bool:
        """Whether the error could not be lowered any more."""
        return self.is_best and bool(self.steps[-1] < self.settings.steps)

    @property
    def distance(self) -> Array:
        """Largest absolute difference between the weights and those of the chosen kernel, (F,)."""
        return np.abs(self.weights - self.wanted_weights).max((1, 2, 3))

    @property
    def output_distance(self) -> Array:
        """Largest absolute difference between the outputs and that of the chosen kernel, (F,)."""
        return np.abs(self.outputs - self.wanted).max((1, 2))

    @property
    def largest_rate(self) -> float:
        """The learning rate above which a descent without momentum diverges."""
        return 2 / float(self.curvatures[0])

    @property
    def rank(self) -> int:
        """Combinations of the weights that the input tells apart; along the others the loss is flat."""
        return int((self.curvatures > 0).sum())

    @property
    def is_found(self) -> bool:
        """Whether the weights are those of the chosen kernel, to a hundredth of its largest."""
        return bool(self.distance[-1] <= 0.01 * (np.abs(self.wanted_weights).max() or 1))

    @property
    def is_matched(self) -> bool:
        """Whether the output is that of the chosen kernel, to a thousandth of where the descent began."""
        return bool(self.output_distance[-1] <= 0.001 * self.output_distance[0])

    def steps_for(self, share: float) -> int:
        """Steps at the first rate, without momentum, after which this share of the slowest part of the way is left."""
        gone = self.rates[0] * self.curvatures[: self.rank]  # by one step, of the way in each direction
        slowest = float(np.minimum(gone, 2 - gone).min())
        return 1 if slowest >= 1 - share else math.ceil(math.log(share) / math.log1p(-slowest))


def learn_kernel(operation: Operation, settings: LearningSettings) -> KernelLearning:
    """Gradient descent on the mean squared error from the first output channel of a convolution; the bias is known.

    Raises:
        Refusal: the operation has no weights, or its input is zero in every window.
    """
    if operation.weights is None:
        raise Refusal("a pooling has no weights to learn; choose a convolution.")
    seen, wanted = design_matrix(operation), operation.sums[0]
    curvatures = curvatures_of(seen)
    if curvatures[0] <= 1e-12:
        raise Refusal("the input is zero wherever the kernel looks, so nothing can be learned; choose another input.")
    target = wanted.ravel() - operation.biases[0]
    rate = None if settings.rate is None else settings.rate / curvatures[0]
    start: Array = np.random.default_rng(settings.seed).normal(size=seen.shape[1:])
    descent = list(descend(seen, target, rate, start, settings.steps))
    shown = [frame for frame in descent if frame.step in shown_steps(descent[-1].step)]

    def column(name: str, *shape: int) -> Array:
        return np.array([getattr(frame, name) for frame in shown]).reshape(-1, *shape)

    kernel = operation.weights.shape[1:]
    return KernelLearning(
        settings,
        steps=column("step").ravel(),
        weights=column("weights", *kernel),
        moves=column("move", *kernel),
        outputs=column("error", *wanted.shape) + wanted,
        losses=column("loss").ravel(),
        gradients=column("gradient", *kernel),
        checks=np.array([differences(seen, frame.error) for frame in shown]).reshape(-1, *kernel),
        rates=column("rate").ravel(),
        momenta=column("momentum").ravel(),
        wanted=wanted,
        wanted_weights=operation.weights[0],
        curvatures=curvatures,
    )


def design_matrix(operation: Operation) -> Array:
    """Design matrix of the first output channel: a row for each cell, a column for each weight, (H' W', weights)."""
    seen = operation.windows[list(operation.channels_of(0))]  # (slices, H', W', rows, columns)
    if operation.settings.flip:
        seen = seen[..., ::-1, ::-1]
    slices, height, width, rows, columns = seen.shape
    return seen.transpose(1, 2, 0, 3, 4).reshape(height * width, slices * rows * columns)


def shown_steps(steps: int) -> set[int]:
    """Steps that are kept: all of few, else a geometric sequence, since most happens at the beginning."""
    if steps < MOST_FRAMES:
        return set(range(steps + 1))
    return {0, *np.geomspace(1, steps, MOST_FRAMES - 1).round().astype(int).tolist()}
