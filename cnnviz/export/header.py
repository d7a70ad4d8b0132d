"""Header of a safetensors file: what it says of its tensors, checked before any number is read.

Source of the format: https://github.com/huggingface/safetensors, "Format": eight bytes with the length of a JSON
header, the header, then the numbers.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cnnviz.language import joined, mark, sentence
from cnnviz.networks.matching import sides
from cnnviz.refusal import Refusal

MOST_BYTES = 40 * 2**20  # the largest network here, in double precision: maxUploadSize of Streamlit is the same
MOST_HEADER = 100_000  # bytes; the largest network here needs 5,000
LENGTH = 8  # bytes before the header
METADATA = "__metadata__"
MOST_DIMENSIONS = 8
BYTES = {"F64": 8, "F32": 4, "F16": 2, "BF16": 2, "F8_E4M3": 1, "F8_E5M2": 1}
"""Numbers with a fraction that are read, and the bytes of each."""
WHOLE = {"I64": 8, "U64": 8, "I32": 4, "U32": 4, "I16": 2, "U16": 2, "I8": 1, "U8": 1, "BOOL": 1}
"""Whole numbers: what counts batches is one, a weight is none."""


@dataclass(frozen=True)
class Tensor:
    """What a header says of one tensor."""

    kind: str  # of its numbers, as the format names it: "F32"
    shape: tuple[int, ...]
    begin: int  # bytes after the header
    end: int


@dataclass(frozen=True)
class Header:
    """All that a header says."""

    tensors: Mapping[str, Tensor]
    metadata: Mapping[str, str]


def read_header(content: bytes) -> Header:
    """The header of a file whose numbers are all there.

    Raises:
        Refusal: it is another kind of file, too large or incomplete, or its header is none.
    """
    start, values = _json(content)
    metadata = _metadata(values.pop(METADATA, {}))
    tensors = {name: _tensor(name, value) for name, value in values.items()}
    _check_numbers(tensors, len(content) - start)
    return Header(tensors, metadata)


def short(name: str) -> str:
    """A name of a tensor for a sentence, without what means something in Markdown or HTML."""
    return "".join(letter if letter.isalnum() or letter in "._" else "·" for letter in name[:60])


def _json(content: bytes) -> tuple[int, dict[str, Any]]:
    """Where the numbers begin, and the names and values of the header."""
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
        raise Refusal(
            "This safetensors file is incomplete: its header has {length:,} bytes, and {here:,} are here.",
            length=length,
            here=len(content) - LENGTH,
        )
    try:
        header = json.loads(content[LENGTH : LENGTH + length])
    except (ValueError, RecursionError) as error:
        raise Refusal("Not a safetensors file: its header cannot be read.") from error
    if not isinstance(header, dict):
        raise Refusal("Not a safetensors file: its header is no list of tensors.")
    return LENGTH + length, header


def _metadata(values: Any) -> Mapping[str, str]:
    """Texts by their names, as the format wants them."""
    if not isinstance(values, dict):
        raise Refusal("The metadata of this file are no texts with names, as safetensors has them; export it again.")
    wrong = next((name for name, value in values.items() if not isinstance(value, str)), None)
    if wrong is not None:
        raise Refusal(
            "The metadata of this file must be texts, and {name} is none; export it again.", name=short(wrong)
        )
    return values


def _tensor(name: str, value: Any) -> Tensor:
    """One entry."""
    try:
        kind, shape, (begin, end) = value["dtype"], tuple(value["shape"]), value["data_offsets"]
        legal = isinstance(kind, str) and len(shape) <= MOST_DIMENSIONS
        legal = legal and all(type(n) is int and 0 <= n < 2**40 for n in (*shape, begin, end))
    except (TypeError, ValueError, KeyError):
        legal = False
    if not legal:
        raise Refusal(
            "The header of this file does not say type, shape and place of {name} as it must; export it again.",
            name=short(name),
        )
    if kind not in BYTES | WHOLE:
        raise Refusal(
            "{name} has numbers of type {found}; {wanted} can be read.",
            name=short(name),
            found=short(kind),
            wanted=joined(BYTES, mark("{first}, {second}")),
        )
    if math.prod(shape) * (BYTES | WHOLE)[kind] != end - begin:
        raise Refusal(
            "{name} is {shape}, {wanted:,} bytes, and its place in the file has {found:,}; export it again.",
            name=short(name),
            shape=sides(shape),
            wanted=math.prod(shape) * (BYTES | WHOLE)[kind],
            found=end - begin,
        )
    return Tensor(kind, shape, begin, end)


def _check_numbers(tensors: Mapping[str, Tensor], here: int) -> None:
    """Raise Refusal unless the tensors stand one after the other, and all of their bytes are here and no others."""
    wanted = max((tensor.end for tensor in tensors.values()), default=0)
    if here < wanted:
        raise Refusal(
            "This safetensors file is incomplete: {here:,} of {wanted:,} bytes of its numbers are here; "
            "copy or export it again.",
            here=here,
            wanted=wanted,
        )
    if here > wanted:
        raise Refusal(
            "This file goes on for {more:,} bytes after the last number that its header names; export it again.",
            more=here - wanted,
        )
    end = 0
    last: object = sentence("the header")
    for name, tensor in sorted(tensors.items(), key=lambda item: (item[1].begin, item[1].end)):
        if tensor.begin != end:
            raise Refusal("{name} does not begin where {last} ends; export it again.", name=short(name), last=last)
        end, last = tensor.end, short(name)
