"""Import and export of weights as safetensors, which are read without executing anything.

Source of the format: https://github.com/huggingface/safetensors, "Format": eight bytes with the length of a JSON
header, the header, then the numbers.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load, save

from cnnviz.arrays import Array
from cnnviz.language import sentence
from cnnviz.networks.weights import load_network
from cnnviz.refusal import Range, Refusal
from cnnviz.settings import TrainingSettings

METADATA = "cnnviz"  # the key under which a weight file names its settings and step


def weights_file(weights: Mapping[str, Array], settings: TrainingSettings, step: int) -> bytes:
    """Weights as safetensors, whose header names settings and step."""
    named = {"settings": settings.to_dict(), "step": step}
    return save(dict(weights), metadata={METADATA: json.dumps(named)})


MOST_BYTES = 5 * 2**20
MOST_HEADER = 100_000  # bytes; the largest network here needs 5,000
LENGTH = 8  # bytes before the header


@dataclass(frozen=True)
class Imported:
    """Weights, the settings of their training, and the step after which they were kept."""

    weights: Mapping[str, Array]
    settings: TrainingSettings
    step: int


def read(content: bytes, otherwise: TrainingSettings) -> Imported:
    """Weights of a safetensors file with the settings and step of its header.

    Args:
        content: of the file.
        otherwise: settings where the header names none; the step is 0 then.

    Raises:
        Refusal: it is another kind of file, too large or incomplete, or its weights do not fit the network.
    """
    header = _header(content)
    settings, step = _named(header, otherwise)
    try:
        weights = load(content)
    except (SafetensorError, ValueError, KeyError, TypeError) as error:
        raise Refusal("This safetensors file is incomplete or damaged; export it again.") from error
    check(weights, settings)
    return Imported(weights, settings, step)


def check(weights: Mapping[str, Array], settings: TrainingSettings) -> None:
    """Raise Refusal, which names the first difference, unless the weights fit the network of the settings."""
    for name, array in weights.items():
        wanted = np.int64 if name.endswith("num_batches_tracked") else np.float32
        if array.dtype != wanted:
            raise Refusal(
                "{name} has numbers of type {found}; {wanted} is needed.",
                name=_short(name),
                found=str(array.dtype),
                wanted=str(np.dtype(wanted)),
            )
        if not np.isfinite(array).all():
            raise Refusal("{name} contains NaN or infinity: this training diverged.", name=_short(name))
    load_network(settings, weights)


def _header(content: bytes) -> Mapping[str, Any]:
    if len(content) > MOST_BYTES:
        size, limit = len(content) / 2**20, MOST_BYTES // 2**20
        raise Refusal("The file has {size:.1f} MB; the limit is {limit} MB.", size=size, limit=limit)
    if len(content) < LENGTH + 2:
        raise Refusal("Not a safetensors file: it is empty or far too short.")
    length = int.from_bytes(content[:LENGTH], "little")
    if content[LENGTH : LENGTH + 1] != b"{" or length > MOST_BYTES:
        raise Refusal("Not a safetensors file. Other formats can run code and are not opened: export as safetensors.")
    if length > MOST_HEADER:
        raise Refusal(
            "The header of the file claims {length:,} bytes; the limit is {limit:,}.", length=length, limit=MOST_HEADER
        )
    if len(content) < LENGTH + length:
        raise Refusal("This safetensors file is incomplete; export it again.")
    try:
        header = json.loads(content[LENGTH : LENGTH + length])
    except (ValueError, RecursionError) as error:
        raise Refusal("Not a safetensors file: its header cannot be read.") from error
    if not isinstance(header, dict):
        raise Refusal("Not a safetensors file: its header is no list of tensors.")
    return header


def _named(header: Mapping[str, Any], otherwise: TrainingSettings) -> tuple[TrainingSettings, int]:
    """The settings and the step that a header names, if it names legal ones."""
    metadata = header.get("__metadata__")
    text = metadata.get(METADATA) if isinstance(metadata, dict) else None
    if not isinstance(text, str):
        return otherwise, 0
    try:
        named = json.loads(text)
        settings, step = TrainingSettings.from_dict(named["settings"]), named["step"]
        Range(0, 10**9).check(sentence("step"), step)
    except (ValueError, TypeError, AttributeError, KeyError, RecursionError) as error:
        raise Refusal("The settings in this file cannot be read; export it again.") from error
    return settings, int(step)


def _short(name: str) -> str:
    return "".join(letter if letter.isalnum() or letter in "._" else "·" for letter in name[:60])
