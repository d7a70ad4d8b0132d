"""Every control of every page: what is written in an address is read again, and everything else is refused in words."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnviz.refusal import Range, Refusal
from cnnviz.ui.convolution import table as convolution
from cnnviz.ui.embedding import table as embedding
from cnnviz.ui.frame.controls import Control, number, one_of, switch, text, whole
from cnnviz.ui.network import table as network
from cnnviz.ui.predictions import table as predictions
from cnnviz.ui.training import table as training

TABLES = {
    "convolution": convolution.CONTROLS,
    "training": training.controls(),
    "network": network.CONTROLS,
    "embedding": embedding.CONTROLS,
    "predictions": predictions.CONTROLS,
}
EVERY = [pytest.param(control, id=f"{page}-{control.name}") for page, table in TABLES.items() for control in table]
WRITTEN = [case for case in EVERY if case.values[0].write is not None]
TEXTS = {  # of the controls that are neither a number nor a word nor a switch
    "cell": st.from_regex(r"[0-9]{1,3}-[0-9]{1,3}-[0-9]{1,3}", fullmatch=True).filter(str.isascii),
    "compare": st.lists(st.from_regex(r"[a-z0-9-]{4,32}", fullmatch=True), max_size=5),
    "layers": st.sampled_from(["conv 16 k5 s1 p2 relu max; conv 32 k5 s1 p2 relu max", "conv 1 k1 s1 p0"]),
    "step": st.integers(0, 10**9 - 1),
    "image": st.integers(0, 10**9 - 1),
}


def values(control: Control) -> st.SearchStrategy:
    """Legal values of a control."""
    if control.options is not None:
        return st.sampled_from(list(control.options))
    if isinstance(control.default, bool):
        return st.booleans()
    if control.limits is not None and control.limits.whole:
        return st.integers(int(control.limits.low), int(control.limits.high))
    if control.limits is not None:
        return st.floats(control.limits.low, control.limits.high)
    return TEXTS.get(control.name, st.text(max_size=200))


@pytest.mark.parametrize("control", WRITTEN)
@settings(deadline=None, max_examples=30)
@given(data=st.data())
def test_what_is_written_is_read_again(control: Control, data):
    value = data.draw(values(control))
    read = control.parse(control.write(value))
    if control.name in ("images", "perplexity", "rate"):  # the nearest position of a slider
        assert control.parse(control.write(read)) == read
    else:
        assert read == value


@pytest.mark.parametrize("control", WRITTEN)
def test_a_default_is_legal(control: Control):
    if control.default is not None:
        assert control.parse(control.write(control.default)) == control.default


@pytest.mark.parametrize("page", TABLES)
def test_no_two_controls_of_a_page_have_one_name(page):
    names = [control.name for control in TABLES[page]]
    assert len(set(names)) == len(names)


STRANGE = ["", "nan", "-3", "1e999", "inf", "<b>", "x" * 100_000, "1_000", "١٢", "\x00", "None", "9" * 400]


@pytest.mark.parametrize("control", WRITTEN)
def test_what_is_no_value_is_refused_in_words(control: Control):
    for strange in STRANGE:
        try:
            control.write(control.parse(strange))
        except Refusal as refusal:
            told = str(refusal)
            assert control.name.replace("_", " ") in told or control.name == "layers"
            assert "<" not in told
            if control.limits is not None:
                assert f"from {control.limits.low:g} to {control.limits.high:g}" in told
            if control.options is not None:
                assert all(option in told for option in control.options)


@pytest.mark.parametrize("written", ["true", "True", "TRUE", "false", "False"])
def test_a_switch_is_read_in_capitals_too(written):
    control = switch("log")
    assert control.parse(written) is (written.lower() == "true")
    assert control.write(control.parse(written)) == written.lower()


@pytest.mark.parametrize("other", ["1", "0", "on", "yes", "", "truefalse"])
def test_a_switch_has_one_spelling(other):
    with pytest.raises(Refusal, match="log must be one of true, false"):
        switch("log").parse(other)


def test_makers():
    assert number("a", Range(2, 9)).default == 2
    assert number("a", Range(0.5, 9, whole=False)).default == 0.5
    assert number("a", Range(0, 100), 5, (1, 10, 50)).parse("28") == 10
    assert whole("a").parse("12") == 12
    assert whole("a").parse("1e3") == whole("a").parse("-1") == -1
    assert one_of("a_b", ("x",))("x") == "x"
    with pytest.raises(Refusal, match="a b must be one of x; it is 'y'"):
        one_of("a_b", ("x",))("y")
    with pytest.raises(Refusal, match="the a has 4 characters; the limit is 3"):
        text("a", "", 3).parse("abcd")
