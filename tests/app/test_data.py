"""A computer without MNIST: digits meanwhile, the download told, a remedy for everything."""

import re

import pytest

from cnnviz.runs.store import current_store


@pytest.fixture
def nowhere(mnist, home, monkeypatch, fresh_server):
    """No MNIST, and no way to get it."""
    monkeypatch.delenv("CNNVIZ_DATA")
    monkeypatch.setenv("CNNVIZ_MIRRORS", "http://127.0.0.1:9/")
    return home


@pytest.mark.parametrize("page", ["network", "embedding", "predictions", "training"])
def test_the_digits_stand_in_and_say_so(nowhere, visit, page):
    app = visit(page)
    assert not app.exception
    assert app.selectbox(key="run").value == "demo-digits"
    assert any("scikit-learn digits" in badge.value for badge in app.get("markdown"))
    assert any("MNIST" in badge.value for badge in app.get("markdown"))  # missing, or on its way
    assert not app.warning  # a word is enough here: the sentence stands on the home page
    assert not app.error


def test_a_failed_download_says_why_and_can_be_tried_again(nowhere, visit, until):
    app = visit("home")
    until(app, lambda page: page.warning)
    (told,) = (warning.value for warning in app.warning)
    assert told.startswith("MNIST could not be downloaded from 127.0.0.1:9 (no connection). Check the connection")
    assert not re.search(r"Errno|urlopen|Error|<", told)
    assert len(told) < 200
    first = current_store().runs.newest("download")
    app.button(key="download_mnist").click().run()
    assert len(current_store().runs.newest("download")) == len(first) + 1
    assert not app.exception


@pytest.mark.parametrize("page", ["network", "embedding", "predictions", "training"])
def test_a_run_of_a_missing_data_set_says_what_to_do_and_offers_the_digits(nowhere, visit, page):
    app = visit(page, run="demo-mnist", step="20")
    assert not app.exception
    assert any("trained on MNIST" in warning.value for warning in app.warning)
    app.button(key="with_digits").click().run()
    assert not app.exception
    assert not app.warning
    assert app.selectbox(key="run").value == app.query_params["run"] == "demo-digits"


def test_mnist_cannot_be_trained_on_while_it_is_missing(nowhere, visit):
    assert visit("training", dataset="mnist").button(key="start").disabled
    assert not visit("training", dataset="digits").button(key="start").disabled


def test_a_folder_that_cannot_be_written_is_named_with_its_remedy(mnist, monkeypatch, fresh_server, visit):
    with monkeypatch.context() as elsewhere:
        elsewhere.setenv("CNNVIZ_HOME", "/dev/null/home")
        app = visit("home")
    assert "CNNVIZ_HOME=/dev/null/home cannot be written" in app.error[0].value
    assert not app.exception
