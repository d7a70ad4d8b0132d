"""The convolution sandbox: every control, every preset, everything that does not fit."""

import numpy as np
import pytest

from cnnviz.kernels import KERNELS, PRESETS
from cnnviz.matrices import parse_matrix


def drawn(app):
    """What the component was given, or None where there is no picture."""
    views = [view for view in app.get("bidi_component") if "convolution_view" in view.proto.component_name]
    return views[0].proto if views else None


def words(app) -> str:
    kinds = (app.markdown, app.caption, app.error, app.code, app.latex)
    return "\n".join(element.value for kind in kinds for element in kind)


def test_the_first_example(visit):
    app = visit("convolution")
    assert not app.exception
    assert drawn(app)
    assert "= **10** parameters" in words(app)
    assert "= **81** multiply-adds" in words(app)
    assert "Checked against PyTorch: largest difference 0" in words(app)


@pytest.mark.parametrize("name", PRESETS)
def test_every_example(visit, name):
    app = visit("convolution")
    app.selectbox(key="example").set_value(name).run()
    assert not app.exception
    assert not app.error
    assert app.selectbox(key="example").value == name
    np.testing.assert_array_equal(parse_matrix(app.text_area(key="matrix").value), PRESETS[name].image)
    np.testing.assert_array_equal(parse_matrix(app.text_input(key="kernel").value), PRESETS[name].cells)
    assert "largest difference" in words(app)


@pytest.mark.parametrize("name", KERNELS)
def test_every_kernel(visit, name):
    app = visit("convolution")
    app.selectbox(key="named").set_value(name).run()
    assert not app.exception
    np.testing.assert_array_equal(parse_matrix(app.text_input(key="kernel").value), KERNELS[name].cells)
    assert KERNELS[name].lesson in words(app)


@pytest.mark.parametrize("name", ["stride", "padding", "dilation"])
def test_both_axes_move_together_while_they_are_locked(visit, name):
    app = visit("convolution")
    app.number_input(key=f"{name}_rows").set_value(2).run()
    assert app.number_input(key=f"{name}_columns").value == 2
    app.toggle(key="lock").set_value(False).run()
    app.number_input(key=f"{name}_rows").set_value(1).run()
    assert app.number_input(key=f"{name}_columns").value == 2
    assert not app.exception


def test_one_cell_of_the_kernel_is_edited(visit):
    app = visit("convolution")
    app.number_input(key="cell_0_1_2").set_value(-4.5).run()
    assert parse_matrix(app.text_input(key="kernel").value)[0, 1, 2] == -4.5
    assert app.selectbox(key="named").value == "own"


def test_the_kernel_grows_and_shrinks(visit):
    app = visit("convolution", lock="false")
    app.number_input(key="kernel_columns").set_value(5).run()
    assert parse_matrix(app.text_input(key="kernel").value).shape == (1, 3, 5)
    app.number_input(key="kernel_rows").set_value(1).run()
    assert parse_matrix(app.text_input(key="kernel").value).shape == (1, 1, 5)
    assert not app.exception


@pytest.mark.parametrize("kind", ["digit", "random"])
def test_other_inputs(visit, kind):
    app = visit("convolution")
    app.segmented_control(key="input").set_value(kind).run()
    assert not app.exception
    assert drawn(app)


def test_flip_and_bias(visit):
    app = visit("convolution")
    app.toggle(key="flip").set_value(True).run()
    app.number_input(key="bias").set_value(2.5).run()
    assert "kernel.flip((2, 3))" in words(app)
    assert "torch.tensor([2.5])" in words(app)
    assert "largest difference 0" in words(app)


def test_what_does_not_fit_is_told_and_mended(visit):
    app = visit("convolution")
    app.number_input(key="dilation_rows").set_value(3).run()
    assert "kernel 3 with dilation 3 spans 7 rows but the padded input has 5; use padding >= 1" in app.error[0].value
    app.button(key="remedy").click().run()
    assert not app.error
    assert drawn(app)


BAD_TEXTS = ["", "1 2; 3", "nan", "1e308", "<script>", "💥", "1|1|1|1", "1 " * 30_000, "\x00", "١"]


@pytest.mark.parametrize("name", ["matrix", "kernel"])
@pytest.mark.parametrize("text", BAD_TEXTS, ids=range(len(BAD_TEXTS)))
def test_a_text_that_is_no_matrix_is_told_and_the_page_stands(visit, name, text):
    app = visit("convolution")
    (app.text_area if name == "matrix" else app.text_input)(key=name).set_value(text).run()
    assert not app.exception
    assert "This does not fit" in app.error[0].value
    app.button(key="reset").click().run()
    assert not app.error


@pytest.mark.parametrize("name", ["stride_rows", "padding_rows", "dilation_columns", "bias", "digit", "input", "lock"])
@pytest.mark.parametrize("value", ["nan", "-3", "1e999", "<b>", "", "99999999999999999999", "٣"])
def test_a_bad_address_leaves_the_page_standing(visit, name, value):
    app = visit("convolution", **{name: value})
    assert not app.exception
    assert drawn(app)
