"""Training as a generator of records: whoever watches holds the loop."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from cnnviz import datasets, networks
from cnnviz.preparation import augmented, noisy_labels, prepared
from cnnviz.records import Array, Diverged, ImageData, Measurement, Reached, Snapshot, Split
from cnnviz.schedules import SCHEDULES
from cnnviz.settings import Refusal, TrainingSettings

Record = Measurement | Snapshot | Diverged | Reached

SNAPSHOT_STEPS = frozenset((0, 1, 2, 5, 10, 20, 50, 100, 200))  # weights change most at the start
TEST_STEPS = frozenset((0, 20, 50, 100, 200))
TEST_EVERY = 300  # steps; with 2,000 images a test takes about as long as 15 steps
TEST_IMAGES = 2_000
EVALUATION_BATCH = 500  # images; larger ones leave the processor's cache
EXPLODED = 1e3  # nats: trainings that came back were seen to reach 60, those that did not 3,000 and more


@dataclass(frozen=True)
class Batches:
    """The training images of one run as one normalised tensor, served in a fresh random order each epoch."""

    images: Tensor  # (N, 1, 28, 28)
    labels: Tensor  # (N,)
    size: int  # images per batch
    shift: float = 0.0  # pixels, and
    rotate: float = 0.0  # degrees by which each image is moved whenever it is served, at most

    def __len__(self) -> int:
        return math.ceil(len(self.labels) / self.size)

    def epoch(self) -> Iterator[tuple[Tensor, Tensor]]:
        """All images once, in the order in which torch's shuffling DataLoader would serve them."""
        torch.empty((), dtype=torch.int64).random_()  # DataLoader draws a seed for its workers first
        seed = int(torch.empty((), dtype=torch.int64).random_().item())
        order = torch.randperm(len(self.labels), generator=torch.Generator().manual_seed(seed))
        for chosen in order.split(self.size):
            images = self.images[chosen]
            moved = augmented(images, self.shift, self.rotate) if self.shift or self.rotate else images
            yield moved, self.labels[chosen]


class Tally:
    """Running sums of loss and correct predictions, for a mean over many batches."""

    def __init__(self) -> None:
        self.loss, self.right, self.images, self.batches = 0.0, 0, 0, 0

    def add(self, loss: float, right: int, images: int) -> None:
        """Count one batch with its mean loss."""
        self.loss, self.right = self.loss + loss, self.right + right
        self.images, self.batches = self.images + images, self.batches + 1

    def means(self) -> tuple[float, float]:
        """Mean of the batch losses, and accuracy."""
        return self.loss / self.batches, self.right / self.images


def total_steps(settings: TrainingSettings, data: ImageData) -> int:
    """Optimiser updates of the whole training."""
    return settings.epochs * math.ceil((settings.subset or len(data.train_labels)) / settings.batch_size)


def check(settings: TrainingSettings, data: ImageData) -> None:
    """Raise Refusal unless these settings suit this data set; their own ranges are checked when they are made."""
    networks.build(settings)  # refuses what cannot be built
    device_of(settings.device)
    images = len(datasets.stratified(data.train_labels, settings.subset, settings.seed))
    if settings.batch_size > images:
        raise Refusal(f"A batch of {settings.batch_size} needs as many training images, and there are {images}.")


def train(settings: TrainingSettings, data: ImageData) -> Iterator[Record]:
    """Train a fresh network and tell what happens, as it happens.

    Yields a Measurement of each batch, tests and Snapshots at SNAPSHOT_STEPS, TEST_STEPS and every TEST_EVERY steps,
    the mean of each epoch, and at the end a Measurement of all test images; a Diverged ends it early, a Reached too,
    with the final Measurement.

    Raises:
        Refusal: the settings do not suit the data.
    """
    check(settings, data)
    network = networks.build(settings)
    training = Training(network, settings, data)
    yield from training.checkpoint()
    for _ in range(settings.epochs):
        yield from training.epoch()
        if training.diverged:
            return
        if training.reached:
            break
    yield from training.finish()


