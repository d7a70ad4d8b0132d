"""Import and export of weights as safetensors, which are read without executing anything."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import torch
from safetensors import SafetensorError
from safetensors.numpy import save
from safetensors.torch import load

from cnnviz import datasets, networks
from cnnviz.arrays import Array
from cnnviz.export.header import BYTES, Header, read_header, short
from cnnviz.language import Sentence, all_of, one_of, sentence
from cnnviz.networks import NETWORKS
from cnnviz.networks.matching import COUNTER, Matched, match
from cnnviz.refusal import Range, Refusal
from cnnviz.settings import TrainingSettings

METADATA = "cnnviz"  # the key under which a weight file names its settings and step
STEPS = Range(0, 10**9)


def weights_file(weights: Mapping[str, Array], settings: TrainingSettings, step: int) -> bytes:
    """Weights as safetensors, whose header names settings and step."""
    named = {"settings": settings.to_dict(), "step": step}
    return save(dict(weights), metadata={METADATA: json.dumps(named)})


@dataclass(frozen=True)
class Imported:
    """Weights, the settings of their training, and the step after which they were kept."""

    weights: Mapping[str, Array]
    settings: TrainingSettings
    step: int
    own: bool = False  # whether the file names settings and step, as an export of this project
    notes: Sequence[Sentence] = ()  # what was done to read them


def read(content: bytes, otherwise: TrainingSettings) -> Imported:
    """Weights of a safetensors file with the settings and step of its header.

    Args:
        content: of the file.
        otherwise: settings where the header names none; the step is 0 then.

    Raises:
        Refusal: it is another kind of file, too large or incomplete, or its weights do not fit the network.
    """
    header = read_header(content)
    named = _named(header)
    settings, step = named or (otherwise, 0)
    matched = matched_to(header, settings)
    try:
        tensors = load(content)
    except (SafetensorError, ValueError, KeyError, TypeError) as error:
        raise Refusal("This safetensors file cannot be read ({reason}).", reason=short(str(error))) from error
    wanted = networks.build(settings).state_dict()
    weights = {name: _numbers(name, tensors.get(matched.names.get(name, "")), own) for name, own in wanted.items()}
    notes = [*matched.notes, *_converted(header, matched)]
    return Imported(weights, settings, step, own=named is not None, notes=notes)


def matched_to(header: Header, settings: TrainingSettings) -> Matched:
    """The names in a file of the tensors of a network; a Refusal names a network that would fit."""
    try:
        return _match(header, settings)
    except Refusal as refusal:
        fitting = [spec.label for name, spec in NETWORKS.items() if name != settings.network and _fits(header, name)]
        if not fitting:
            raise
        raise Refusal(
            "{problem} They fit {networks}: choose that network above, and import them again.",
            problem=refusal.sentence,
            networks=one_of(sentence(label) for label in fitting),
        ) from None


def _match(header: Header, settings: TrainingSettings) -> Matched:
    wanted = {name: tuple(tensor.shape) for name, tensor in networks.build(settings).state_dict().items()}
    found = {name: tensor.shape for name, tensor in header.tensors.items()}
    return match(wanted, found, settings.network, networks.spec(settings.network).known_as)


def _fits(header: Header, network: str) -> bool:
    try:
        _match(header, NETWORKS[network].tutorial)
    except Refusal:
        return False
    return True


def _numbers(name: str, found: torch.Tensor | None, wanted: torch.Tensor) -> Array:
    """A tensor as this network keeps it; 0 for a counter that the file does not have.

    Raises:
        Refusal: its numbers are of a kind, or of a size, that no weight has here.
    """
    if name.endswith(COUNTER):
        return _count(name, found, wanted)
    if found is None:
        raise KeyError(name)  # what was matched has a tensor, but for the counters
    if not found.is_floating_point():
        raise Refusal(
            "{name} has whole numbers ({kind}), as a quantised network; export it with numbers of type {wanted}.",
            name=short(name),
            kind=str(found.dtype).removeprefix("torch."),
            wanted="float32",
        )
    values = found.to(torch.float32)
    if not values.isfinite().all():
        if found.to(torch.float64).isfinite().all():
            raise Refusal("{name} has numbers too large for the type float32.", name=short(name))
        raise Refusal(
            "{name} contains NaN or infinity: its training diverged, or a conversion overflowed.", name=short(name)
        )
    array: Array = values.reshape(wanted.shape).numpy()
    return array


def _count(name: str, found: torch.Tensor | None, wanted: torch.Tensor) -> Array:
    """The counter of a batch normalisation."""
    if found is None:
        return wanted.numpy()
    value = float(found.double().reshape(-1)[0]) if found.numel() == 1 else -1.0
    STEPS.check(sentence("{name}", name=short(name)), value)
    array: Array = torch.full_like(wanted, int(value)).numpy()
    return array


def _converted(header: Header, matched: Matched) -> Iterator[Sentence]:
    """What became of the types of the numbers."""
    names = [written for name, written in matched.names.items() if not name.endswith(COUNTER)]
    kinds = {header.tensors[written].kind for written in names} - {"F32"}
    narrow = sorted(kind for kind in kinds if BYTES.get(kind, 8) < BYTES["F32"])
    if narrow:
        yield sentence("Numbers of type {kinds} are kept as F32, which loses nothing.", kinds=all_of(narrow))
    if "F64" in kinds:
        yield sentence("Numbers of type F64 are rounded to F32, the type of every network here.")


def _named(header: Header) -> tuple[TrainingSettings, int] | None:
    """The settings and the step that a header names; None where it names none."""
    text = header.metadata.get(METADATA)
    if text is None:
        return None
    try:
        named = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Refusal("The settings in this file are no JSON; export it again.") from error
    if not isinstance(named, dict) or not isinstance(named.get("settings"), dict) or "step" not in named:
        raise Refusal("This file must name its settings, a table of names and values, and its step; export it again.")
    try:
        settings, step = TrainingSettings.from_dict(named["settings"]), named["step"]
        datasets.spec(settings.dataset)
        networks.spec(settings.network)
        STEPS.check(sentence("step"), step)
    except Refusal as refusal:
        raise Refusal("The settings in this file cannot be used: {problem}", problem=refusal.sentence) from refusal
    return settings, int(step)
