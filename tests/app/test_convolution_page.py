"""The convolution sandbox: every control, every preset, everything that does not fit."""

import numpy as np
import pytest

from cnnviz.convolution.examples import EXAMPLES
from cnnviz.convolution.kernels import KERNELS
from cnnviz.convolution.matrices import parse_kernels, parse_matrix, random_matrix
from cnnviz.convolution.stack_examples import STACKS
from cnnviz.datasets.pictures import encode
from cnnviz.refusal import Refusal
from cnnviz.runs import demo
from cnnviz.runs.store import current_artifacts, current_store
from cnnviz.ui.convolution import kernels, operation
from tests.app.conftest import picker

PAIRS = ("stride", "padding", "dilation")


@pytest.fixture
def visit(visit):
    """Opened with the part that compares with PyTorch, unless the address says otherwise."""
    return lambda page, /, **address: visit(page, **{"pytorch": "true", **address})


def drawn(app, name="convolution_view"):
    """What a component was given, or None where there is no such picture."""
    views = [view for view in app.get("bidi_component") if name in view.proto.component_name]
    return views[0].proto if views else None


def words(app) -> str:
    kinds = (app.markdown, app.caption, app.error, app.code, app.latex, app.info)
    return "\n".join(element.value for kind in kinds for element in kind)


def weights(app):
    return parse_kernels(app.text_input(key="kernel").value)


def agrees(app) -> bool:
    """Whether the page is whole and says that PyTorch gives the same."""
    difference = words(app).split("largest difference ")[1].split()[0]
    return not app.exception and not app.error and drawn(app) is not None and float(difference) < 1e-9


def test_the_first_example(visit):
    app = visit("convolution")
    assert agrees(app)
    assert "= **10** parameters" in words(app)
    assert "= **81** multiply-adds" in words(app)
    assert "(1, 5, 5) becomes **(1, 3, 3)** with weights (1, 1, 3, 3)" in words(app)


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_example(visit, name):
    app = visit("convolution")
    picker(app, "example").set_value(name).run()
    assert agrees(app)
    assert picker(app, "example").value == name
    assert EXAMPLES[name].description in words(app)
    np.testing.assert_array_equal(parse_matrix(app.text_area(key="matrix").value), EXAMPLES[name].image)
    if EXAMPLES[name].kernel:
        np.testing.assert_array_equal(weights(app), EXAMPLES[name].weights)


def test_examples_one_after_the_other(visit):
    """Nothing of an example stays behind in the next."""
    app = visit("convolution")
    for name in [*EXAMPLES, *reversed(EXAMPLES)]:
        picker(app, "example").set_value(name).run()
        assert picker(app, "example").value == name, name
        assert agrees(app)


@pytest.mark.parametrize("name", KERNELS)
def test_every_kernel(visit, name):
    app = visit("convolution")
    picker(app, "named").set_value(name).run()
    assert agrees(app)
    np.testing.assert_array_equal(weights(app)[0], KERNELS[name].cells)
    assert KERNELS[name].description in words(app)


@pytest.mark.parametrize("name", PAIRS)
def test_one_slider_for_both_axes_while_they_are_locked(visit, name):
    app = visit("convolution")
    app.slider(key=f"{name}_rows").set_value(2).run()
    assert not [slider for slider in app.slider if slider.key == f"{name}_columns"]
    assert "{2}" in words(app) or "2\\," in words(app) or "\\cdot2" in words(app)
    app.toggle(key="lock").set_value(False).run()
    assert app.slider(key=f"{name}_columns").value == 2
    app.slider(key=f"{name}_rows").set_value(1).run()
    assert app.slider(key=f"{name}_columns").value == 2
    assert agrees(app)


