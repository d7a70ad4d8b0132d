"""What can be chosen, within which limits, and the refusal of everything else: one validator for page, address and
command line.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from cnnviz.refusal import Range, Refusal, quoted

LIMITS: Mapping[str, Range] = {
    "learning_rate": Range(1e-6, 10.0, whole=False),
    "momentum": Range(0.0, 0.99, whole=False),
    "batch_size": Range(1, 1024),
    "epochs": Range(1, 50),
    "subset": Range(0, 60_000),
    "seed": Range(0, 2**31 - 1),
    "blocks": Range(1, 12),
    "weight_decay": Range(0.0, 1.0, whole=False),
    "label_noise": Range(0.0, 1.0, whole=False),
    "shift": Range(0.0, 8.0, whole=False),
    "rotate": Range(0.0, 45.0, whole=False),
    "target_accuracy": Range(0.0, 1.0, whole=False),
    "patience": Range(0, 50),
    "threads": Range(0, 64),
}
CHANGEABLE = ("learning_rate", "momentum", "weight_decay")  # while a training runs
LONGEST_LAYERS = 500  # characters
OPTIMISERS: Mapping[str, str] = {"sgd": "SGD", "adam": "Adam", "adamw": "AdamW", "rmsprop": "RMSprop"}
WITH_MOMENTUM = ("sgd", "rmsprop")
SCHEDULES: Mapping[str, str] = {
    "constant": "Constant",
    "step": "Steps: a tenth after each third",
    "cosine": "Cosine: down to 0",
    "one_cycle": "One cycle: up, then down",
}
DEVICES: Mapping[str, str] = {
    "auto": "The fastest there is",
    "cpu": "Processor",
    "cuda": "NVIDIA graphics card",
    "mps": "Apple graphics card",
}
NORMALISATIONS: Mapping[str, tuple[float, float]] = {
    "none": (0.0, 1.0),
    "half": (0.5, 0.5),
    "mnist": (0.1307, 0.3081),
}
"""Mean and standard deviation that are taken from pixels in 0..1."""
WORDS: Mapping[str, Mapping[str, Any]] = {
    "normalisation": NORMALISATIONS,
    "optimiser": OPTIMISERS,
    "schedule": SCHEDULES,
    "device": DEVICES,
}
"""The settings that are one of several words."""


@dataclass(frozen=True)
class TrainingSettings:
    """Everything that decides how a training goes; equal settings give equal weights on one machine."""

    dataset: str = "mnist"
    network: str = "same_padded"
    normalisation: str = "none"
    optimiser: str = "adam"
    learning_rate: float = 1e-3
    momentum: float = 0.0  # of SGD and RMSprop; Adam has its own
    nesterov: bool = False  # of SGD with momentum
    weight_decay: float = 0.0
    schedule: str = "constant"
    batch_size: int = 50  # images per step
    epochs: int = 1
    subset: int = 0  # training images, the same share of each digit; 0 means all
    seed: int = 1
    label_noise: float = 0.0  # share of the training labels that are wrong on purpose
    shuffle_pixels: bool = False  # every image's pixels in the same other order
    shift: float = 0.0  # pixels by which training images are moved at random, at most
    rotate: float = 0.0  # degrees by which they are turned, at most
    target_accuracy: float = 0.0  # of the test sample, at which the training ends; 0: never
    patience: int = 0  # tests without a lower test loss after which it ends; 0: never
    device: str = "auto"
    threads: int = 0  # of the processor; 0: all but one
    blocks: int = 1  # of the residual and the plain network, after each of their two convolutions
    layers: str = "conv 16 k5 s1 p2 relu max; conv 32 k5 s1 p2 relu max"  # of the learner's own network
    exact: bool = False  # bit-identical to the tutorials' own loop, and slower

    def __post_init__(self) -> None:
        for name, limits in LIMITS.items():
            limits.check(name.replace("_", " "), getattr(self, name))
        for name, options in WORDS.items():
            if getattr(self, name) not in options:
                raise Refusal(f"{name} must be one of {', '.join(options)}; it is {quoted(getattr(self, name))}.")
        if self.nesterov and not (self.optimiser == "sgd" and self.momentum > 0):
            raise Refusal("Nesterov's momentum needs SGD with a momentum above 0.")
        if len(self.layers) > LONGEST_LAYERS:
            raise Refusal(f"the layers have {len(self.layers):,} characters; the limit is {LONGEST_LAYERS}.")

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> TrainingSettings:
        """The settings of a stored run; names it does not know are ignored."""
        known = {f.name for f in fields(cls)}
        return cls(**{name: value for name, value in values.items() if name in known})

    def to_dict(self) -> dict[str, Any]:
        """Names and values, ready for JSON."""
        return asdict(self)

    def but(self, **changes: Any) -> TrainingSettings:
        """A copy with some settings changed, checked again."""
        return replace(self, **changes)


GENTLE = TrainingSettings(
    normalisation="mnist", optimiser="sgd", learning_rate=0.01, momentum=0.5, batch_size=64, epochs=10
)
