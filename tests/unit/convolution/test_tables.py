"""Tables as people paste them, from the tools that they have."""

from __future__ import annotations

import io

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from cnnviz.convolution.matrices import LONGEST_TEXT, parse_kernels, parse_matrix
from cnnviz.refusal import Refusal

SOBEL = [[1, 0, -1], [2, 0, -2], [1, 0, -1]]
HALVES = [[0.5, 1.5, 0.5], [1.5, 2.5, 1.5], [0.5, 1.5, 0.5]]
TWO = [[1, 2], [3, 4]]

PASTED = {
    # spreadsheets and files
    "tabs": ("1\t0\t-1\n2\t0\t-2\n1\t0\t-1\n", SOBEL),
    "tabs, decimal comma": ("0,5\t1,5\t0,5\n1,5\t2,5\t1,5\n0,5\t1,5\t0,5\n", HALVES),
    "tabs, decimal point": ("0.5\t1.5\t0.5\r\n1.5\t2.5\t1.5\r\n0.5\t1.5\t0.5\r\n", HALVES),
    "tabs, trailing": ("1\t0\t-1\t\n2\t0\t-2\t\n1\t0\t-1\t", SOBEL),
    "old Mac lines": ("1\t2\r3\t4\r", TWO),
    "a column, decimal comma": ("0,5\n1\n1,5", [[0.5], [1], [1.5]]),
    "semicolons": ("1;0;-1\n2;0;-2\n1;0;-1\n", SOBEL),
    "semicolons, trailing": ("1;0;-1;\n2;0;-2;\n1;0;-1;", SOBEL),
    "semicolons, decimal comma": ("0,5;1,5;0,5\n1,5;2,5;1,5\n0,5;1,5;0,5", HALVES),
    "semicolons and blanks": ("1; 0; -1\n2; 0; -2\n1; 0; -1", SOBEL),
    "commas": ("1,0,-1\n2,0,-2\n1,0,-1", SOBEL),
    "commas, trailing": ("1,0,-1,\n2,0,-2,\n1,0,-1,\n", SOBEL),
    "commas, quoted": ('"1","0","-1"\n"2","0","-2"\n"1","0","-1"', SOBEL),
    "commas, quoted decimals": ('"0,5","1,5","0,5"\n"1,5","2,5","1,5"\n"0,5","1,5","0,5"', HALVES),
    "a mark of byte order": ("\ufeff1;2\n3;4", TWO),
    "unbreakable blanks": ("1\u00a00\u00a0-1\n2\u00a00\u00a0-2\n1\u00a00\u00a0-1", SOBEL),
    "blank lines": ("\n\n1 0 -1\n\n2 0 -2\n\n1 0 -1\n\n", SOBEL),
    "true minus": ("1 0 \u22121\n2 0 \u22122\n1 0 \u22121", SOBEL),
    "dashes": ("1 0 \u20131\n2 0 \u20132\n1 0 \u20131", SOBEL),
    "percents": ("50%\t100%\n25 %\t0%", [[0.5, 1], [0.25, 0]]),
    "thousands, point": ("1,234.5\t2,000.0\n3\t4", [[1234.5, 2000], [3, 4]]),
    "thousands, comma": ("1.234,5\t2.000,0\n3\t4", [[1234.5, 2000], [3, 4]]),
    "thousands, blank": ("1 234,5\t2 000\n3\t4", [[1234.5, 2000], [3, 4]]),
    "thousands, narrow blank": ("1\u202f234,5\t2\u00a0000\n3\t4", [[1234.5, 2000], [3, 4]]),
    "thousands, apostrophe": ("1'234.5\t2\u2019000\n3\t4", [[1234.5, 2000], [3, 4]]),
    "thousands, twice": ("123,456\t1,000,000\n3\t4", [[123456, 1e6], [3, 4]]),
    "thousands beside points": ("1,234\t0.5\n3\t4", [[1234, 0.5], [3, 4]]),
    "decimals beside thousands": ("1,234\t0,5\n3\t4", [[1.234, 0.5], [3, 4]]),
    # Python
    "list": ("[[1, 0, -1], [2, 0, -2], [1, 0, -1]]", SOBEL),
    "list over lines": ("[\n  [1, 0, -1],\n  [2, 0, -2],\n  [1, 0, -1],\n]", SOBEL),
    "rows of lists": ("[1, 0, -1],\n[2, 0, -2],\n[1, 0, -1]", SOBEL),
    "tuples": ("((1, 2), (3, 4))", TWO),
    "no blanks": ("[[1,2],[3,4]]", TWO),
    "assigned": ("kernel = [[1, 2], [3, 4]]", TWO),
    "np.array": ("np.array([[1, 2], [3, 4]], dtype=np.float32)", TWO),
    "assigned array": ("k = np.array([[1., 2.], [3., 4.]])", TWO),
    "shown array": ("array([[1., 2.],\n       [3., 4.]], dtype=float32)", TWO),
    "printed array": ("[[1. 2.]\n [3. 4.]]", TWO),
    "printed integers": ("[[ 1  0 -1]\n [ 2  0 -2]\n [ 1  0 -1]]", SOBEL),
    "booleans": ("[[ True False]\n [False  True]]", [[1, 0], [0, 1]]),
    "tensor": ("tensor([[1., 2.],\n        [3., 4.]])", TWO),
    "tensor somewhere": ("tensor([[1., 2.],\n        [3., 4.]], device='cuda:0', dtype=torch.float64)", TWO),
    "tensor with gradient": ("tensor([[1., 2.],\n        [3., 4.]], requires_grad=True)", TWO),
    "tensor of a graph": ("tensor([[1., 2.],\n        [3., 4.]], grad_fn=<AddBackward0>)", TWO),
    "parameter": ("torch.nn.Parameter(torch.tensor([[1, 2], [3, 4]]))", TWO),
    "underscores": ("[[1_000, 2], [3, 4]]", [[1000, 2], [3, 4]]),
    "data frame": ("   0  1  2\n0  1  0 -1\n1  2  0 -2\n2  1  0 -1", SOBEL),
    "data frame as CSV": (",0,1,2\n0,1,0,-1\n1,2,0,-2\n2,1,0,-1\n", SOBEL),
    "data frame as CSV, named": (",a,b\nx,1,2\ny,3,4\n", TWO),
    "data frame in the clipboard": ("\t0\t1\n0\t1\t2\n1\t3\t4\n", TWO),
    "data frame, named": ("   a  b\nx  1  2\ny  3  4", TWO),
    "TensorFlow": (
        "<tf.Tensor: shape=(2, 2), dtype=int32, numpy=\narray([[1, 2],\n       [3, 4]], dtype=int32)>", TWO,
    ),
    "JAX": ("Array([[1., 2.],\n       [3., 4.]], dtype=float32)", TWO),
    "wide letters": ("１，２；３，４", TWO),
    "a factor before": ("1/9 * np.array([[1, 2], [3, 4]])", [[1 / 9, 2 / 9], [3 / 9, 4 / 9]]),
    "a factor behind": ("np.array([[1, 2], [3, 4]]) / 16", [[1 / 16, 2 / 16], [3 / 16, 4 / 16]]),
    "quoted numbers": ("[['1', '2'], ['3', '4']]", TWO),
    "JSON": ('{"kernel": 1}'[:0] + "[[1,2],[3,4]];", TWO),
    # MATLAB, Octave, Julia, R, Mathematica, C
    "MATLAB": ("A = [1 2; 3 4];", TWO),
    "MATLAB, commas": ("[1, 2; 3, 4]", TWO),
    "MATLAB, tight commas": ("[1,2;3,4]", TWO),
    "MATLAB over lines": ("A = [1 0 -1\n     2 0 -2\n     1 0 -1]", SOBEL),
    "MATLAB going on": ("A = [1 0 -1; ...\n     2 0 -2; ...\n     1 0 -1];", SOBEL),
    "MATLAB shown": ("A =\n\n     1     0    -1\n     2     0    -2\n     1     0    -1\n\n", SOBEL),
    "MATLAB, common factor": ("A =\n\n   1.0e+03 *\n\n    0.001    1.000\n    0.002    0.003\n", [[1, 1e3], [2, 3]]),
    "Julia": ("2×2 Matrix{Int64}:\n 1  2\n 3  4", TWO),
    "R": ("     [,1] [,2]\n[1,]    1    2\n[2,]    3    4", TWO),
    "Mathematica": ("{{1, 2}, {3, 4}}", TWO),
    "C": ("float kernel[2][2] = {{1.0f, 2.0f}, {3.0f, 4.0f}};", TWO),
    "C over lines": ("const int k[3][3] = {\n  {1, 0, -1},\n  {2, 0, -2},\n  {1, 0, -1}\n};", SOBEL),
    "Java": ("int[][] k = new int[][] {{1, 2}, {3, 4}};", TWO),
    "Excel's constant": ("{1,2;3,4}", TWO),
    "Sage": ("[ 1  0 -1]\n[ 2  0 -2]\n[ 1  0 -1]", SOBEL),
    "SymPy": ("Matrix([\n[1, 2],\n[3, 4]])", TWO),
    # LaTeX
    "pmatrix": (r"\begin{pmatrix} 1 & 2 \\ 3 & 4 \end{pmatrix}", TWO),
    "bmatrix": ("\\begin{bmatrix}\n1 & 0 & -1 \\\\\n2 & 0 & -2 \\\\\n1 & 0 & -1 \\\\\n\\end{bmatrix}", SOBEL),
    "array": (r"\left[\begin{array}{cc} 1 & 2 \\[2pt] 3 & 4 \end{array}\right]", TWO),
    "ruled array": (r"\begin{array}{|c|c|} \hline 1 & 2 \\ \hline 3 & 4 \\ \hline \end{array}", TWO),
    "in dollars": (r"$$K = \begin{pmatrix} 1 & 2 \\ 3 & 4 \end{pmatrix}.$$", TWO),
    "fractions": (
        r"\begin{bmatrix} \frac{1}{9} & -\frac{1}{8} \\ \tfrac12 & 1 \end{bmatrix}", [[1 / 9, -1 / 8], [1 / 2, 1]],
    ),
    "a fraction before": (r"\frac{1}{4} \begin{bmatrix} 1 & 2 \\ 3 & 4 \end{bmatrix}", [[0.25, 0.5], [0.75, 1]]),
    "powers of ten": (r"\begin{bmatrix} 1.5 \times 10^{-2} & 2 \\ 3 & 4 \end{bmatrix}", [[0.015, 2], [3, 4]]),
    "rows alone": (r"1 & 2 \\ 3 & 4", TWO),
    "a minus with a gap": (r"\begin{bmatrix} 1 & - 2 \\ 3 & 4 \end{bmatrix}", [[1, -2], [3, 4]]),
    # drawn tables
    "Markdown": ("| 1 | 0 | -1 |\n|---|---|----|\n| 2 | 0 | -2 |\n| 1 | 0 | -1 |", SOBEL),
    "Markdown, aligned": ("|  1 |  2 |\n|---:|:--:|\n|  3 |  4 |\n", TWO),
    "Markdown with a head": ("| a | b |\n| --- | --- |\n| 1 | 2 |\n| 3 | 4 |", TWO),
    "Markdown with an empty head": ("| | |\n|-|-|\n|---|---|\n| 1 | 2 |\n| 3 | 4 |", TWO),
    "Markdown of a data frame": ("|    |   0 |   1 |\n|---:|----:|----:|\n|  0 |   1 |   2 |\n|  1 |   3 |   4 |", TWO),
    "Markdown without rules": ("| 1 | 2 |\n| 3 | 4 |", TWO),
    "bars between": ("1 | 2\n3 | 4", TWO),
    "PostgreSQL": (" a | b \n---+---\n 1 | 2\n 3 | 4\n", TWO),
    "grid": ("+---+---+\n| 1 | 2 |\n+---+---+\n| 3 | 4 |\n+---+---+", TWO),
    "boxes": ("┌───┬───┐\n│ 1 │ 2 │\n├───┼───┤\n│ 3 │ 4 │\n└───┴───┘", TWO),
    # as it is typed here
    "typed": ("1 0 -1; 2 0 -2; 1 0 -1", SOBEL),
    "typed, trailing": ("1 0 -1; 2 0 -2; 1 0 -1;", SOBEL),
    "typed over lines": ("1 0 -1;\n2 0 -2;\n1 0 -1", SOBEL),
    "typed rows in lines": ("1 0 -1; 2 0 -2\n1 0 -1", SOBEL),
    "typed with commas": ("1, 2; 3, 4", TWO),
    "typed with tight commas": ("1,2;3,4", TWO),
    "fractions typed": ("1/9 1/8\n1/2 1", [[1 / 9, 1 / 8], [1 / 2, 1]]),
    "a column": ("1; 0; -1", [[1], [0], [-1]]),
    "a column in lines": ("1\n0\n-1", [[1], [0], [-1]]),
}  # fmt: skip


