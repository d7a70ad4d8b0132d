"""Glossary: the field's words, each with one sentence. A control of the same name shows it as its help."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from cnnviz.language import mark, say

AXIS = re.compile(r"_(rows|columns)$")  # ends of the names of controls that are pairs


@dataclass(frozen=True)
class Term:
    """A word and its meaning, both templates."""

    word: str  # in lower case, as it stands within a sentence
    meaning: str


TERMS: Mapping[str, Term] = {
    # convolution
    "kernel": Term(
        mark("kernel"), mark("A small table of weights that slides over an image; training finds the weights.")
    ),
    "kernel_size": Term(mark("kernel size"), mark("Rows and columns of the kernel, in pixels.")),
    "window": Term(mark("window"), mark("The pixels that a pooling makes one number of.")),
    "stride": Term(mark("stride"), mark("How many pixels the kernel moves from one stop to the next.")),
    "padding": Term(
        mark("padding"), mark("A frame of pixels around the image, so that the kernel also stops at its edge.")
    ),
    "padding_mode": Term(mark("padding mode"), mark("What the frame around the image is filled with.")),
    "output_padding": Term(
        mark("output padding"),
        mark("Rows and columns added at one side of the output, where several output sizes are possible."),
    ),
    "dilation": Term(
        mark("dilation"), mark("Distance between the pixels that neighbouring weights are multiplied with.")
    ),
    "groups": Term(
        mark("groups"), mark("Channels are parted into so many groups; each output channel reads only its own.")
    ),
    "bias": Term(mark("bias"), mark("A number that is added to every output cell of a channel.")),
    "output_channels": Term(mark("output channels"), mark("Number of kernels; each makes one feature map.")),
    "activation": Term(
        mark("activation"), mark("A function of each output number alone. ReLU turns negative numbers into 0.")
    ),
    "feature map": Term(
        mark("feature map"), mark("What one kernel makes of an image: a number for each of its stops.")
    ),
    "receptive field": Term(
        mark("receptive field"), mark("The pixels of the image that can change one number of a feature map.")
    ),
    "pooling": Term(
        mark("pooling"), mark("Each window of a feature map becomes one number: its largest, or its mean.")
    ),
    "channel": Term(
        mark("channel"), mark("One of the tables that lie behind each other in an image, such as its red.")
    ),
    # training
    "loss": Term(
        mark("loss"),
        mark("How wrong the probabilities are: minus the logarithm of the one given to the true class, in nats."),
    ),
    "accuracy": Term(mark("accuracy"), mark("Share of the images whose prediction is right.")),
    "gradient": Term(mark("gradient"), mark("For each weight, how fast the loss grows when the weight grows.")),
    "step": Term(mark("step"), mark("One batch of images, and one change of all weights.")),
    "epochs": Term(mark("epoch"), mark("So many steps that every training image was seen once.")),
    "batch_size": Term(mark("batch"), mark("The images of one step; the weights are changed after each batch.")),
    "learning_rate": Term(mark("learning rate"), mark("How far a step moves the weights against their gradient.")),
    "optimiser": Term(
        mark("optimiser"), mark("The rule by which a step turns the gradient into a change of the weights.")
    ),
    "momentum": Term(mark("momentum"), mark("What share of the last change is kept in the next one.")),
    "weight_decay": Term(
        mark("weight decay"), mark("Each step also pulls the weights towards 0, in proportion to this.")
    ),
    "normalisation": Term(
        mark("normalisation"),
        mark("Numbers of a layer are shifted and scaled to mean 0 and deviation 1 before they go on."),
    ),
    "overfitting": Term(mark("overfitting"), mark("The loss falls on training images while it rises on test images.")),
    "snapshot": Term(mark("snapshot"), mark("A copy of all weights as they were after a step.")),
    "test images": Term(mark("test images"), mark("Images that the network is judged by and never learns from.")),
    "dead unit": Term(mark("dead unit"), mark("A unit after ReLU that is 0 for every image: it no longer learns.")),
    # what comes out
    "logit": Term(
        mark("logit"), mark("The number that the last layer gives a class; the largest one is the prediction.")
    ),
    "softmax": Term(
        mark("softmax"), mark("Makes probabilities of logits: e to the power of each, divided by their sum.")
    ),
    "features": Term(mark("features"), mark("The numbers that enter the last layer: all that it knows of an image.")),
    "embedding": Term(mark("embedding"), mark("A place on a map for each image.")),
    "t-SNE": Term(
        mark("t-SNE"),
        mark("A way to place points on a map so that neighbours stay neighbours; far distances mean little."),
    ),
    "perplexity": Term(mark("perplexity"), mark("About how many neighbours each image tries to keep near.")),
    "confusion matrix": Term(
        mark("confusion matrix"), mark("How many images of each true class, by row, got each prediction, by column.")
    ),
}


def meaning(name: str) -> str | None:
    """What a control of this name means; None where the glossary has no word for it."""
    term = TERMS.get(AXIS.sub("", name))
    return say(term.meaning) if term else None


def parts(text: str) -> Iterator[tuple[str, str | None]]:
    """A text cut into pieces: those that are a term, with its meaning, and the others. Each term once."""
    meanings = {say(term.word).lower(): say(term.meaning) for term in TERMS.values()}
    words = sorted(meanings, key=len, reverse=True)
    found = re.compile(rf"\b({'|'.join(map(re.escape, words))})(?=s?\b)", re.IGNORECASE)
    told, end = set[str](), 0
    for match in found.finditer(text):
        word = match[1].lower()
        if word not in told:
            told.add(word)
            yield text[end : match.start()], None
            yield match[0], meanings[word]
            end = match.end()
    yield text[end:], None