@pytest.mark.parametrize("kind", ["transposed", "max_pool", "average_pool"])
def test_every_operation(visit, kind):
    app = visit("convolution")
    app.segmented_control(key="operation").set_value(kind).run()
    assert agrees(app)
    pooling = kind.endswith("pool")
    assert bool([slider for slider in app.slider if slider.key == "window_rows"]) == pooling
    assert bool([field for field in app.text_input if field.key == "kernel"]) != pooling
    if pooling:
        assert "(1, 5, 5) becomes **(1, 2, 2)**." in words(app)
        app.toggle(key="ceil_mode").set_value(True).run()
        assert "(1, 5, 5) becomes **(1, 3, 3)**." in words(app)
    app.segmented_control(key="operation").set_value("convolution").run()
    assert agrees(app)
    np.testing.assert_array_equal(weights(app), EXAMPLES["plain"].weights)


def test_settings_of_one_operation_only(visit):
    app = visit("convolution", operation="average_pool", padding_rows="1")
    app.toggle(key="count_include_pad").set_value(False).run()
    assert "count_include_pad=False" in words(app)
    assert agrees(app)
    app = visit("convolution", operation="transposed", stride_rows="3")
    app.slider(key="output_padding_rows").set_value(2).run()
    assert "output_padding=(2, 2)" in words(app)
    assert agrees(app)


@pytest.mark.parametrize(("frame", "shape"), [("valid", "(1, 3, 3)"), ("same", "(1, 5, 5)"), ("full", "(1, 7, 7)")])
@pytest.mark.parametrize("mode", ["zeros", "reflect", "replicate", "circular"])
def test_padding_by_name_and_mode(visit, frame, shape, mode):
    app = visit("convolution")
    app.segmented_control(key="frame").set_value(frame).run()
    app.selectbox(key="padding_mode").set_value(mode).run()
    assert agrees(app)
    assert shape in words(app)


def test_the_kernel_grows_and_shrinks(visit):
    app = visit("convolution")
    app.slider(key="kernel_rows").set_value(5).run()
    assert weights(app).shape == (1, 1, 5, 5)
    app.toggle(key="lock").set_value(False).run()
    app.slider(key="kernel_columns").set_value(2).run()
    app.slider(key="kernel_rows").set_value(1).run()
    assert weights(app).shape == (1, 1, 1, 2)
    assert weights(app).tolist() == [[[[0, 1]]]]
    assert agrees(app)


def test_more_output_channels_and_their_biases(visit):
    app = visit("convolution")
    app.slider(key="output_channels").set_value(4).run()
    assert weights(app).shape == (4, 1, 3, 3)
    np.testing.assert_array_equal(weights(app)[1, 0], np.rot90(weights(app)[0, 0]))
    app.number_input(key="bias_3").set_value(-1.5).run()
    assert "bias = torch.tensor([0., 0., 0., -1.5])" in words(app).replace("-3/2", "-1.5")
    assert agrees(app)
    app.slider(key="output_channels").set_value(1).run()
    assert agrees(app)


def test_the_kernel_follows_the_channels_of_the_input(visit):
    app = visit("convolution")
    app.segmented_control(key="input").set_value("random").run()
    app.slider(key="channels").set_value(3).run()
    assert weights(app).shape == (1, 3, 3, 3)
    assert app.query_params["kernel"] == app.text_input(key="kernel").value
    app.slider(key="output_channels").set_value(3).run()
    app.slider(key="groups").set_value(3).run()
    assert weights(app).shape == (3, 1, 3, 3)
    assert agrees(app)
    assert "groups=3" in words(app)


def test_random_weights_change_with_their_seed(visit):
    app = visit("convolution")
    app.segmented_control(key="weights_from").set_value("random").run()
    first = weights(app)
    np.testing.assert_array_equal(first[0], random_matrix(3, 3, 0, low=-3, high=3))
    app.number_input(key="kernel_seed").set_value(1).run()
    assert not np.array_equal(weights(app), first)
    app.slider(key="kernel_rows").set_value(4).run()
    assert weights(app).shape == (1, 1, 4, 4)
    assert agrees(app)


