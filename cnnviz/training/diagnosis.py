"""Diagnosis of learning curves in one sentence, as a teacher would read them.

Each finding says what was measured; it names a cause only where the measurements leave no other.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

from cnnviz.language import Sentence, counted, joined, mark, sentence
from cnnviz.numbers import percent, told_apart
from cnnviz.settings import TrainingSettings
from cnnviz.training.evidence import GUESSING, Evidence
from cnnviz.training.records import STATISTICS_IMAGES, LayerStatistics, Measurement

PATIENCE = 200  # steps before a loss that does not fall is spoken of
NEAR = 0.1  # nats around that of guessing
CHANCE = 0.2  # accuracy that need not be more than luck and one class in favour
JUMP = 1.0  # nats above guessing, which no small step leads to
CALM = 0.3  # nats above guessing, which no large step stays below
MOSTLY_WRONG = 0.5  # share of the labels
MARGIN = 0.1  # of labels answered as given, beyond those that are right
STRONG_DECAY, STRONG_DROPOUT = 0.01, 0.5
VANISHED = 1e-3  # gradient of the first layer, for 1 of the last
AFTER_LOWEST = 2  # tests, before a higher one is more than chance
RISES = 3  # tests in a row
WORSE = 1.1  # times the lowest test loss
FLAT = 0.01  # of the test loss, over FLAT_TESTS tests
FLAT_TESTS = 5

Finding = Callable[[Evidence], Sentence | None]


def diagnose(
    measurements: Sequence[Measurement],
    statistics: Sequence[LayerStatistics],
    settings: TrainingSettings,
    *,
    since: int = 0,
    warming: bool = False,
) -> Sentence | None:
    """The first finding that holds: dead units, guessing, overfitting, a plateau, else the change of the test loss.

    Args:
        measurements: in their order.
        statistics: of the layers, by step.
        settings: that hold now.
        since: the step after which they do.
        warming: whether the learning rate still rises; a loss that does not fall yet is then no finding.

    Returns:
        None before the second test.
    """
    seen = Evidence(measurements, statistics, settings, since)
    if len(seen.tests) < 2:
        return None
    findings: Sequence[Finding] = (dead, overfitting) if warming else (dead, guessing, overfitting, by_heart, plateau)
    found = (finding(seen) for finding in findings)
    return next((said for said in found if said is not None), change(*seen.tests[-2:]))


def change(before: Measurement, now: Measurement) -> Sentence:
    """From one test to the next."""
    first, last = told_apart(before.loss, now.loss)
    values = {"before": first, "now": last, "step": before.step}
    if now.loss < before.loss:
        return sentence("Test loss fell from {before} to {now} since step {step:,}.", **values)
    if now.loss > before.loss:
        return sentence("Test loss rose from {before} to {now} since step {step:,}.", **values)
    return sentence("Test loss is the same as at step {step:,}: {now}.", **values)


def dead(seen: Evidence) -> Sentence | None:
    """Dead units: a whole layer of them. Which weights got no gradient was measured: a skip may lead around it."""
    layers = [name for name, share in seen.statistics[-1].dead.items() if share == 1] if seen.statistics else []
    if not layers:
        return None
    values = {
        "step": seen.statistics[-1].step,
        "layers": joined(layers, mark("{first}, {second}")),
        "images": STATISTICS_IMAGES,
    }
    still = [name for name, norm in seen.gradient_norms.items() if norm == 0]
    if not still:
        return sentence(
            "After step {step:,} every unit of {layers} answers 0 to each of {images} test images: "
            "it passes only zeros on, and no gradient back.",
            **values,
        )
    return sentence(
        "After step {step:,} every unit of {layers} answers 0 to each of {images} test images: "
        "it passes only zeros on, and no gradient back. The weights of {still} got no gradient.",
        still=joined(still, mark("{first}, {second}")),
        **values,
    )


def guessing(seen: Evidence) -> Sentence | None:
    """A network that has learned nothing yet: neither its train loss nor its accuracy is better than luck."""
    mostly_wrong = seen.settings.label_noise >= MOSTLY_WRONG
    steps, least = seen.tests[-1].step, (min(seen.floor, GUESSING) if mostly_wrong else GUESSING) - NEAR
    if steps - seen.since < PATIENCE or seen.tests[-1].accuracy > CHANCE or not seen.train_loss >= least:
        return None
    causes: Sequence[Finding] = (_wrong_labels, _decay, _dropout, _vanished, _worse, _too_high, _too_low)
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


def overfitting(seen: Evidence) -> Sentence | None:
    """Overfitting: the test loss rises while the train loss falls, to where the test loss never was."""
    lowest, last = seen.tests[seen.lowest], seen.tests[-1]
    if len(seen.tests) - 1 - seen.lowest < AFTER_LOWEST or last.loss < WORSE * lowest.loss:
        return None
    before, now = seen.train_losses(lowest.step, last.step)
    if not now < before or not now < max(lowest.loss, seen.floor):
        return None
    values = {"times": last.loss / lowest.loss, "step": lowest.step}
    if _learns_wrong_labels(seen):
        return sentence(
            "Test loss is {times:.1f} times its lowest: overfitting since step {step:,}. {answered} of the training "
            "labels are answered as given, and only {right} are right: the rest is learned by heart.",
            **values,
            **_labels(seen),
        )
    rises = _rises(seen.tests[seen.lowest :])
    if rises < RISES:
        return sentence(
            "Test loss is {times:.1f} times its lowest while train loss falls: overfitting since step {step:,}.",
            **values,
        )
    return counted(
        "Test loss has risen for {count} test while train loss falls: overfitting since step {step:,}.",
        "Test loss has risen for {count} tests while train loss falls: overfitting since step {step:,}.",
        rises,
        step=lowest.step,
    )


def _rises(tests: Sequence[Measurement]) -> int:
    """Number of tests at the end of which each has a higher loss than the one before."""
    rises = 0
    while rises < len(tests) - 1 and tests[-1 - rises].loss > tests[-2 - rises].loss:
        rises += 1
    return rises


def by_heart(seen: Evidence) -> Sentence | None:
    """Wrong labels that are answered as given: nothing but the single image can tell them."""
    if not _learns_wrong_labels(seen):
        return None
    return sentence(
        "{answered} of the training labels are answered as given, and only {right} are right: "
        "the rest is learned by heart.",
        **_labels(seen),
    )


def _learns_wrong_labels(seen: Evidence) -> bool:
    """Whether more labels are answered as given than are right."""
    wrong, answered = seen.settings.label_noise, seen.train_accuracy
    return wrong > 0 and answered is not None and answered > max(1 - wrong, CHANCE) + MARGIN


def _labels(seen: Evidence) -> dict[str, str]:
    return {"answered": percent(seen.train_accuracy or 0), "right": percent(1 - seen.settings.label_noise, 0)}


def plateau(seen: Evidence) -> Sentence | None:
    """A plateau of the test loss."""
    recent = [m.loss for m in seen.tests[-FLAT_TESTS:]]
    low, high = min(recent), max(recent)
    falls = all(after < before for before, after in pairwise(recent))
    if len(recent) < FLAT_TESTS or seen.tests[-1].step < PATIENCE or high - low > FLAT * recent[0] or falls:
        return None
    if low == high:
        return None
    least, most = told_apart(low, high)
    return sentence(
        "A plateau: since step {step:,} the test loss lies between {low} and {high}.",
        step=seen.tests[-FLAT_TESTS].step,
        low=least,
        high=most,
    )