@pytest.mark.parametrize("name", PASTED)
def test_a_table_is_read_as_it_was_meant(name):
    text, table = PASTED[name]
    np.testing.assert_allclose(parse_matrix(text), [table], rtol=1e-15)
    np.testing.assert_allclose(parse_matrix(f"\n  {text}\n\n"), [table], rtol=1e-15)


CHANNELS = {
    "list": "[[[1, 2], [3, 4]], [[5, 6], [7, 8]]]",
    "tensor": "tensor([[[1., 2.],\n         [3., 4.]],\n\n        [[5., 6.],\n         [7., 8.]]])",
    "printed array": "[[[1 2]\n  [3 4]]\n\n [[5 6]\n  [7 8]]]",
    "a batch of one": "[[[[1, 2], [3, 4]], [[5, 6], [7, 8]]]]",
    "typed": "1 2; 3 4 | 5 6; 7 8",
    "typed over lines": "1 2\n3 4\n|\n5 6\n7 8",
    "typed lists": "[[1, 2], [3, 4]] | [[5, 6], [7, 8]]",
}


@pytest.mark.parametrize("name", CHANNELS)
def test_channels_are_read(name):
    assert parse_matrix(CHANNELS[name]).tolist() == [[[1, 2], [3, 4]], [[5, 6], [7, 8]]]


