"""Descent of a mean squared error that is a quadratic function of the weights: mean((A w - y)^2)."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from cnnviz.arrays import Array

NUDGE = 1e-3  # step of the finite differences
LOSS_LIMIT = 1e12  # a descent that diverges ends here
ARRIVED = 1e-24  # share of the first loss that is left when a descent at its best rates has arrived


@dataclass(frozen=True, eq=False)
class Frame:
    """A descent before one of its steps."""

    step: int
    weights: Array  # (weights,)
    move: Array  # of the step before, (weights,)
    error: Array  # output less the wanted one, (cells,)
    gradient: Array  # (weights,)
    rate: float
    momentum: float

    @property
    def loss(self) -> float:
        """Mean squared error."""
        return float((self.error**2).mean())


def descend(seen: Array, target: Array, rate: float | None, weights: Array, steps: int) -> Iterator[Frame]:
    """Gradient descent of weights w: w - rate * gradient + momentum * (w - the weights before).

    Args:
        seen: the design matrix, (cells, weights).
        target: what it is to give, (cells,).
        rate: the learning rate, without momentum; None: both are those that lower the loss most, at each step.
        weights: where it begins, (weights,).
        steps: at most.

    Source: gradient of mean((A w - y)^2) is 2/N A^T (A w - y). The best rate and momentum of each step make the
    conjugate gradients of Hestenes and Stiefel, 1952: they arrive after as many steps as the input tells weights apart.
    """
    move, first, before = np.zeros_like(weights), 0.0, math.inf
    for step in range(steps + 1):
        error = seen @ weights - target
        gradient = 2 / len(seen) * (seen.T @ error)
        chosen = best_step(seen, error, gradient, move) if rate is None else (rate, 0.0)
        frame = Frame(step, weights, move, error, gradient, *chosen)
        if rate is None and not frame.loss < before:
            return  # as near as the arithmetic comes
        yield frame
        first = first or frame.loss
        if frame.loss > LOSS_LIMIT or (rate is None and frame.loss <= ARRIVED * first):
            return
        move = chosen[1] * move - chosen[0] * gradient
        weights, before = weights + move, frame.loss


def best_step(seen: Array, error: Array, gradient: Array, move: Array) -> tuple[float, float]:
    """The learning rate and the momentum of the step that lowers the loss most."""
    directions = np.stack([-gradient, move], axis=1)
    lengths = np.linalg.norm(directions, axis=0)
    lengths[lengths == 0] = 1
    (rate, momentum), *_ = np.linalg.lstsq(seen @ (directions / lengths), -error, rcond=None)
    return float(rate / lengths[0]), float(momentum / lengths[1])


def curvatures_of(seen: Array) -> Array:
    """Curvature of the mean squared error in independent directions, the largest first, (weights,).

    Source: the eigenvalues of 2/N A^T A; what is not zero by rounding alone is, as in numpy.linalg.matrix_rank.
    """
    values = np.zeros(seen.shape[1])
    singular = np.linalg.svd(seen, compute_uv=False)
    values[: len(singular)] = np.where(singular > singular[0] * max(seen.shape) * np.finfo(float).eps, singular, 0)
    return 2 / len(seen) * values**2


def differences(seen: Array, error: Array) -> Array:
    """Gradient by central differences: the loss with each weight NUDGE higher and lower, (weights,)."""
    forth, back = (((error[:, None] + side * NUDGE * seen) ** 2).mean(0) for side in (1, -1))
    return (forth - back) / (2 * NUDGE)
