"""Names of weights: which tensor of a file is which one of a network, as other people's code names them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from cnnviz.language import Sentence, all_of, counted, sentence
from cnnviz.refusal import Refusal, quoted

Shape = tuple[int, ...]
Shapes = Mapping[str, Shape]  # of the tensors, by their names
Layers = Mapping[str, Mapping[str, Shape]]  # the shapes of "weight", "bias" and so on, by the names of their layers

COUNTER = "num_batches_tracked"  # of a batch normalisation, which computes nothing with it
WRAPPERS = {"module", "_orig_mod", "_fsdp_wrapped_module", "_checkpoint_wrapped_module"}
"""What torch puts around a network that is compiled, or trained on several machines."""
ASIDE = re.compile(
    r"optim|sched|scaler|epoch|step|loss|acc|metric|best|averaged|rng|random|seed|count|config|hyper|args|version|iter|lr$",
    re.IGNORECASE,
)
"""What stands beside the weights in a file of a whole training."""
MOST_TOLD = 3  # names in a sentence


@dataclass(frozen=True)
class Matched:
    """The name in a file of each tensor of a network, and what was done to find it."""

    names: Mapping[str, str]
    notes: Sequence[Sentence]


def match(wanted: Shapes, found: Shapes, network: str, known_as: Mapping[str, str]) -> Matched:
    """The tensors of a network in a file: by their names, else by the shapes and numbers of its layers.

    Args:
        wanted: by the network.
        found: in the file.
        network: its name.
        known_as: parts of names in other people's code, and what they are called here.

    Raises:
        Refusal: they are not all there, or which is which cannot be told; the sentence names the first difference.
    """
    plain = _plain(found, known_as)
    shapes = {name: found[written] for name, written in plain.items()}
    needed = {name: shape for name, shape in wanted.items() if not name.endswith(COUNTER)}
    prefix = _prefix(needed, shapes)
    notes: list[Sentence] = []
    if prefix is not None:
        own = {name: prefix + name for name in wanted if prefix + name in shapes}
        notes += _told({name: plain[other] for name, other in own.items()})
    else:
        own = _by_layers(wanted, shapes, network)
        layers = {_layer(name): _layer(plain[other]) for name, other in own.items() if name != other}
        notes.append(sentence("By shape and number: {layers}.", layers=_renamed(layers)))
    names = {name: plain[other] for name, other in own.items()}
    aside = [written for written in found if written not in names.values() and not written.endswith(COUNTER)]
    _check_aside(aside, prefix or "", plain, network)
    notes += [sentence("{names} of the file is left aside.", names=_few(_roots(aside)))] if aside else []
    return Matched(names, notes)


def _plain(found: Shapes, known_as: Mapping[str, str]) -> dict[str, str]:
    """Names without wrappers, in the words of this project: for each, the one in the file."""
    plain: dict[str, str] = {}
    for written in found:
        parts = [known_as.get(part, part) for part in re.split(r"[./]", written) if part not in WRAPPERS]
        name = ".".join(parts)
        if name in plain:
            raise Refusal(
                "Both {first} and {second} of the file would be {name}; keep one of them.",
                first=quoted(plain[name]),
                second=quoted(written),
                name=quoted(name),
            )
        plain[name] = written
    return plain


def _prefix(needed: Shapes, shapes: Shapes) -> str | None:
    """What stands before the names of all tensors that a network needs, often nothing; None where no name fits.

    Raises:
        Refusal: the file holds the network more than once.
    """
    first = next(iter(needed))
    prefixes = [name.removesuffix(first) for name in shapes if name == first or name.endswith(f".{first}")]
    fitting = [p for p in prefixes if all(shapes.get(p + name) == shape for name, shape in needed.items())]
    fitting = [prefix for prefix in fitting if not ASIDE.search(prefix)] or fitting
    if "" in fitting or len(fitting) < 2:
        return "" if "" in fitting else next(iter(fitting), None)
    raise Refusal(
        "The file holds this network {count} times, as {names}; keep one of them.",
        count=len(fitting),
        names=_few([prefix.rstrip(".") for prefix in fitting]),
    )


def _check_aside(aside: Sequence[str], prefix: str, plain: Mapping[str, str], network: str) -> None:
    """Raise Refusal where a tensor that is left over belongs to the network of the file."""
    names = {written: name for name, written in plain.items()}
    for written in aside:
        name = names[written]
        beside = not name.startswith(prefix) if prefix else bool(ASIDE.search(name.split(".")[0]))
        if not beside:
            raise Refusal(
                "The weights have {name}, which {network} does not have.", name=quoted(written), network=network
            )


def _by_layers(wanted: Shapes, shapes: Shapes, network: str) -> dict[str, str]:
    """The name of each tensor, found by the shapes of the layers."""
    ours = _layers(wanted)
    theirs = _layers({name: shape for name, shape in shapes.items() if not ASIDE.search(name.split(".")[0])})
    common = _common(list(theirs))
    theirs = {layer.removeprefix(common): tensors for layer, tensors in theirs.items()}
    if _mostly_named(ours, theirs):
        _check_named(ours, theirs, network)
    pairs = _paired(ours, theirs, network)
    own = {}
    for layer, tensors in ours.items():
        for tensor in tensors:
            name = _name(common + pairs[layer], tensor)
            if name in shapes:
                own[_name(layer, tensor)] = name
    return own


def _name(layer: str, tensor: str) -> str:
    return f"{layer}.{tensor}" if layer else tensor


def _layers(shapes: Shapes) -> dict[str, dict[str, Shape]]:
    """Tensors by their layers."""
    layers: dict[str, dict[str, Shape]] = {}
    for name, shape in shapes.items():
        layer, _, tensor = name.rpartition(".")
        layers.setdefault(layer, {})[tensor] = shape
    return layers


def _common(layers: Sequence[str]) -> str:
    """The beginning that all names of layers share, in whole parts."""
    parts = [layer.split(".")[:-1] for layer in layers]
    shared = []
    for each in zip(*parts, strict=False):
        if len(set(each)) > 1:
            break
        shared.append(f"{each[0]}.")
    return "".join(shared)


def _signature(tensors: Mapping[str, Shape]) -> tuple[tuple[str, Shape], ...]:
    """What tells layers apart without their names."""
    return tuple(sorted((name, shape) for name, shape in tensors.items() if name != COUNTER))


def _mostly_named(ours: Layers, theirs: Layers) -> bool:
    """Whether the names are those of the network, so that its difference is one of shapes."""
    return 2 * sum(layer in theirs for layer in ours) > len(ours)


def _check_named(ours: Layers, theirs: Layers, network: str) -> None:
    """Raise Refusal at the first tensor of a layer of the same name that is missing, or of another shape."""
    for layer, tensors in ours.items():
        for tensor, shape in tensors.items():
            if layer not in theirs or tensor == COUNTER:
                continue
            name = _name(layer, tensor)
            if tensor not in theirs[layer]:
                raise Refusal("The weights lack {name}, which {network} has.", name=name, network=network)
            if theirs[layer][tensor] != shape:
                raise Refusal(
                    "{name} is {found}, and this network has {wanted}.",
                    name=name,
                    found=sides(theirs[layer][tensor]),
                    wanted=sides(shape),
                )


def _paired(ours: Layers, theirs: Layers, network: str) -> dict[str, str]:
    """For each layer of the network the one of the file: of the same name and shapes, else of the same shapes."""
    pairs = {layer: layer for layer in ours if layer in theirs and _signature(ours[layer]) == _signature(theirs[layer])}
    for signature in dict.fromkeys(_signature(tensors) for tensors in ours.values()):
        mine = [layer for layer in ours if layer not in pairs and _signature(ours[layer]) == signature]
        other = [layer for layer in theirs if layer not in pairs.values() and _signature(theirs[layer]) == signature]
        if len(other) < len(mine):
            left = [layer for layer in theirs if layer not in pairs.values() and layer not in other]
            raise _missing(mine[-1], signature[-1], {layer: theirs[layer] for layer in left}, network)
        pairs |= zip(mine, _in_order(mine, other), strict=False)
    return pairs


def _missing(layer: str, tensor: tuple[str, Shape], left: Layers, network: str) -> Refusal:
    """That a layer is not in the file, and the first that is there instead."""
    name, shape = _name(layer, tensor[0]), sides(tensor[1])
    for other, tensors in left.items():
        for kind, found in tensors.items():
            if kind == tensor[0] and len(found) == len(tensor[1]):
                return Refusal(
                    "The weights lack {name}, which {network} has, {shape}; in the file, {other} is {found}.",
                    name=name,
                    network=network,
                    shape=shape,
                    other=quoted(_name(other, kind)),
                    found=sides(found),
                )
    return Refusal("The weights lack {name}, which {network} has, {shape}.", name=name, network=network, shape=shape)


def _in_order(mine: Sequence[str], other: Sequence[str]) -> Sequence[str]:
    """Layers of equal shapes in the order of the numbers in their names.

    Raises:
        Refusal: their names do not tell which is which.
    """
    ordered = len({_pattern(layer) for layer in other}) == 1 and len(mine) == len(other)
    if len(other) > 1 and (not ordered or any(_side_by_side(*pair) for pair in combinations(mine, 2))):
        raise Refusal(
            "{theirs} of the file have equal shapes, and which of them is {ours} cannot be told; "
            "name them as this network does.",
            theirs=_few([quoted(layer) for layer in other]),
            ours=mine[0],
        )
    return sorted(other, key=lambda layer: [int(number) for number in re.findall(r"[0-9]{1,9}", layer)])


def _pattern(layer: str) -> str:
    """A name whose numbers are places; those of a size, as 5x5, are not."""
    return "".join(
        part if "x" in part else re.sub("[0-9]{1,9}", "#", part) for part in re.split("([0-9]+x[0-9]+)", layer)
    )


def _side_by_side(first: str, second: str) -> bool:
    """Whether two layers of a network stand on two branches, which have no order."""
    one, two = first.split("."), second.split(".")
    shared = next((k for k, pair in enumerate(zip(one, two, strict=False)) if pair[0] != pair[1]), 0)
    return shared > 0 and one[shared - 1] == "branches"


def _told(names: Mapping[str, str]) -> Iterator[Sentence]:
    """What stood before our names, and which layers are called otherwise, where the names tell which is which."""
    words = dict.fromkeys(w.removesuffix(ours).rstrip("./") for ours, w in names.items() if w.endswith(ours))
    words.pop("", None)
    if words:
        yield sentence("The names stand behind {words} in the file.", words=_few([quoted(word) for word in words]))
    other = {_layer(ours): _layer(w) for ours, w in names.items() if not w.endswith(ours)}
    if other:
        yield sentence("By other names: {layers}.", layers=_renamed(other))


def _layer(name: str) -> str:
    return re.split(r"[./](?=[^./]*$)", name)[0]


def _renamed(pairs: Mapping[str, str]) -> object:
    """Which layers have which names in the file."""
    told: list[object] = [
        sentence("{theirs} is {ours}", theirs=quoted(theirs), ours=ours)
        for ours, theirs in list(pairs.items())[:MOST_TOLD]
    ]
    if len(pairs) > MOST_TOLD:
        told.append(counted("{count} more layer", "{count} more layers", len(pairs) - MOST_TOLD))
    return all_of(told)


def _roots(names: Sequence[str]) -> list[str]:
    return [quoted(root) for root in Counter(re.split(r"[./]", name)[0] for name in names)]


def _few(names: Sequence[str]) -> object:
    """Some names, and how many more there are."""
    told: list[object] = list(names[:MOST_TOLD])
    if len(names) > MOST_TOLD:
        told.append(counted("{count} more", "{count} more", len(names) - MOST_TOLD))
    return all_of(told)


def sides(shape: Shape) -> str:
    """ "16x1x3x3"; "1" of a single number."""
    return "x".join(map(str, shape)) or "1"
