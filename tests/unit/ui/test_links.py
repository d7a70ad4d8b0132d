"""Links as they arrive: what is meant is read, and what means nothing is named, on every page."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnviz.ui.frame.controls import TRUTH, switch
from cnnviz.ui.frame.links import mended, repeated
from cnnviz.ui.frame.memory import Memory
from tests.unit.ui.test_controls import TABLES

NAMES = ["kernel", "stride_rows", "run"]


@pytest.mark.parametrize(
    "written", ["amp;kernel", "amp;amp;kernel", "Kernel", "KERNEL", " kernel", "kernel ", "amp;Kernel", "\nkernel"]
)
def test_a_name_that_was_damaged_on_its_way_is_mended(written):
    assert mended({"run": "a", written: "1 0"}, NAMES) == ({"run": "a", "kernel": "1 0"}, [])


def test_what_is_written_rightly_comes_first():
    known, problems = mended({"amp;kernel": "2", "kernel": "1"}, NAMES)
    assert known == {"kernel": "1"}
    assert "'amp·kernel' in this address means nothing on this page." in str(problems[0])


def test_what_means_nothing_is_named_and_cut():
    known, problems = mended({"krenel": "1", "<script>": "2", "\x00": "", "x" * 10**6: "", "y": ""}, NAMES)
    assert known == {}
    (told,) = map(str, problems)
    assert told == "'krenel' and '·script·' and '·' and 2 more in this address mean nothing on this page."


def test_names_that_stand_twice_are_told():
    assert str(repeated(["run"])) == "'run' stands more than once in this address; the last one counts."
    assert "'run' and 'step' stand more than once" in str(repeated(["run", "step"]))


@given(st.dictionaries(st.text(max_size=20), st.text(max_size=20), max_size=8))
def test_every_parameter_is_either_read_or_named(address):
    known, problems = mended(address, NAMES)
    assert set(known) <= set(NAMES)
    assert bool(problems) == (len(known) < len(address))


@pytest.mark.parametrize("page", TABLES)
def test_a_page_tells_once_what_its_address_says_wrongly(page):
    memory, table = Memory({}), TABLES[page]
    address = {"no_such_control": "1"}
    (told,) = memory.settle(page, table, address, went_back=False)
    assert "'no_such_control' in this address means nothing on this page." in str(told)
    assert memory.seen == {}  # what means nothing does not stay
    assert memory.settle(page, table, memory.seen, went_back=False) == []


@pytest.mark.parametrize("page", TABLES)
def test_a_page_takes_what_was_mended(page):
    table = TABLES[page]
    control = next(one for one in table if one.limits is not None or one.name == "step")
    value = control.parse("7" if control.limits is None else f"{control.limits.high:g}")
    memory = Memory({})
    assert memory.settle(page, table, {f"amp;{control.name.upper()}": control.write(value)}, went_back=False) == []
    assert memory.at(control.name) == value
    assert memory.seen == {control.name: control.write(value)}


SWITCHES = [
    pytest.param(one, id=f"{page}-{one.name}") for page, table in TABLES.items() for one in table
    if isinstance(one.default, bool)
]  # fmt: skip


@pytest.mark.parametrize("control", SWITCHES)
def test_all_switches_have_one_spelling(control):
    for word, on in TRUTH.items():
        assert control.parse(word) is control.parse(word.upper()) is on
        assert control.write(on) == word
    assert control.write(True) == switch("any").write(True)
