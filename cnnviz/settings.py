"""Settings of a training: one row for each, from which its validator, form, address, command line, script and more
are made.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any, Literal

from cnnviz.language import mark, say
from cnnviz.refusal import Range, Refusal, quoted

LONGEST_LAYERS = 500  # characters
OPTIMISERS: Mapping[str, str] = {
    "sgd": mark("SGD"),
    "adam": mark("Adam"),
    "adamw": mark("AdamW"),
    "rmsprop": mark("RMSprop"),
}
SCHEDULES: Mapping[str, str] = {
    "constant": mark("Constant"),
    "step": mark("Steps: a tenth after each third"),
    "cosine": mark("Cosine: down to 0"),
    "one_cycle": mark("One cycle: up, then down"),
}
DEVICES: Mapping[str, str] = {
    "auto": mark("The fastest there is"),
    "cpu": mark("Processor"),
    "cuda": mark("NVIDIA graphics card"),
    "mps": mark("Apple graphics card"),
}
NORMALISATIONS: Mapping[str, tuple[float, float]] = {
    "none": (0.0, 1.0),
    "half": (0.5, 0.5),
    "mnist": (0.1307, 0.3081),
}
"""Mean and standard deviation that are taken from pixels in 0..1."""
NORMALISATION_LABELS: Mapping[str, str] = {
    "none": mark("None: pixels from 0 to 1"),
    "half": mark("Mean .5, deviation .5"),
    "mnist": mark("Mean .1307, deviation .3081"),
}

Group = Literal["main", "network", "optimiser", "images", "end"]  # of the form, in this order
Kind = Literal["number", "word", "name", "switch", "text"]
Script = Literal["constant", "code", "none"]


@dataclass(frozen=True)
class Setting:
    """What is known about a setting. A number has limits, a word options, a name stands in a registry."""

    name: str  # of the field, the parameter in the address and the option of the command line
    default: Any
    label: str
    group: Group
    heading: str  # its name over a column: the label, where that will do
    help: str = ""
    limits: Range | None = None
    options: Mapping[str, str] | None = None  # word to label
    registry: bool = False  # one of the data sets or networks
    positions: Sequence[Any] = ()  # of its slider; a number without them is typed
    form: str = "{value}"  # of a value on the slider
    zero: str = ""  # what 0 means, where it is no amount
    short: str = ""  # its name on the curves; what has none cannot be changed while a training runs
    scheduled: bool = False  # whether the schedule multiplies it
    needs: Mapping[str, Sequence[str]] = field(default_factory=dict)  # other settings without which it has no effect
    script: Script = "constant"  # in the exported script: a constant, other code, or nothing: it decides no loss

    @property
    def kind(self) -> Kind:
        """What it is, and so how it is checked, drawn and written."""
        if self.limits is not None:
            return "number"
        if self.options is not None:
            return "word"
        if isinstance(self.default, bool):
            return "switch"
        return "name" if self.registry else "text"

    @property
    def words(self) -> str:
        """Its name in a sentence."""
        return self.name.replace("_", " ")

    @property
    def constant(self) -> str:
        """Its name in the exported script."""
        return self.name.upper()

    def check(self, value: Any) -> None:
        """Raise Refusal unless the value is a legal one."""
        if self.limits is not None:
            self.limits.check(self.words, value)
        elif self.options is not None and (not isinstance(value, str) or value not in self.options):
            options = ", ".join(self.options)
            template = mark("{name} must be one of {options}; it is {value}.")
            raise Refusal(template, name=self.words, options=options, value=quoted(value))
        elif not isinstance(value, type(self.default)):
            if self.kind == "switch":
                template = mark("{name} must be true or false; it is {value}.")
            else:
                template = mark("{name} must be a text; it is {value}.")
            raise Refusal(template, name=self.words, value=quoted(value))

    def read(self, value: Any) -> Any:
        """A value of a file, in which a whole number may be written with a point."""
        whole = self.limits is not None and self.limits.whole
        return int(value) if whole and isinstance(value, float) and value.is_integer() else value

    def applies(self, values: Mapping[str, Any]) -> bool:
        """Whether it has an effect beside these settings."""
        return all(values[name] in words for name, words in self.needs.items())

    def said(self, value: Any) -> str:
        """A value in words."""
        if self.options is not None:
            return say(self.options[value])
        return say(self.zero) if self.zero and not value else say(self.form, value=value)


def _row(default: Any, label: str, group: Group, **more: Any) -> Any:
    """A field of TrainingSettings, with what its Setting says."""
    return field(default=default, metadata={"label": label, "group": group, "heading": label, **more})


@dataclass(frozen=True)
class TrainingSettings:
    """Everything that decides how a training goes; equal settings give equal weights on one machine.

    The order of the rows is that of the form.
    """

    dataset: str = _row("mnist", mark("Data set"), "main", heading=mark("Dataset"), registry=True, script="code")
    network: str = _row("same_padded", mark("Network"), "main", registry=True, script="code")
    optimiser: str = _row("adam", mark("Optimiser"), "main", options=OPTIMISERS, script="code")
    normalisation: str = _row("none", mark("Normalisation"), "main", options=NORMALISATION_LABELS, script="code")
    learning_rate: float = _row(
        1e-3,
        mark("Learning rate"),
        "main",
        limits=Range(1e-6, 10.0, whole=False),
        positions=(*(float(f"{digit}e{power}") for power in range(-6, 1) for digit in (1, 2, 5)), 10.0),
        form="{value:g}",
        short=mark("rate"),
        scheduled=True,
    )
    batch_size: int = _row(
        50,
        mark("Batch size"),  # images per step
        "main",
        limits=Range(1, 1024),
        positions=(1, 2, 5, 10, 20, 32, 50, 64, 100, 128, 200, 256, 500, 512, 1000),
    )
    epochs: int = _row(1, mark("Epochs"), "main", limits=Range(1, 50), positions=range(1, 51))
    subset: int = _row(
        0,
        mark("Training images"),  # the same share of each digit
        "main",
        heading=mark("Subset"),
        limits=Range(0, 60_000),
        positions=(0, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000),
        form="{value:,}",
        zero=mark("all"),
    )
    blocks: int = _row(
        1,
        mark("Blocks after each convolution"),
        "network",
        heading=mark("Blocks"),
        limits=Range(1, 12),
        positions=range(1, 13),
        needs={"network": ("residual", "plain")},
        script="code",
    )
    layers: str = _row(
        "conv 16 k5 s1 p2 relu max; conv 32 k5 s1 p2 relu max",
        mark("The same as text"),
        "network",
        heading=mark("Layers"),
        help=mark("Of the custom network: conv 16 k5 s1 p2 bn relu max drop25; …"),
        needs={"network": ("custom",)},
        script="code",
    )
    schedule: str = _row(
        "constant",
        mark("Schedule of the rate"),
        "optimiser",
        heading=mark("Schedule"),
        help=mark("As torch's StepLR, CosineAnnealingLR and OneCycleLR; one cycle leaves the momentum as it is."),
        options=SCHEDULES,
        script="code",
    )
    momentum: float = _row(
        0.0,
        mark("Momentum"),  # Adam has its own
        "optimiser",
        limits=Range(0.0, 0.99, whole=False),
        positions=(0.0, 0.5, 0.9, 0.95, 0.99),
        short=mark("momentum"),
        needs={"optimiser": ("sgd", "rmsprop")},
    )
    nesterov: bool = _row(
        False,
        mark("Nesterov's momentum"),
        "optimiser",
        heading=mark("Nesterov"),
        help=mark("Looks at the gradient where momentum will lead; SGD only."),
        script="code",
    )
    weight_decay: float = _row(
        0.0,
        mark("Weight decay"),
        "optimiser",
        limits=Range(0.0, 1.0, whole=False),
        positions=(0.0, 1e-5, 1e-4, 5e-4, 1e-3, 5e-3, 0.01, 0.05, 0.1),
        form="{value:g}",
        short=mark("decay"),
    )
    label_noise: float = _row(
        0.0,
        mark("Wrong labels on purpose"),
        "images",
        heading=mark("Label noise"),
        limits=Range(0.0, 1.0, whole=False),
        positions=(0.0, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 0.9, 1.0),
        form="{value:.0%}",
    )
    shuffle_pixels: bool = _row(
        False,
        mark("Shuffle the pixels"),
        "images",
        heading=mark("Shuffle pixels"),
        help=mark("Every image's pixels in the same other order."),
        script="code",
    )
    shift: float = _row(
        0.0,
        mark("Shift by up to"),  # at random, whenever an image is served
        "images",
        heading=mark("Shift"),
        limits=Range(0.0, 8.0, whole=False),
        positions=(0.0, 1.0, 2.0, 3.0, 4.0, 6.0, 8.0),
        form=mark("{value:g} px"),
    )
    rotate: float = _row(
        0.0,
        mark("Turn by up to"),
        "images",
        heading=mark("Rotate"),
        limits=Range(0.0, 45.0, whole=False),
        positions=(0.0, 5.0, 10.0, 15.0, 20.0, 30.0, 45.0),
        form=mark("{value:g}°"),
    )
    target_accuracy: float = _row(
        0.0,
        mark("End at a test accuracy of"),
        "end",
        heading=mark("Target accuracy"),
        help=mark("In a test under way, which takes a sample of the test images."),
        limits=Range(0.0, 1.0, whole=False),
        positions=(0.0, 0.9, 0.95, 0.97, 0.98, 0.985, 0.99, 0.995),
        form="{value:.1%}",
        zero=mark("never"),
        script="none",  # the script has the steps that were made
    )
    patience: int = _row(
        0,
        mark("End after tests without progress"),  # without a lower test loss
        "end",
        heading=mark("Patience"),
        limits=Range(0, 50),
        positions=(0, 1, 2, 3, 5, 10, 20),
        zero=mark("never"),
        script="none",
    )
    seed: int = _row(
        1,
        mark("Seed"),
        "end",
        help=mark("Decides first weights and order of the images: with equal settings too, equal trainings."),
        limits=Range(0, 2**31 - 1),
    )
    threads: int = _row(
        0,
        mark("Threads"),
        "end",
        help=mark("Of the processor; 0 leaves one of them to the dashboard."),
        limits=Range(0, 64),
        script="code",  # the number that was used
    )
    device: str = _row("auto", mark("Device"), "end", options=DEVICES, script="code")
    exact: bool = _row(
        False,
        mark("Bit for bit"),
        "end",
        heading=mark("Exact"),
        help=mark("As the tutorials' loop, to the last digit of every loss; slower."),
        script="code",
    )

    def __post_init__(self) -> None:
        for name, setting in SETTINGS.items():
            setting.check(getattr(self, name))
        if self.nesterov and not (self.optimiser == "sgd" and self.momentum > 0):
            raise Refusal("Nesterov's momentum needs SGD with a momentum above 0.")
        if len(self.layers) > LONGEST_LAYERS:
            raise Refusal(
                "the layers have {length:,} characters; the limit is {limit}.",
                length=len(self.layers),
                limit=LONGEST_LAYERS,
            )

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> TrainingSettings:
        """The settings of a stored run; names it does not know are ignored."""
        return cls(**{name: SETTINGS[name].read(value) for name, value in values.items() if name in SETTINGS})

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> TrainingSettings:
        """The settings of a form: what has no effect beside the others is left out."""
        kept = {
            name: values[name] if setting.applies(values) else setting.default for name, setting in SETTINGS.items()
        }
        kept["nesterov"] = kept["nesterov"] and kept["optimiser"] == "sgd" and kept["momentum"] > 0
        return cls(**kept)

    def to_dict(self) -> dict[str, Any]:
        """Names and values, ready for JSON."""
        return asdict(self)

    def but(self, **changes: Any) -> TrainingSettings:
        """A copy with some settings changed, checked again."""
        return replace(self, **changes)


SETTINGS: Mapping[str, Setting] = {
    row.name: Setting(row.name, row.default, **row.metadata) for row in fields(TrainingSettings)
}
CHANGEABLE = tuple(name for name, setting in SETTINGS.items() if setting.short)  # while a training runs


def limits(name: str) -> Range:
    """Legal values of a number among the settings."""
    found = SETTINGS[name].limits
    if found is None:
        raise KeyError(name)
    return found


GENTLE = TrainingSettings(
    normalisation="mnist", optimiser="sgd", learning_rate=0.01, momentum=0.5, batch_size=64, epochs=10
)