class Training:
    """A training between two steps: the network, its optimiser, and what has been counted so far."""

    def __init__(self, network: nn.Module, settings: TrainingSettings, data: ImageData) -> None:
        self.settings, self.device = settings, device_of(settings.device)
        on_device = network.to(self.device)
        self.network = on_device if settings.exact else on_device.to(memory_format=torch.channels_last)
        self.optimiser = build_optimiser(network, settings)
        chosen = datasets.stratified(data.train_labels, settings.subset, settings.seed)
        labels = noisy_labels(data.train_labels[chosen], settings.label_noise, settings.seed)
        self.batches = Batches(
            prepared(data.train_images[chosen], settings).to(self.device),
            torch.tensor(labels).to(self.device),
            settings.batch_size,
            settings.shift,
            settings.rotate,
        )
        self.test_images = prepared(data.test_images, settings).to(self.device)
        self.test_labels = torch.tensor(data.test_labels).to(self.device)
        sample = min(TEST_IMAGES, len(data.test_labels))
        self.sample = torch.from_numpy(datasets.stratified(data.test_labels, sample, seed=0))
        self.last_step = settings.epochs * len(self.batches)
        self.step, self.images, self.seconds = 0, 0, 0.0
        self.diverged, self.reached = False, False
        self.lowest_loss, self.vain_tests = math.inf, 0  # of the test sample

    def epoch(self) -> Iterator[Record]:
        """One pass over the training images."""
        whole = Tally()
        self.network.train()
        for images, labels in self.batches.epoch():
            loss, right = self.update(images, labels)
            if not loss < EXPLODED:
                yield self.give_up(f"the loss became {loss:g}")
                return
            whole.add(loss, right, len(labels))
            yield self.measurement("batch", loss, right / len(labels))
            yield from self.checkpoint()
            if self.diverged or self.reached:
                return
        yield self.measurement("epoch", *whole.means())

    def update(self, images: Tensor, labels: Tensor) -> tuple[float, int]:
        """One step of the optimiser; the loss and the number of right predictions before it."""
        started = time.perf_counter()
        factor = SCHEDULES[self.settings.schedule](self.step / self.last_step)
        for group in self.optimiser.param_groups:
            group["lr"] = self.settings.learning_rate * factor
        self.optimiser.zero_grad()
        logits = self.network(images)
        loss = F.cross_entropy(logits, labels)
        loss.backward()
        self.optimiser.step()
        value, right = loss.item(), int((logits.argmax(1) == labels).sum())
        self.step, self.images = self.step + 1, self.images + len(labels)
        self.seconds += time.perf_counter() - started
        return value, right

    def checkpoint(self) -> Iterator[Record]:
        """The test and the snapshot that are due at this step."""
        due = self.step % TEST_EVERY == 0 or self.step == self.last_step
        if not (due or self.step in SNAPSHOT_STEPS or self.step in TEST_STEPS):
            return
        if not all(tensor.isfinite().all() for tensor in self.network.state_dict().values()):
            yield self.give_up("a weight is no longer a finite number")
            return
        if due or self.step in TEST_STEPS:
            yield from self.test()
        if (due or self.step in SNAPSHOT_STEPS) and not self.reached:
            yield Snapshot(self.step, weights_of(self.network))

    def test(self) -> Iterator[Record]:
        """Loss and accuracy on the sample of test images; the end, where the settings name it."""
        loss, accuracy = evaluate(self.network, self.test_images[self.sample], self.test_labels[self.sample])
        yield self.measurement("test", loss, accuracy)
        self.vain_tests = 0 if loss < self.lowest_loss else self.vain_tests + 1
        self.lowest_loss = min(loss, self.lowest_loss)
        why = self.reason_to_end(accuracy)
        if why and self.step < self.last_step:
            self.reached = True
            yield Snapshot(self.step, weights_of(self.network))
            yield Reached(self.step, why)

    def reason_to_end(self, accuracy: float) -> str:
        """What the settings name as the end, empty while it is not reached."""
        target, patience = self.settings.target_accuracy, self.settings.patience
        if target and accuracy >= target:
            return f"the target of {target:.1%} was reached with {accuracy:.2%}"
        if patience and self.vain_tests >= patience:
            return f"the test loss was not lowered in {patience} tests"
        return ""

    def finish(self) -> Iterator[Measurement]:
        """Loss and accuracy on all test images."""
        yield self.measurement("final", *evaluate(self.network, self.test_images, self.test_labels))

    def give_up(self, what: str) -> Diverged:
        """Note that there is no way on from here."""
        self.diverged = True
        rate = self.optimiser.param_groups[0]["lr"]
        return Diverged(self.step, f"{what}: the learning rate {rate:g} is too high; try {rate / 10:g}")

    def measurement(self, split: Split, loss: float, accuracy: float) -> Measurement:
        """A measurement at this step."""
        return Measurement(self.step, split, loss, accuracy, self.images, self.seconds)


def build_optimiser(network: nn.Module, settings: TrainingSettings) -> torch.optim.Optimizer:
    """torch's own optimiser; the fused one, where there is one, rounds differently in the last digit and is faster."""
    parameters, rate, decay = network.parameters(), settings.learning_rate, settings.weight_decay
    fused = not settings.exact
    match settings.optimiser:
        case "adam":
            return torch.optim.Adam(parameters, lr=rate, weight_decay=decay, fused=fused)
        case "adamw":
            return torch.optim.AdamW(parameters, lr=rate, weight_decay=decay, fused=fused)
        case "rmsprop":
            return torch.optim.RMSprop(parameters, lr=rate, weight_decay=decay, momentum=settings.momentum)
    return torch.optim.SGD(
        parameters,
        lr=rate,
        momentum=settings.momentum,
        nesterov=settings.nesterov,
        weight_decay=decay,
        fused=fused,
    )


def device_of(name: str) -> torch.device:
    """The device of this name; "auto" is the fastest there is.

    Raises:
        Refusal: this computer does not have it.
    """
    here = {"cpu": True, "cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available()}
    if name == "auto":
        return torch.device(next(device for device in ("cuda", "mps", "cpu") if here[device]))
    if not here[name]:
        raise Refusal(f"This computer has no {name}; use {' or '.join(n for n, is_here in here.items() if is_here)}.")
    return torch.device(name)


@torch.no_grad()
def evaluate(network: nn.Module, images: Tensor, labels: Tensor) -> tuple[float, float]:
    """Mean cross-entropy (nats per image) and accuracy, with the network in evaluation mode."""
    logits = predict_logits(network, images)
    return F.cross_entropy(logits, labels).item(), (logits.argmax(1) == labels).float().mean().item()


@torch.no_grad()
def predict_logits(network: nn.Module, images: Tensor) -> Tensor:
    """(N, 10) logits of normalised images, with the network in evaluation mode; its mode is put back."""
    was_training = network.training
    network.eval()
    logits = torch.cat([network(chunk) for chunk in images.split(EVALUATION_BATCH)])
    network.train(was_training)
    return logits


def weights_of(network: nn.Module) -> dict[str, Array]:
    """A copy of the state of a network: parameters and running statistics."""
    return {name: tensor.detach().cpu().contiguous().clone().numpy() for name, tensor in network.state_dict().items()}