REFUSED = {
    "decimal comma or two numbers": ("0,5 1,5 0,5", "'0,5', which may be one number or two"),
    "decimal commas in a list": ("0,5, 1,5", "which may be one number or two"),
    "decimal commas in brackets": ("[0,5 1,5; 2,5 3,5]", "which may be one number or two"),
    "thousands or decimals": ("1,234\t5,678", "may mean 1.234 or 1234"),
    "blanks in thousands": ("1\u00a0234 5\n6 7", "which may be one number or two"),
    "both kinds of decimals": ("0,5\t1.5", "has a decimal comma in '0,5' but not in '1.5'"),
    "an empty cell": ("1\t\t3\n4\t5\t6", "has an empty cell in row 1"),
    "an empty cell of a file": ("1,2,3\n4,,6", "has an empty cell in row 2"),
    "an empty corner of numbers": ("\t5\n7\t8", "has an empty cell in row 1"),
    "groups of thousands": ("1 000\n2 000", "'1 000', which may be one number or two"),
    "negative in brackets": ("(1)\t(2)\n(3)\t(4)", "may mean that it is negative"),
    "cut short": ("[[0. 0. 0. ... 0. 0. 0.]\n [0. 0. 0. ... 0. 0. 0.]]", "is cut short with ...; paste all"),
    "cut short in lines": ("[[1, 2],\n ...,\n [3, 4]]", "is cut short"),
    "channels or a blank line": ("1 2\n3 4\n\n5 6\n7 8", "has a blank line between its rows; delete it, or write |"),
    "transposed": ("np.array([[1, 2], [3, 4]]).T", "beside its numbers"),
    "an expression": ("np.ones((3, 3)) / 9 + [[1]]", "the matrix"),
    "open brackets": ("[[1, 2], [3, 4]", "brackets of the matrix do not match"),
    "uneven lists": ("[[1, 2], 3]", "nested unevenly"),
    "too deep": ("[[[[[1]]]]]", "nested more than 4 lists deep"),
    "words": ("one two", "'one' where a number is needed"),
    "complex": ("1j 2", "'1j' where a number is needed"),
    "not a number": ("[[nan, 1], [2, 3]]", "'nan' where a number is needed"),
    "uneven rows": ("1 2\n3", "rows of the matrix have 1 to 2 numbers"),
    "two tables": ("1 2 || 3 4", "is 2 tables"),
    "an image from elsewhere": ("data:image/png;base64,iVBORw0KGgo=", "the matrix"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_table_or_two_is_refused_with_the_reason(name):
    text, reason = REFUSED[name]
    with pytest.raises(Refusal, match="matrix") as caught:
        parse_matrix(text)
    assert reason in str(caught.value)


numbers = st.floats(-1e6, 1e6).map(lambda value: float(f"{value:.6g}"))
tables = arrays(float, array_shapes(min_dims=2, max_dims=2, max_side=5), elements=numbers)


@given(tables, st.sampled_from(["\t", ";"]), st.sampled_from([".", ","]), st.sampled_from(["\n", "\r\n"]))
def test_what_a_spreadsheet_writes_is_read_or_refused_but_never_misread(table, between, mark, end):
    if table.shape[1] == 1 or (between == ";" and len(table) == 1):
        return  # nothing is between; or in one line, where a semicolon ends a row, as it says beside the field
    text = end.join(between.join(f"{value:.6g}".replace(".", mark) for value in row) for row in table)
    try:
        np.testing.assert_array_equal(parse_matrix(text)[0], table)
    except Refusal as refusal:
        assert "which may mean" in str(refusal)


@given(tables)
def test_what_numpy_and_torch_print_is_read(table):
    shown = np.array2string(table, threshold=10**6)
    np.testing.assert_allclose(parse_matrix(shown)[0], table, rtol=1e-6, atol=1e-6)
    np.testing.assert_array_equal(parse_matrix(repr(table.tolist()))[0], table)
    np.testing.assert_array_equal(parse_matrix(f"np.{table!r}")[0], parse_matrix(repr(table))[0])
    printed = parse_matrix(repr(torch.tensor(table)))[0]
    np.testing.assert_allclose(printed, table, rtol=1e-3, atol=1e-3 * abs(table).max())


@given(tables)
def test_what_numpy_saves_is_read(table):
    for between in (" ", ",", "\t", "; "):
        file = io.StringIO()
        np.savetxt(file, table, delimiter=between)
        if between == "; " and len(table) == 1:
            continue
        np.testing.assert_array_equal(parse_matrix(file.getvalue())[0], table)


@pytest.mark.parametrize("shape", [(2, 3, 2, 2), (4, 1, 1, 3), (1, 1, 3, 3), (3, 2, 2, 1)])
def test_the_weights_of_a_layer_are_read_as_torch_prints_them(shape):
    weights = torch.arange(float(np.prod(shape))).reshape(shape)
    for text in (repr(weights), repr(torch.nn.Parameter(weights)), str(weights.numpy()), repr(weights.tolist())):
        assert parse_kernels(text).tolist() == weights.tolist()


PIECES = ["1", " ", ",", "[", "]", "[[", "|", "--", "a", "a=", "\n", "1,", "1 ", "&", "=", "...\n", "1.", "1'", "1 111"]


@pytest.mark.parametrize("piece", [*PIECES, "\\begin{", "\\frac{1}", "\\\\ ", "[,1]", "1e", '"', ", a=1", "a.b("])
def test_a_long_text_of_any_kind_is_answered(piece):
    """Work that grows much faster than the length would not end here."""
    for text in (piece * (LONGEST_TEXT // len(piece)), "[[1, 2]" + piece * (LONGEST_TEXT // len(piece) - 10)):
        with pytest.raises(Refusal):
            parse_matrix(text[:LONGEST_TEXT])


@pytest.mark.parametrize("text", ["[" * 9000 + "1" + "]" * 9000, "1*\n" * 6000, "(" * 9000 + "1" + ")" * 9000])
def test_a_text_that_is_nested_without_end_is_refused(text):
    with pytest.raises(Refusal):
        parse_matrix(text)