def test_learned_kernels_are_those_of_the_run(visit):
    app = visit("convolution")
    app.segmented_control(key="weights_from").set_value("learned").run()
    run = demo.RUN_OF["mnist"]
    steps = current_store().records.snapshots(run)
    learned = current_artifacts().load_weights(run, steps[-1])
    first = learned["conv1.weight"]
    np.testing.assert_array_equal(weights(app)[0, 0].astype("f4"), first[0, 0])
    assert max(map(len, app.text_input(key="kernel").value.split())) < 16  # short enough for an address
    app.slider(key="learned").set_value(2).run()
    np.testing.assert_array_equal(weights(app)[0, 0].astype("f4"), first[2, 0])
    app.query_params["step"] = str(steps[0])
    app.run()
    assert not np.array_equal(weights(app)[0, 0].astype("f4"), first[2, 0])
    assert not app.exception


@pytest.mark.parametrize("kind", ["digit", "random"])
def test_other_inputs(visit, kind):
    app = visit("convolution")
    app.segmented_control(key="input").set_value(kind).run()
    assert agrees(app)


def test_a_digit_of_either_data_set(visit):
    app = visit("convolution", input="digit", digit="9999")
    assert "A test image of MNIST" in words(app)
    app.segmented_control(key="dataset").set_value("digits").run()
    assert agrees(app)
    assert app.slider(key="digit").value == app.slider(key="digit").max < 9999
    assert 'datasets.load("digits")' in words(app)


@pytest.mark.parametrize("kind", ["picture", "drawing"])
def test_a_picture_in_the_address(visit, kind):
    app = visit("convolution")
    app.segmented_control(key="input").set_value(kind).run()
    assert not app.exception
    assert not app.error
    assert drawn(app) is None
    assert "Choose a PNG" in words(app) or "Draw with" in words(app)
    pixels = np.arange(12, dtype=np.uint8).reshape(1, 3, 4)
    app = visit("convolution", input=kind, **{kind: encode(pixels)})
    assert "(1, 3, 4) becomes **(1, 1, 2)**" in words(app)
    assert agrees(app)
    app = visit("convolution", input=kind, **{kind: encode(np.zeros((3, 5, 5), np.uint8))})
    assert "slices but reads" not in words(app) or app.error
    assert "The picture is blank" in words(app)


def test_flip_bias_and_activation(visit):
    app = visit("convolution")
    app.toggle(key="flip").set_value(True).run()
    app.number_input(key="bias").set_value(-12.5).run()
    app.segmented_control(key="activation").set_value("relu").run()
    assert "weight.flip((2, 3))" in words(app)
    assert ".relu()" in words(app)
    assert agrees(app)


MISFITS = {
    "dilation": ({"dilation_rows": 3}, "kernel 3 with dilation 3 spans 7 rows but the padded input has 5"),
    "kernel": ({"kernel": "1 2 3 4 5 6 7", "lock": "false"}, "kernel 7 spans 7 columns but the padded input has 5"),
    "valid": ({"dilation_rows": 3, "frame": "valid"}, "use padding >= 1"),
    "reflect": ({"padding_rows": 6, "padding_mode": "reflect"}, "padding 6 needs > 6 rows, the input has 5"),
    "circular": ({"padding_rows": 6, "padding_mode": "circular"}, "padding 6 needs >= 6 rows"),
    "groups": ({"groups": 3}, "groups 3 must divide the 1 input and the 1 output channels; use 1."),
    "slices": ({"kernel": "1 2; 3 4 | 1 2; 3 4"}, "each kernel has 2 slices but reads 1 channel"),
    "channels": ({"matrix": "1 2; 3 4 | 1 2; 3 4", "kernel": "1"}, "each kernel has 1 slice but reads 2 channels"),
    "pooling": ({"operation": "max_pool", "padding_rows": 3}, "padding 3 is more than half of the window's 2 rows"),
    "crop": ({"operation": "transposed", "kernel": "1", "padding_rows": 6}, "padding 6 crops everything"),
    "output padding": ({"operation": "transposed", "output_padding_rows": 2}, "output padding 2 must be smaller"),
}


