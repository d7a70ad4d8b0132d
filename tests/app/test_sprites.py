"""Sheets of images."""

import json

import numpy as np
import pytest
from PIL import Image

from cnnviz.ui.components.shared import static
from cnnviz.ui.components.shared.sprites import Images


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(static, "FOLDER", tmp_path / "static")
    return tmp_path / "static"


def test_a_sheet_holds_the_images_row_by_row(folder):
    images = np.arange(5, dtype=np.uint8).repeat(4).reshape(5, 2, 2)
    sheet = Images.of(images, ["zero", "one", "two", "three", "<four>"], columns=3)
    pixels = np.asarray(Image.open(folder / sheet.url.removeprefix("app/static/")))
    assert pixels[::2, ::2].tolist() == [[0, 1, 2], [3, 4, 0]]
    assert (pixels.shape, sheet.tile) == ((4, 6), 2)
    lines = folder / sheet.served["lines"].removeprefix("app/static/")
    assert json.loads(lines.read_text("utf-8")) == ["zero", "one", "two", "three", "<four>"]
    assert sheet.served["url"] == sheet.url
