"""Learning curves: smoothing, thinning, interpolation; and the speed of a training."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields, replace

import numpy as np

from cnnviz.arrays import Array
from cnnviz.training.records import Curve, Curves, Measurement, Split

SMOOTHING = 0.6  # share of the past in the exponential average
EXTREMES = 4  # lowest and highest loss, lowest and highest accuracy
MOST_POINTS = 800  # of a line on screen; more cannot be told apart


def smooth(values: Array, factor: float = SMOOTHING) -> Array:
    """Bias-corrected exponential moving average of (N,) values.

    Source: D. Kingma, J. Ba, "Adam", 2015, section 3: the same correction.
    """
    average, weight, result = 0.0, 0.0, np.empty(len(values))
    for index, value in enumerate(values.tolist()):
        average, weight = factor * average + (1 - factor) * value, factor * weight + (1 - factor)
        result[index] = average / weight
    return result


def curves(measurements: Sequence[Measurement]) -> Curves:
    """Learning curves of a training; smoothed before they are thinned, so that no batch is left out of the average."""
    batch = line(measurements, "batch")
    smoothed = replace(batch, losses=smooth(batch.losses), accuracies=smooth(batch.accuracies))
    return Curves(thin(batch), thin(smoothed), line(measurements, "epoch"), line(measurements, "test"))


def line(measurements: Sequence[Measurement], split: Split) -> Curve:
    """Learning curve of one split."""
    rows = [(m.step, m.images, m.seconds, m.loss, m.accuracy) for m in measurements if m.split == split]
    steps, images, *others = np.array(rows, dtype=float).reshape(-1, 5).T
    return Curve(steps.astype(int), images.astype(int), *others)


def batch_losses(records: Iterable[object]) -> Iterator[float]:
    """The loss of each batch, in nats per image, among all the records of a training as they come."""
    return (record.loss for record in records if isinstance(record, Measurement) and record.split == "batch")


def thin(curve: Curve, most: int = MOST_POINTS) -> Curve:
    """Subsample of at most `most` points that shows every spike: of equal bins, the extremes and the last point."""
    count = len(curve.steps)
    if count <= most:
        return curve
    kept: set[int] = {count - 1}
    for places in np.array_split(np.arange(count), max((most - 1) // EXTREMES, 1)):
        for values in (curve.losses[places], curve.accuracies[places]):
            kept |= {int(places[values.argmin()]), int(places[values.argmax()])}
    chosen = np.array(sorted(kept))[-most:]
    return Curve(*(getattr(curve, field.name)[chosen] for field in fields(Curve)))


def between(steps: Sequence[int], curve: Curve, points: int = 8) -> Array:
    """Loss interpolated at `points` equal distances within each interval between snapshots, and at the last snapshot.

    Args:
        steps: of the snapshots.
        curve: whose losses are taken.
        points: of each interval, however long it is.
    """
    places = np.arange((len(steps) - 1) * points + 1) / points
    losses: Array = np.interp(np.interp(places, np.arange(len(steps)), steps), curve.steps, curve.losses)
    return losses


def images_per_second(measurements: Sequence[Measurement], recent: int = 100) -> float | None:
    """Throughput over the recent batches, tests excluded; None before the second batch."""
    batches = [m for m in measurements[-2 * recent :] if m.split == "batch"][-recent:]
    if len(batches) < 2:
        return None
    return (batches[-1].images - batches[0].images) / max(batches[-1].seconds - batches[0].seconds, 1e-9)


def seconds_left(measurements: Sequence[Measurement], steps: int) -> float | None:
    """Remaining time at the mean speed so far; None before the first batch."""
    last = next((m for m in reversed(measurements) if m.split == "batch"), None)
    return last.seconds / last.step * (steps - last.step) if last else None
