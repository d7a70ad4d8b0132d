"""A training as one stand-alone PyTorch script that gives the same losses.

The script is made of the source of the functions that the training itself used. Its losses agree to the last digit,
unless the training summed in another order where only this package does (cnnviz.networks.fast): then to rounding.
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from torch import nn

from cnnviz import networks
from cnnviz.datasets import digits, preparation, splits
from cnnviz.language import say
from cnnviz.networks import blocks
from cnnviz.networks.blocks import Branches, Residual
from cnnviz.networks.fast.first_stage import FEWEST_IMAGES, FirstStage
from cnnviz.networks.fast.quick import quick
from cnnviz.refusal import Refusal
from cnnviz.settings import NORMALISATIONS, SETTINGS, TrainingSettings
from cnnviz.training import augmentation, schedules
from cnnviz.training.changes import RECORDED, by_step
from cnnviz.training.records import Change

INDENT = "    "


def script(settings: TrainingSettings, *, name: str, steps: int, threads: int, changes: Sequence[Change] = ()) -> str:
    """The text of the script.

    Args:
        settings: of the training.
        name: of the run.
        steps: that it took, fewer than its epochs have where it ended early.
        threads: of the processor that it used; other numbers round differently.
        changes: of settings while it ran.
    """
    network = networks.build(settings)
    parts = [
        _head(name, settings, network),
        IMPORTS,
        _constants(settings, steps, threads),
        _changes(changes),
        *_functions(settings, network),
        *DATA[settings.dataset],
        _network(network),
        _optimiser(settings),
        _loop(settings),
    ]
    return "\n\n\n".join(part.strip("\n") for part in parts if part) + "\n"


def _head(name: str, settings: TrainingSettings, network: nn.Sequential) -> str:
    """Module docstring of the script: name of the run, what it needs, how closely it agrees."""
    if settings.dataset == "mnist":
        uses = [
            say("Needs torch, torchvision and numpy. Prints the loss of every hundredth batch."),
            say("The first argument is the folder of MNIST, which is downloaded where it is missing."),
        ]
    else:
        uses = [say("Needs torch, scikit-learn and numpy. Prints the loss of every hundredth batch.")]
    lines = [name, "", *uses, _agreement(settings, network)]
    return '"""' + "\n".join(map(_harmless, lines)) + '\n"""'


def _harmless(text: str) -> str:
    """A line without what could end the docstring of the script or mean something in it."""
    return "".join(letter for letter in text if letter.isprintable() and letter not in '"\\')


def _agreement(settings: TrainingSettings, network: nn.Sequential) -> str:
    """How closely the losses of the script are those of the training."""
    if _device(settings) != "cpu":
        return say("The losses are those of the training as closely as the device repeats itself.")
    first = quick(network, exact=networks.keeps_order(settings))[0]
    if isinstance(first, FirstStage) and settings.batch_size >= FEWEST_IMAGES:
        return say(
            "The losses are those of the training to rounding: it added up its first convolution in another order."
        )
    return say(
        "The losses are those of the training to the last digit, on the same computer and with the same PyTorch."
    )


IMPORTS = """
import math
import sys
from collections import OrderedDict

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset
"""


def _constants(settings: TrainingSettings, steps: int, threads: int) -> str:
    mean, deviation = NORMALISATIONS[settings.normalisation]
    written = {s.constant: getattr(settings, s.name) for s in SETTINGS.values() if s.script == "constant"}
    made = {"THREADS": threads, "STEPS": steps, "MEAN": mean, "DEVIATION": deviation, "DEVICE": _device(settings)}
    return "\n".join(f"{name} = {value!r}" for name, value in {**written, **made}.items())


def _device(settings: TrainingSettings) -> str:
    from cnnviz.training.devices import device_of

    try:
        return device_of(settings.device).type
    except Refusal:
        return settings.device


def _changes(changes: Sequence[Change]) -> str:
    lines = [f"{INDENT}{step}: {made!r}," for step, made in by_step(changes).items()]
    return "\n".join(["CHANGES = {  # made after these steps", *lines, "}"]) if lines else "CHANGES = {}"


def _functions(settings: TrainingSettings, network: nn.Module) -> Iterable[str]:
    """Source of the functions of this package that the training used."""
    modules = list(network.modules())
    wanted: list[tuple[bool, Callable[..., Any] | type]] = [
        (settings.subset > 0 and settings.dataset != "digits", splits.stratified),
        (settings.label_noise > 0, augmentation.noisy_labels),
        (settings.shuffle_pixels, preparation.shuffled),
        (settings.shift > 0 or settings.rotate > 0, augmentation.augmented),
        (settings.schedule == "one_cycle", schedules._between),
        (True, schedules.FACTORS[settings.schedule]),
        (any(isinstance(m, Branches) for m in modules), Branches),
        (any(isinstance(m, Residual) for m in modules), Residual),
        (True, blocks.chain),
    ]
    return [_source(function) for needed, function in wanted if needed]


def _source(function: Callable[..., Any] | type) -> str:
    """Source of a function without its types, after the constants of its module that it names."""
    tree, module = ast.parse(inspect.getsource(function)), inspect.getmodule(function)
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    constants = {
        name: value for name, value in vars(module).items() if name in names and isinstance(value, (int, float))
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            node.body = [
                part for part in node.body if getattr(part, "name", "") != "named_branches"
            ]  # needed here only
        if isinstance(node, ast.FunctionDef):
            node.returns = None
            for argument in (*node.args.args, *node.args.kwonlyargs, node.args.kwarg, node.args.vararg):
                if argument is not None:
                    argument.annotation = None
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
            node.exc = _value_error(node.exc)
    lines = [f"{name} = {value!r}" for name, value in constants.items()]
    return "\n".join(lines) + ("\n\n\n" if lines else "") + ast.unparse(tree)


def _value_error(refusal: ast.Call) -> ast.Call:
    """The call of a refusal, whose class the script does not have, as a ValueError with the English sentence."""
    said = ast.Call(ast.Attribute(refusal.args[0], "format", ast.Load()), [], refusal.keywords)
    return ast.Call(ast.Name("ValueError", ast.Load()), [said], [])


DATA: dict[str, Sequence[str]] = {
    "mnist": (
        '''
def load():
    """Training and test images, (N, 28, 28) uint8, and their labels."""
    from torchvision.datasets import MNIST

    folder = sys.argv[1] if len(sys.argv) > 1 else "data"
    sets = [MNIST(folder, train=train, download=True) for train in (True, False)]
    return [part for one in sets for part in (one.data.numpy(), one.targets.numpy())]
''',
    ),
    "digits": (
        _source(splits.stratified),
        _source(digits.framed),
        f'''
def load():
    """Training and test images, (N, 28, 28) uint8, and their labels."""
    from sklearn.datasets import load_digits

    pixels, labels = load_digits(return_X_y=True)
    images, labels = framed(pixels.reshape(-1, 8, 8) / 16), labels.astype(np.int64)
    test = stratified(labels, {digits.TEST_IMAGES}, seed=0)
    train = np.setdiff1d(np.arange(len(labels)), test)
    return images[train], labels[train], images[test], labels[test]
''',
    ),
}


def _network(network: nn.Sequential) -> str:
    layers = ",\n".join(f"{INDENT}{name}={expression(layer)}" for name, layer in network.named_children())
    return f"torch.manual_seed(SEED)\ntorch.set_num_threads(THREADS)\nnetwork = chain(\n{layers},\n)"


def expression(module: nn.Module) -> str:
    """Python expression that makes a module."""
    match module:
        case Residual():
            return f"Residual({expression(module.body)}, skip={module.skip})"
        case Branches():
            return f"Branches({_named(module.named_branches())})"
        case nn.Sequential():
            return f"chain({_named(module.named_children())})"
    return f"nn.{type(module).__name__}({', '.join(_arguments(module))})"


def _arguments(module: nn.Module) -> Iterator[str]:
    """The arguments that made a module, without those that are torch's own choice; torch's `repr` leaves some out.

    Every layer of torch keeps its arguments under their names; of `bias` it keeps the numbers, or None.
    """
    for name, parameter in inspect.signature(type(module)).parameters.items():
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):  # of a layer that has no arguments
            continue
        value = getattr(module, name, parameter.default)
        if name == "bias":
            value = value is not None and value is not False
        if parameter.default is parameter.empty:
            yield repr(value)
        elif value != parameter.default:
            yield f"{name}={value!r}"


def _named(layers: Iterable[tuple[str, nn.Module]]) -> str:
    return ", ".join(f"{name}={expression(layer)}" for name, layer in layers)


def _optimiser(settings: TrainingSettings) -> str:
    kind = {"sgd": "SGD", "adam": "Adam", "adamw": "AdamW", "rmsprop": "RMSprop"}[settings.optimiser]
    words = ["lr=LEARNING_RATE", "weight_decay=WEIGHT_DECAY"]
    words += ["momentum=MOMENTUM"] * (settings.optimiser in ("sgd", "rmsprop"))
    words += [f"nesterov={settings.nesterov}"] * (settings.optimiser == "sgd")
    words += ["fused=True"] * (not settings.exact and settings.optimiser != "rmsprop")
    layout = "" if networks.keeps_order(settings) else ".to(memory_format=torch.channels_last)"
    made = f"torch.optim.{kind}(network.parameters(), {', '.join(words)})"
    return f"network = network.to(DEVICE){layout}\noptimiser = {made}"


def _loop(settings: TrainingSettings) -> str:
    shuffle = "shuffled(pixels)" if settings.shuffle_pixels else "pixels"
    chosen = ["chosen = stratified(train_labels, SUBSET, SEED)"] if settings.subset else []
    chosen += ["train_images, train_labels = train_images[chosen], train_labels[chosen]"] if settings.subset else []
    noise = ["train_labels = noisy_labels(train_labels, LABEL_NOISE, SEED)"] if settings.label_noise else []
    moved = ["        images = augmented(images, SHIFT, ROTATE)"] if settings.shift or settings.rotate else []
    lines = [
        "def prepared(images):",
        '    """Pixels as the network sees them, (N, 1, 28, 28)."""',
        "    pixels = torch.tensor(images).float().div_(255)[:, None]",
        *(["    pixels = pixels.sub_(MEAN).div_(DEVIATION)"] if settings.normalisation != "none" else []),
        f"    return {shuffle}",
        "",
        "",
        "train_images, train_labels, test_images, test_labels = load()",
        *chosen,
        *noise,
        "train_set = TensorDataset(prepared(train_images), torch.tensor(train_labels))",
        f"settings = {{{', '.join(f'{name!r}: {SETTINGS[name].constant}' for name in RECORDED)}}}",
        "batches = math.ceil(len(train_set) / BATCH_SIZE)",
        "losses = []",
        "for epoch in range(EPOCHS):",
        "    for images, labels in DataLoader(train_set, BATCH_SIZE, shuffle=True):",
        "        if len(losses) == STEPS:",
        "            break",
        *moved,
        "        settings.update(CHANGES.get(len(losses), {}))",
        "        for group in optimiser.param_groups:",
        f"            share = {settings.schedule}(len(losses), settings['epochs'] * batches)",
        "            group['lr'] = settings['learning_rate'] * share",
        "            group['weight_decay'] = settings['weight_decay']",
        "            if 'momentum' in group:",
        "                group['momentum'] = settings['momentum']",
        "        optimiser.zero_grad()",
        "        loss = F.cross_entropy(network(images.to(DEVICE)), labels.to(DEVICE))",
        "        loss.backward()",
        "        optimiser.step()",
        "        losses.append(loss.item())",
        "        if len(losses) % 100 == 0:",
        "            print(f'step {len(losses)}  loss {losses[-1]:.4f}', flush=True)",
        "",
        "network.eval()",
        "with torch.no_grad():",
        "    logits = torch.cat([network(part.to(DEVICE)) for part in prepared(test_images).split(500)]).cpu()",
        "accuracy = (logits.argmax(1) == torch.tensor(test_labels)).double().mean().item()",
        "print(f'{accuracy:.2%} of {len(test_labels):,} test images are right')",
    ]
    return "\n".join(lines)
