"""Plain numbers and arrays that travel between the layers: frozen, and free of torch and Streamlit."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

import numpy as np

from cnnviz.settings import OPTIMISERS, Refusal, TrainingSettings

Array = np.ndarray
Split = Literal["batch", "epoch", "test", "final"]


class DataUnavailable(Refusal):
    """The images of a data set are not on this computer, or are damaged."""


@dataclass(frozen=True)
class ImageData:
    """A data set in memory. Images are (N, 28, 28) uint8, labels (N,) int64; nobody writes to them."""

    train_images: Array
    train_labels: Array
    test_images: Array
    test_labels: Array

    def __post_init__(self) -> None:
        for array in (self.train_images, self.train_labels, self.test_images, self.test_labels):
            array.setflags(write=False)


@dataclass(frozen=True)
class DatasetSpec:
    """What is known about a data set; `load` raises DataUnavailable with a sentence that says what to do."""

    label: str
    sentence: str
    load: Callable[[], ImageData]
    classes: Sequence[str] = tuple("0123456789")
    fetch: Callable[[Callable[[int, int], None]], None] | None = None  # fetch(progress(bytes, total)); None: embedded


@dataclass(frozen=True)
class NetworkSpec:
    """What is known about a network; `build` gives a torch.nn.Sequential whose last child is the last dense layer."""

    label: str
    lesson: str
    build: Callable[[TrainingSettings], Any]
    tutorial: TrainingSettings
    input_shape: tuple[int, int, int] = (1, 28, 28)  # channels, height, width
    reordered: bool = True  # whether adding up in another, faster order is worth its other rounding

    def title(self, settings: TrainingSettings) -> str:
        """The name that a run of this network gets: what was chosen, in a few words."""
        epochs = "1 epoch" if settings.epochs == 1 else f"{settings.epochs} epochs"
        return f"{self.label} · {OPTIMISERS[settings.optimiser]} {settings.learning_rate:g} · {epochs}"


@dataclass(frozen=True)
class Measurement:
    """Loss and accuracy of one split at one step.

    batch: the batch of this step, before its update. epoch: mean over the batches of an epoch.
    test: a fixed stratified sample of the test images. final: all test images, once, at the end.
    """

    step: int  # optimiser updates done
    split: Split
    loss: float  # nats per image
    accuracy: float  # 0..1
    images: int  # training images seen so far
    seconds: float  # of training, tests left out


@dataclass(frozen=True)
class Snapshot:
    """The weights at a step, by the names of torch's state_dict."""

    step: int
    weights: Mapping[str, Array] = field(repr=False)


@dataclass(frozen=True)
class LayerStatistics:
    """How the layers fare at a step, by torch's names of them, from the first to the last."""

    step: int
    gradient_norms: Mapping[str, float]  # of the weights; empty at step 0
    dead: Mapping[str, float]  # share of each ReLU's units that answered 0 to every image of a sample


@dataclass(frozen=True)
class Change:
    """New values of settings that a visitor gave a training under way."""

    settings: Mapping[str, float]  # of CHANGEABLE
    step: int | None = None  # after which they hold; None while nobody has taken notice


@dataclass(frozen=True)
class Reached:
    """What the settings named as the end was reached before the last step."""

    step: int
    why: str


@dataclass(frozen=True)
class Diverged:
    """The loss or a weight stopped being a finite number at this step."""

    step: int
    cause: str


@dataclass(frozen=True)
class Part:
    """One layer of a network, or a place where ways join, as it is drawn and listed."""

    name: str  # dotted where it is inside of a block
    kind: str  # "Conv2d" as torch calls it, or "image", "concatenate", "add"
    words: str  # "5x5, stride 2"
    shape: tuple[int, ...]  # of its output for one image
    written: str  # sum of its parameters: "10 × (1 × 5 × 5) + 10"
    parameters: int
    multiply_adds: int  # for one image
    look: tuple[int, int]  # pixels of the image, along either axis, that one unit sees; and from one unit to the next
    milliseconds: float  # of the forward pass of one batch
    sources: tuple[str, ...]  # the parts that it reads


@dataclass(frozen=True)
class LayerOutput:
    """What one layer makes of one image."""

    name: str
    kind: str  # "Conv2d", as torch calls it
    settings: str  # "5x5, 1 to 10 channels"
    parameters: int
    shape: tuple[int, ...]  # (C, H, W), or (D,) after flattening
    maps: Array  # (C, H, W); a row of D numbers is (1, 1, D)

    @property
    def words(self) -> str:
        """Kind, settings, shape and parameters in one line."""
        shape = "x".join(map(str, self.shape))
        parameters = f"{self.parameters:,} parameters" if self.parameters else "no parameters"
        return f"{self.kind}: {self.settings}. Output {shape}, {parameters}."


