"""What a trained network makes of images: the maps of every layer, and the features before the last dense layer."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor, nn

from cnnviz import datasets, networks
from cnnviz.evaluation import outputs
from cnnviz.networks.blocks import Branches, Residual
from cnnviz.preparation import prepared
from cnnviz.records import Array, ForwardPass, LayerOutput
from cnnviz.settings import Refusal, TrainingSettings, quoted
from cnnviz.words import kernel_words

ACTIVATIONS = {
    "LeakyReLU": "negative numbers become a hundredth of themselves",
    "GELU": "numbers well below 0 become 0, with a smooth bend",
    "Tanh": "numbers are bent into -1 to 1",
}


def load_network(settings: TrainingSettings, weights: Mapping[str, Array]) -> nn.Sequential:
    """The network of a run with its weights, in evaluation mode and frozen.

    Raises:
        Refusal: the weights are those of another network; the sentence names the first difference.
    """
    network = networks.build(settings)
    expected = network.state_dict()
    for name, tensor in expected.items():
        if name not in weights:
            raise Refusal(f"The weights lack {name}; they belong to another network than {settings.network}.")
        found, wanted = "x".join(map(str, weights[name].shape)), "x".join(map(str, tensor.shape))
        if found != wanted:
            raise Refusal(f"{name} is {found}, and this network has {wanted}.")
    extra = next((name for name in weights if name not in expected), None)
    if extra is not None:
        raise Refusal(f"The weights have {quoted(extra)}, which {settings.network} does not have.")
    network.load_state_dict({name: torch.tensor(array) for name, array in weights.items()})
    return network.requires_grad_(False).eval()


@torch.no_grad()
def forward(network: nn.Sequential, image: Array, settings: TrainingSettings) -> ForwardPass:
    """What every layer makes of one (28, 28) uint8 image, and the probabilities at the end."""
    x = prepared(image[None], settings)
    pixels, layers = x[0].numpy(), []
    for name, layer in network.named_children():
        x = layer(x)
        layers.append(layer_output(name, layer, x[0].numpy()))
    return ForwardPass(pixels, layers, x[0].numpy(), torch.softmax(x[0], dim=0).numpy())


def layer_output(name: str, layer: nn.Module, output: Array) -> LayerOutput:
    """What is known about one layer and its output of one image."""
    maps = output.copy() if output.ndim == 3 else output.reshape(1, 1, -1).copy()
    parameters = sum(parameter.numel() for parameter in layer.parameters())
    return LayerOutput(name, type(layer).__name__, describe(layer), parameters, tuple(output.shape), maps)


def describe(layer: nn.Module) -> str:
    """The settings of a layer in a few words, without those that do nothing."""
    match layer:
        case nn.Conv2d():
            size, *extras = kernel_words(layer).split(", ")
            return ", ".join([f"{size}, {layer.in_channels} to {layer.out_channels} channels", *extras])
        case nn.MaxPool2d():
            return f"largest of each {layer.kernel_size}x{layer.kernel_size}"
        case nn.Linear():
            return f"{layer.in_features} to {layer.out_features} numbers"
        case nn.ReLU():
            return "negative numbers become 0"
        case nn.BatchNorm2d():
            return "each channel to mean 0, deviation 1, then scaled and shifted"
        case nn.Flatten():
            return "all maps in one row"
        case nn.AvgPool2d():
            return f"mean of each {layer.kernel_size}x{layer.kernel_size}"
        case nn.Dropout2d():
            return f"{layer.p:.0%} of the maps are left out while training"
        case Branches():
            return f"{len(layer.branches)} ways side by side, their maps stacked"
        case Residual():
            return "two convolutions" + (", their input added" if layer.skip else ", nothing added")
        case nn.Module() if type(layer).__name__ in ACTIVATIONS:
            return ACTIVATIONS[type(layer).__name__]
    return ""


def first_kernels(network: nn.Module) -> Array | None:
    """(C_out, C_in, k_h, k_w) kernels of the first convolution, or None in a network without one."""
    first = next((layer for layer in network.modules() if isinstance(layer, nn.Conv2d)), None)
    return None if first is None else first.weight.detach().numpy()


def features(network: nn.Sequential, images: Tensor) -> Array:
    """(N, D) numbers that enter the last dense layer, for (N, 1, 28, 28) normalised images."""
    return outputs(network[:-1], images).cpu().numpy()


def of_test_images(settings: TrainingSettings, weights: Mapping[str, Array], count: int) -> tuple[Array, Array]:
    """(N, D) features of the chosen test images of a run, and their labels (N,)."""
    data = datasets.load(settings.dataset)
    chosen = chosen_test_images(settings.dataset, count)
    images = prepared(data.test_images[chosen], settings)
    return features(load_network(settings, weights), images), data.test_labels[chosen]


def chosen_test_images(dataset: str, count: int) -> Array:
    """Indices of at most `count` test images, the same share of each class, the same ones for every run."""
    labels = datasets.load(dataset).test_labels
    return datasets.stratified(labels, min(count, len(labels)), seed=0)