@pytest.mark.parametrize("name", MISFITS)
def test_what_does_not_fit_is_told_and_mended(visit, name):
    address, sentence = MISFITS[name]
    app = visit("convolution", **{key: str(value) for key, value in address.items()})
    assert not app.exception
    assert sentence in app.error[0].value
    assert drawn(app) is None
    app.button(key="remedy").click().run()
    assert agrees(app)


BAD_TEXTS = ["", "1 2; 3", "nan", "1e308", "<script>", "💥", "1|1|1|1", "1 " * 30_000, "\x00", "١", "1 " * 101]


@pytest.mark.parametrize("name", ["matrix", "kernel"])
@pytest.mark.parametrize("text", BAD_TEXTS, ids=range(len(BAD_TEXTS)))
def test_a_text_that_is_no_matrix_is_told_and_the_page_stands(visit, name, text):
    app = visit("convolution")
    (app.text_area if name == "matrix" else app.text_input)(key=name).set_value(text).run()
    assert not app.exception
    assert "This does not fit" in app.error[0].value
    app.button(key="reset").click().run()
    assert agrees(app)


NUMBERS = ["stride_rows", "padding_rows", "dilation_rows", "bias", "groups", "operation", "frame", "padding_mode"]


@pytest.mark.parametrize("name", [*NUMBERS, "activation", "flip", "lock", "input", "cell", "learn"])
@pytest.mark.parametrize("value", ["nan", "-3", "1e999", "<b>", "", "99999999999999999999", "٣"])
def test_a_bad_address_leaves_the_page_standing(visit, name, value):
    app = visit("convolution", **{name: value})
    assert not app.exception
    assert drawn(app)


@pytest.mark.parametrize("kind", ["digit", "random", "picture", "drawing"])
@pytest.mark.parametrize("value", ["nan", "-3", "1e999", "<b>", "", "../../etc/passwd", "A" * 100_000])
def test_a_bad_input_in_the_address_leaves_the_page_standing(visit, kind, value):
    name = {"random": "seed"}.get(kind, kind)
    app = visit("convolution", input=kind, **{name: value})
    assert not app.exception
    assert drawn(app) or app.error


# What the picture sends back


WEIGHTS = parse_kernels("1 2; 3 4 | 5 6; 7 8")


def test_a_weight_is_changed_where_it_is_shown():
    assert kernels.edited(WEIGHTS, [0, 1, 0, 1, -2.5], flip=False)[0, 1].tolist() == [[5, -2.5], [7, 8]]
    assert kernels.edited(WEIGHTS, [0, 0, 0, 1, 9], flip=True)[0, 0].tolist() == [[1, 2], [9, 4]]


@pytest.mark.parametrize(
    "told",
    [None, [], "00000", [0, 0, 0, 0], [0, 0, 0, 9, 1], [0, 2, 0, 0, 1], [-1, 0, 0, 0, 1], [0, 0, 0, 0.0, 1],
     [0, 0, 0, 0, float("nan")], [0, 0, 0, 0, 1e308], [0, 0, 0, 0, "1"], [0, 0, 0, 0, None], {"row": 1}],
)  # fmt: skip
def test_a_weight_that_is_none_is_refused(told):
    with pytest.raises(Refusal):
        kernels.edited(WEIGHTS, told, flip=False)


def test_a_pin_stands_in_the_address():
    assert operation.cell_of([0, 12, 3]) == "0-12-3"


@pytest.mark.parametrize("pinned", [None, [], [0, 0], [0, 0, -1], ["0", 0, 0], [0, 0, 10**9], "0-0-0", {"row": 1}])
def test_a_pin_that_is_none_is_dropped(pinned):
    assert operation.cell_of(pinned) is None


# Learning and stacking


