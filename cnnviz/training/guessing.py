"""Guessing: a network that has learned nothing yet, and what explains it. The rate is named where nothing else does."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from cnnviz.language import Sentence, mark, sentence
from cnnviz.numbers import percent
from cnnviz.training.evidence import CHANCE, GUESSING, PATIENCE, Evidence

NEAR = 0.1  # nats around the loss of guessing
JUMP = 1.0  # nats above guessing, which no small step leads to
CALM = 0.3  # nats above guessing, which no large step stays below
MOSTLY_WRONG = 0.5  # share of the labels
STRONG_DECAY, STRONG_DROPOUT = 0.01, 0.5
VANISHED = 1e-3  # gradient of the first layer, for 1 of the last


def guessing(seen: Evidence) -> Sentence | None:
    """A network that has learned nothing yet: neither its train loss nor its accuracy is better than luck."""
    mostly_wrong = seen.settings.label_noise >= MOSTLY_WRONG
    steps, least = seen.tests[-1].step, (min(seen.floor, GUESSING) if mostly_wrong else GUESSING) - NEAR
    if steps - seen.since < PATIENCE or seen.tests[-1].accuracy > CHANCE or not seen.train_loss >= least:
        return None
    causes: Sequence[Callable[[Evidence], Sentence | None]] = (
        _wrong_labels,
        _decay,
        _dropout,
        _vanished,
        _worse,
        _too_high,
        _too_low,
    )
    found = (cause(seen) for cause in causes)
    return next((said for said in found if said is not None), _unclear(seen))


def _wrong_labels(seen: Evidence) -> Sentence | None:
    if seen.settings.label_noise < MOSTLY_WRONG:
        return None
    return sentence(
        "The train loss is {loss:.2f}. Of the training labels {wrong} are wrong, so that even a network which knows "
        "every digit has about {floor:.2f}.",
        loss=seen.train_loss,
        wrong=percent(seen.settings.label_noise, 0),
        floor=seen.floor,
    )


def _decay(seen: Evidence) -> Sentence | None:
    if seen.settings.weight_decay < STRONG_DECAY or seen.settings.optimiser == "adamw":  # whose decay outweighs no loss
        return None
    return _guesses(
        mark(
            "The train loss is {loss:.2f} after step {step:,}, and pure guessing has ln 10 = {guessing:.2f}. "
            "A weight decay of {decay:g} pulls all weights towards 0 at every step."
        ),
        seen,
        decay=seen.settings.weight_decay,
    )


def _dropout(seen: Evidence) -> Sentence | None:
    if seen.dropout < STRONG_DROPOUT:
        return None
    return _guesses(
        mark(
            "The train loss is {loss:.2f} after step {step:,}, and pure guessing has ln 10 = {guessing:.2f}. "
            "While it trains, {share} of the maps of a layer are left out."
        ),
        seen,
        share=percent(seen.dropout, 0),
    )


def _vanished(seen: Evidence) -> Sentence | None:
    """Vanishing gradient: hardly anything of the loss reaches the first layer."""
    norms = dict(seen.gradient_norms)
    first, last = next(iter(norms), ""), next(reversed(norms), "")
    if not 0 < norms.get(first, 0) < VANISHED * norms.get(last, 0):
        return None
    return _guesses(
        mark(
            "The train loss is {loss:.2f} after step {step:,}, and pure guessing has ln 10 = {guessing:.2f}. "
            "The gradient vanishes on its way back: that of {first} is some {times:,.0f} times smaller than "
            "that of {last}."
        ),
        seen,
        first=first,
        last=last,
        times=float(f"{norms[last] / norms[first]:.1g}"),
    )


def _worse(seen: Evidence) -> Sentence | None:
    if seen.train_loss <= GUESSING + NEAR:
        return None
    return _guesses(
        mark("The train loss is {loss:.2f} after step {step:,}, worse than pure guessing with ln 10 = {guessing:.2f}."),
        seen,
    )


def _too_high(seen: Evidence) -> Sentence | None:
    if seen.highest_train_loss < GUESSING + JUMP:
        return None
    return _guesses(
        mark(
            "The train loss had jumped to {highest:.1f}, and is {loss:.2f} after step {step:,}; pure guessing has "
            "ln 10 = {guessing:.2f}: the learning rate was too high."
        ),
        seen,
        highest=seen.highest_train_loss,
    )


def _too_low(seen: Evidence) -> Sentence | None:
    if seen.highest_train_loss > GUESSING + CALM:
        return None
    return _guesses(
        mark(
            "The train loss is {loss:.2f} after step {step:,}, and never was far from pure guessing with "
            "ln 10 = {guessing:.2f}: the learning rate is too low to learn much in so many steps."
        ),
        seen,
    )


def _unclear(seen: Evidence) -> Sentence:
    return _guesses(
        mark(
            "The train loss is {loss:.2f} after step {step:,}, and pure guessing has ln 10 = {guessing:.2f}: "
            "the learning rate is too low to learn much in so many steps, or too high."
        ),
        seen,
    )


def _guesses(template: str, seen: Evidence, **values: object) -> Sentence:
    return sentence(template, loss=seen.train_loss, step=seen.tests[-1].step, guessing=GUESSING, **values)
