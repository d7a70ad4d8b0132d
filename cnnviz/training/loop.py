"""Training loop, a generator of records: whoever watches it holds it, and pauses by not asking for the next one."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from cnnviz import networks
from cnnviz.arrays import Array
from cnnviz.datasets import splits
from cnnviz.datasets.preparation import prepared
from cnnviz.datasets.records import ImageData
from cnnviz.language import Sentence, counted, mark, sentence
from cnnviz.networks.evaluation import evaluate
from cnnviz.networks.fast.quick import quick
from cnnviz.networks.weights import weights_of
from cnnviz.numbers import percent
from cnnviz.refusal import Refusal
from cnnviz.settings import CHANGEABLE, TrainingSettings
from cnnviz.training import optimisers, schedules, statistics
from cnnviz.training.augmentation import noisy_labels
from cnnviz.training.batches import Batches
from cnnviz.training.changes import after
from cnnviz.training.devices import device_of, random_state, restore_random_state
from cnnviz.training.progress import Progress
from cnnviz.training.records import (
    STATISTICS_IMAGES,
    TEST_IMAGES,
    Change,
    Diverged,
    LayerStatistics,
    Measurement,
    Reached,
    Snapshot,
    Split,
)

Record = Measurement | LayerStatistics | Snapshot | Diverged | Reached

SNAPSHOT_STEPS = frozenset((0, 1, 2, 5, 10, 20, 50, 100, 200))  # weights change most at the start
TEST_STEPS = frozenset((0, 20, 50, 100, 200))
TEST_EVERY = 300  # steps; with 2,000 images a test takes about as long as 15 steps
STATISTICS_EVERY = 100  # steps
EXPLODED = 1e3  # nats: trainings that came back were seen to reach 60, those that did not 3,000 and more


def check(settings: TrainingSettings, data: ImageData) -> None:
    """Raise Refusal unless these settings fit the data set and this computer."""
    networks.build(settings)  # refuses layers that do not fit
    device_of(settings.device)  # refuses a device that is not here
    images = len(splits.stratified(data.train_labels, settings.subset, settings.seed))
    if settings.batch_size > images:
        raise Refusal(
            "A batch of {batch_size} needs as many training images, and there are {images}.",
            batch_size=settings.batch_size,
            images=images,
        )


def train(settings: TrainingSettings, data: ImageData) -> Iterator[Record]:
    """Train a fresh network; the records of a Training, each as soon as it is known.

    Raises:
        Refusal: the settings do not fit the data.
    """
    yield from Training(settings, data).records()


class Training:
    """State of a training between two steps: network, optimiser, counters, random numbers."""

    def __init__(self, settings: TrainingSettings, data: ImageData, state: Mapping[str, Array] | None = None) -> None:
        """A fresh network, or one resumed exactly where the `state` of another Training was taken.

        Raises:
            Refusal: the settings do not fit the data.
        """
        check(settings, data)
        self.settings, self.device = settings, device_of(settings.device)
        network = networks.build(settings).to(self.device)
        exact = networks.keeps_order(settings)
        self.network = network if exact else network.to(memory_format=torch.channels_last)
        self.quick = quick(self.network, exact=exact)
        self.optimiser = optimisers.build(network, settings)
        self.batches = self._batches(data)
        self.test_images = prepared(data.test_images, settings).to(self.device)
        self.test_labels = torch.tensor(data.test_labels).to(self.device)
        sample = min(TEST_IMAGES, len(data.test_labels))
        self.sample = torch.from_numpy(splits.stratified(data.test_labels, sample, seed=0))
        self.progress = Progress()
        self.generator = torch.get_rng_state()  # at the start of the epoch under way
        self.diverged, self.reached, self.resumed = False, False, state is not None
        if state is not None:
            self.restore(state)

    @property
    def step(self) -> int:
        """Optimiser updates done."""
        return self.progress.step

    @property
    def last_step(self) -> int:
        """Optimiser updates of all epochs."""
        return self.settings.epochs * len(self.batches)

    def _batches(self, data: ImageData) -> Batches:
        settings = self.settings
        chosen = splits.stratified(data.train_labels, settings.subset, settings.seed)
        labels = noisy_labels(data.train_labels[chosen], settings.label_noise, settings.seed)
        images = prepared(data.train_images[chosen], settings).to(self.device)
        labels_there = torch.tensor(labels).to(self.device)
        return Batches(images, labels_there, settings.batch_size, settings.shift, settings.rotate)

    def records(self) -> Iterator[Record]:
        """Train to the end.

        Yields a Measurement of each batch; at SNAPSHOT_STEPS, TEST_STEPS and every TEST_EVERY steps a test and a
        Snapshot; LayerStatistics; the mean of each epoch; at the end a Measurement of all test images. A Diverged ends
        it early, a Reached too, with the final Measurement.
        """
        if not self.resumed:
            yield from self.checkpoint()
        while self.progress.epochs_done < self.settings.epochs:
            yield from self.epoch()
            if self.diverged:
                return
            if self.reached:
                break
        yield from self.finish()

    def epoch(self) -> Iterator[Record]:
        """One epoch, or the rest of it."""
        now, done = torch.get_rng_state(), self.progress.whole_batches
        if done:  # resumed within an epoch: its order is drawn again from where it was drawn first
            torch.set_rng_state(self.generator)
        self.generator = torch.get_rng_state()
        order = self.batches.order()
        if done:
            torch.set_rng_state(now)
        self.network.train()
        for images, labels in self.batches.serve(order, done):
            loss, right = self.update(images, labels)
            if not loss < EXPLODED:
                yield self.diverge(
                    mark("the loss became {loss}: the learning rate {rate:g} is too high; try {lower:g}"),
                    loss=f"{loss:g}",  # a text, since JSON has no NaN
                )
                return
            self.progress.count_batch(loss, right, len(labels))
            yield self.measurement("batch", loss, right / len(labels))
            yield from self.checkpoint()
            if self.diverged or self.reached:
                return
        yield self.measurement("epoch", *self.progress.epoch_means())
        self.progress.end_epoch()

    def update(self, images: Tensor, labels: Tensor, *, rate: float | None = None) -> tuple[float, int]:
        """One optimiser step; loss and number of correct predictions of the batch before it.

        The learning rate is that of the settings and their schedule, unless another one is given.
        """
        started = time.perf_counter()
        scheduled = schedules.rate(self.settings, self.step, self.last_step)
        optimisers.adjust(self.optimiser, self.settings, scheduled if rate is None else rate)
        self.optimiser.zero_grad()
        logits = self.quick(images)
        loss = F.cross_entropy(logits, labels)
        loss.backward()
        self.optimiser.step()
        value, right = loss.item(), int((logits.argmax(1) == labels).sum())
        self.progress.count_update(len(labels), time.perf_counter() - started)
        return value, right

    def change(self, change: Change) -> None:
        """Change settings from the next step on; Refusal where the new values are not legal."""
        self.settings = after(self.settings, [change])

    def checkpoint(self) -> Iterator[Record]:
        """Records that are due at this step: statistics, test, snapshot."""
        due = self.step % TEST_EVERY == 0 or self.step == self.last_step
        tests, keeps = due or self.step in TEST_STEPS, due or self.step in SNAPSHOT_STEPS
        if keeps or self.step % STATISTICS_EVERY == 0:
            sample = self.test_images[self.sample[:STATISTICS_IMAGES]]
            yield statistics.statistics(self.network, self.step, sample)
        if (tests or keeps) and not self.is_finite():
            yield self.diverge(
                mark("a weight is no longer a finite number: the learning rate {rate:g} is too high; try {lower:g}")
            )
            return
        if tests:
            yield from self.test()
        if keeps and not self.reached:
            yield self.snapshot()

    def is_finite(self) -> bool:
        """Whether all weights and running statistics are finite numbers."""
        return all(bool(tensor.isfinite().all()) for tensor in self.network.state_dict().values())

    def test(self) -> Iterator[Record]:
        """Evaluation on the sample of test images; early stopping, where the settings ask for it."""
        loss, accuracy = evaluate(self.network, self.test_images[self.sample], self.test_labels[self.sample])
        yield self.measurement("test", loss, accuracy)
        self.progress.count_test(loss)
        why = self.reason_to_end(accuracy)
        if why is not None and self.step < self.last_step:
            self.reached = True
            yield self.snapshot()
            yield Reached(self.step, why)

    def reason_to_end(self, accuracy: float) -> Sentence | None:
        """Early stopping criterion of the settings that is met: target accuracy or patience."""
        target, patience = self.settings.target_accuracy, self.settings.patience
        if target and accuracy >= target:
            return sentence(
                "the target of {target} was reached with {accuracy} of {images:,} test images",
                target=percent(target),
                accuracy=percent(accuracy, 2),
                images=len(self.sample),
            )
        if patience and self.progress.vain_tests >= patience:
            return counted(
                "the test loss was not lowered in {count} test",
                "the test loss was not lowered in {count} tests",
                patience,
            )
        return None

    def finish(self) -> Iterator[Measurement]:
        """Loss and accuracy on all test images."""
        yield self.measurement("final", *evaluate(self.network, self.test_images, self.test_labels))

    def diverge(self, cause: str, **values: object) -> Diverged:
        """End the training as diverged; the template of the cause also names the present `rate` and a `lower` one."""
        self.diverged = True
        rate = float(self.optimiser.param_groups[0]["lr"])
        return Diverged(self.step, sentence(cause, rate=rate, lower=rate / 10, **values))

    def measurement(self, split: Split, loss: float, accuracy: float) -> Measurement:
        """A measurement at this step."""
        return Measurement(self.step, split, loss, accuracy, self.progress.images, self.progress.seconds)

    def snapshot(self) -> Snapshot:
        """The weights at this step."""
        return Snapshot(self.step, weights_of(self.network))

    def state(self) -> dict[str, Array]:
        """State from which another Training resumes exactly: weights, optimiser, random numbers, counters."""
        counts = {**asdict(self.progress), **{name: getattr(self.settings, name) for name in CHANGEABLE}}
        return {
            **{f"weights/{name}": array for name, array in weights_of(self.network).items()},
            **{f"optimiser/{name}": array for name, array in optimisers.state_of(self.optimiser).items()},
            **{f"count/{name}": np.array(value, np.float64) for name, value in counts.items()},
            "random/epoch": self.generator.numpy().copy(),
            "random/now": torch.get_rng_state().numpy(),
            "random/device": random_state(self.device).numpy(),
        }

    def restore(self, state: Mapping[str, Array]) -> None:
        """Restore a `state` of this training."""
        parts: dict[str, dict[str, Any]] = {"weights": {}, "optimiser": {}, "count": {}, "random": {}}
        for key, array in state.items():
            part, name = key.split("/", 1)
            parts[part][name] = array
        count = {name: float(value) for name, value in parts["count"].items()}
        self.network.load_state_dict({name: torch.tensor(array) for name, array in parts["weights"].items()})
        optimisers.restore(self.optimiser, parts["optimiser"])
        self.progress = Progress.from_dict(count)
        self.settings = self.settings.but(**{name: count[name] for name in CHANGEABLE})
        self.generator = torch.from_numpy(parts["random"]["epoch"].copy())
        torch.set_rng_state(torch.from_numpy(parts["random"]["now"].copy()))
        if self.device.type != "cpu" and "device" in parts["random"]:  # older states have none
            restore_random_state(self.device, torch.from_numpy(parts["random"]["device"].copy()))