def test_a_kernel_is_learned(visit):
    app = visit("convolution", learn="true")
    picker(app, "example").set_value("edges").run()
    assert drawn(app, "learning_view")
    assert "The kernel is found" in words(app)
    app.select_slider(key="rate").set_value(2.1).run()
    assert "It diverges" in words(app)
    app.number_input(key="learning_steps").set_value(5).run()
    app.number_input(key="learning_seed").set_value(7).run()
    app.select_slider(key="rate").set_value(0.1).run()
    assert "More steps would come closer" in words(app)
    app.segmented_control(key="operation").set_value("max_pool").run()
    assert "no weights to learn" in words(app)
    assert not app.exception


def test_what_cannot_be_learned_is_told(visit):
    app = visit("convolution", learn="true", matrix="0 0 0; 0 0 0; 0 0 0")
    assert "the input is zero wherever the kernel looks" in words(app)
    assert not app.exception


def test_every_stack(visit):
    app = visit("convolution", stacked="true")
    for name in STACKS:
        picker(app, "stack_example").set_value(name).run()
        assert not app.exception
        assert drawn(app, "stack_view")
        assert STACKS[name].description in words(app)
        assert app.text_input(key="stack").value == STACKS[name].text


def test_the_bottleneck_is_compared(visit):
    app = visit("convolution", stacked="true", stack=STACKS["direct"].text)
    assert "**120,422,400**" in words(app)
    app = visit("convolution", stacked="true", stack=STACKS["bottleneck"].text)
    assert "**12,443,648**" in words(app)
    assert "12,443,648 multiply-adds against 120,422,400 (0.1 times)" in words(app)
    app = visit("convolution", stacked="true")
    assert "**Two 3x3** against **one 5x5**: 4,608 weights against 6,400 (18/25)" in words(app)
    app = visit("convolution", stacked="true", stack=STACKS["shapes"].text)
    assert "10 × 98 × 98" in words(app)


def test_layers_are_added_changed_and_taken_away(visit):
    app = visit("convolution", stacked="true", stack="1x28; conv 4 k3")
    app.number_input(key="stack_layers").set_value(3).run()
    assert app.text_input(key="stack").value == "1x28; conv 4 k3; conv 4 k3; conv 4 k3"
    app.number_input(key="stack_layer_2_kernel_size").set_value(5).run()
    app.number_input(key="stack_layer_2_padding").set_value(2).run()
    app.selectbox(key="stack_layer_3_kind").set_value("max").run()
    app.number_input(key="stack_side").set_value(20).run()
    assert app.text_input(key="stack").value == "1x20; conv 4 k3; conv 4 k5 p2; max k2 s2"
    app.selectbox(key="stack_layer_3_kind").set_value("conv").run()
    app.number_input(key="stack_layers").set_value(1).run()
    assert app.text_input(key="stack").value == "1x20; conv 4 k3"
    assert not app.exception


def test_a_stack_in_either_spelling(visit):
    """A pooling behind a convolution, as networks of one's own write it, is a layer."""
    app = visit("convolution", stacked="true", stack="1x28; conv 4 k5 max")
    assert "| 2 max pooling | 4 × 12 × 12 | 0 | 2,304 values | 6 × 6 |" in words(app)
    assert "| 1 convolution | 4 × 24 × 24 | 4 × (1 × 5 × 5 + 1) = 104 | 57,600 | 5 × 5 |" in words(app)
    assert app.selectbox(key="stack_layer_2_kind").value == "max"
    app.number_input(key="stack_layer_2_stride").set_value(1).run()
    assert app.text_input(key="stack").value == "1x28; conv 4 k5; max k2"
    app = visit("convolution", stacked="true", stack="1x28; conv 4 k5 relu")
    assert "a stack is not trained: leave 'relu' out" in app.error[0].value
    assert not app.exception


def test_a_stack_that_does_not_fit_is_told(visit):
    app = visit("convolution", stacked="true", stack="1x8; conv 4 k9")
    assert "layer 1, convolution: kernel 9 spans 9 rows" in app.error[0].value
    app.button(key="stack_reset").click().run()
    assert not app.error
    assert drawn(app, "stack_view")