@dataclass(frozen=True)
class ForwardPass:
    """One image on its way through a network."""

    input: Array  # (1, H, W) normalised pixels
    layers: Sequence[LayerOutput]
    logits: Array  # (10,)
    probabilities: Array  # (10,)

    @property
    def predicted(self) -> int:
        """Index of the largest logit."""
        return int(self.logits.argmax())

    def softmax_formula(self, classes: Sequence[str]) -> str:
        """Softmax of the predicted class in LaTeX, with the numbers of this image in it."""
        powers = np.exp(self.logits.astype(float) - self.logits.max())  # over the largest, so that nothing overflows
        name, probability = classes[self.predicted], powers[self.predicted] / powers.sum()
        first, last = f"e^{{{self.logits[0]:.2f}}}", f"e^{{{self.logits[-1]:.2f}}}"
        top = f"e^{{{self.logits[self.predicted]:.2f}}}"
        return rf"P(\text{{{name}}}) = \frac{{{top}}}{{{first} + \cdots + {last}}} = {probability:.4f}"


@dataclass(frozen=True)
class Predictions:
    """What a network says of N images."""

    labels: Array  # (N,) true classes
    probabilities: Array  # (N, 10) float32

    @cached_property
    def predicted(self) -> Array:
        """Index of the largest probability, (N,)."""
        return self.probabilities.argmax(axis=1)

    @cached_property
    def right(self) -> Array:
        """Where the prediction is the label, (N,) bool."""
        return self.predicted == self.labels

    @cached_property
    def confidence(self) -> Array:
        """Probability of the predicted class, (N,)."""
        return self.probabilities.max(axis=1)


RunKind = Literal["training", "embedding", "download", "rates"]
RunState = Literal["queued", "running", "paused", "finished", "stopped", "diverged", "failed", "crashed", "interrupted"]
ACTIVE: frozenset[str] = frozenset(("queued", "running", "paused"))
OWNED: frozenset[str] = frozenset(("running", "paused"))  # by a worker


@dataclass(frozen=True)
class Run:
    """One row of the run store: a training, a t-SNE of its features, or a download."""

    id: str
    kind: RunKind
    name: str
    settings: Mapping[str, Any]
    state: RunState
    message: str  # why it ended otherwise than finished; empty else
    attempt: int  # counts the workers that have owned this run
    step: int  # done
    steps: int  # of the whole; 0 until known
    accuracy: float | None  # on test images, the latest
    result: Mapping[str, Any]  # what a finished embedding says of itself
    created: float  # seconds since 1970
    finished: float | None

    @property
    def active(self) -> bool:
        """Whether it still can change."""
        return self.state in ACTIVE

    @property
    def training_settings(self) -> TrainingSettings:
        """The settings of a training run."""
        return TrainingSettings.from_dict(self.settings)


@dataclass(frozen=True)
class Frame:
    """One moment of an embedding: (N, 2) float32 positions after so many iterations."""

    iteration: int
    positions: Array
    kl_divergence: float  # nats


Axis = Literal["steps", "images", "seconds"]  # against which a training is drawn


@dataclass(frozen=True)
class RateTrial:
    """One step of the learning rate finder."""

    rate: float
    loss: float  # nats per image


@dataclass(frozen=True)
class RatesTried:
    """What the learning rate finder found."""

    rates: Sequence[float]
    losses: Sequence[float]  # nats per image
    averaged: Sequence[float]  # of the losses
    low: float  # rates from here
    high: float  # to here learn fast and safely


@dataclass(frozen=True)
class Curve:
    """One line of a training: loss and accuracy, and when."""

    steps: Array  # (N,) int
    images: Array  # (N,) training images seen
    seconds: Array  # (N,) of training
    losses: Array  # (N,) nats per image
    accuracies: Array  # (N,) 0..1

    def at(self, step: float, axis: Axis) -> float:
        """Where a step is on an axis."""
        return float(np.interp(step, self.steps, getattr(self, axis))) if len(self.steps) else float(step)


@dataclass(frozen=True)
class Curves:
    """The lines of one training, ready to be drawn."""

    batch: Curve
    smoothed: Curve  # of the batches
    epoch: Curve
    test: Curve


@dataclass(frozen=True)
class Mark:
    """Something that happened at a step, to be written on the curves."""

    step: int
    text: str


@dataclass(frozen=True)
class MapQuality:
    """How far to trust a map; every share is 0..1."""

    trustworthiness: float  # of 12 neighbours on the map: 1 when all of them are near in the features too
    neighbours_kept: float  # of the 10 nearest in the features, the share that is among the 10 nearest on the map
    accuracy_features: float  # of a vote of the 10 nearest neighbours by features
    accuracy_map: float  # the same vote on the map
    accuracy_pca: float  # the same vote on the first two principal components
    kl_divergence: float  # nats
