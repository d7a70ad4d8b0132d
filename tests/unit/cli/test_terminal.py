"""The curve in the terminal."""

from cnnviz.cli.terminal import HEIGHT, chart
from cnnviz.training.curves import curves
from cnnviz.training.records import Measurement


def test_the_curve_falls_from_left_to_right():
    batches = [Measurement(k, "batch", 3.0 - k / 50, 0.5, 50 * k, k / 10) for k in range(1, 101)]
    tests = [Measurement(k, "test", 2.5, 0.5, 50 * k, k / 10) for k in (0, 50, 100)]
    text = chart(curves([*batches, *tests]), 60, colours=False)
    lines = text.splitlines()
    assert len(lines) == HEIGHT
    assert max(map(len, lines)) <= 60
    assert "train, smoothed" in text
    first, last = (line for line in (lines[5], lines[-4]))
    braille = lambda line: [k for k, letter in enumerate(line) if "\u2801" <= letter <= "\u28ff"]  # noqa: E731
    assert max(braille(first)) < max(braille(last))


def test_nothing_yet_is_an_empty_frame():
    assert len(chart(curves([]), 60).splitlines()) > 3
