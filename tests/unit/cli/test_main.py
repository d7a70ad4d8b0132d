"""The command line, in processes of its own."""

import os
import re
import subprocess
import sys

import pytest

from tests.conftest import ROOT


def cnnviz(*arguments, **environment):
    return subprocess.run(
        [sys.executable, "-m", "cnnviz", *arguments],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={**os.environ, **environment},
        timeout=120,
        check=False,
    )


@pytest.mark.slow
def test_train_and_list(home):
    options = ["--dataset", "digits", "--network", "two_conv", "--optimiser", "adam", "--learning-rate", "0.001"]
    done = cnnviz("train", *options, "--epochs", "3", "--batch-size", "32", "--watch")
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("train, smoothed") == 1  # at the end, as nobody looks
    assert "\x1b[" not in done.stdout
    run_id, accuracy = re.search(r"(\w+)  finished  ([\d.]+)% of 360 test images", done.stdout).groups()
    assert float(accuracy) > 50
    listed = cnnviz("runs")
    assert re.search(rf"{run_id} .* finished .* {accuracy}% .* Two convolutions · Adam 0.001 · 3 epochs", listed.stdout)


WATCHED = ["train", "--dataset", "digits", "--network", "dense", "--epochs", "20", "--watch"]


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="there are no pseudo-terminals")
def test_watch_draws_again_and_again_in_a_terminal(home):
    import pty

    shown, ours = pty.openpty()
    process = subprocess.Popen([sys.executable, "-m", "cnnviz", *WATCHED], cwd=ROOT, stdout=ours, stderr=ours)
    os.close(ours)
    seen = b""
    while True:
        try:
            seen += os.read(shown, 65536)
        except OSError:  # the other end was closed
            break
    os.close(shown)
    assert process.wait(60) == 0
    assert seen.count(b"train, smoothed") > 1
    assert b"\x1b[H\x1b[2J" in seen or b"\x1b[2J" in seen


def test_data_commands(mnist, home):
    assert "the four files are those of MNIST" in cnnviz("data", "verify").stdout
    assert str(home / "datasets" / "MNIST" / "raw") in cnnviz("data", "where").stdout


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arguments", "environment", "sentence"),
    [
        (["train", "--epochs", "0"], {}, "epochs must be a whole number from 1 to 50; it is 0."),
        (["train", "--learning-rate", "1_000"], {}, "learning rate must be a number from 1e-06 to 10"),
        (["train", "--network", "lenet"], {}, "there are two_conv"),
        (["runs"], {"CNNVIZ_HOME": "/dev/null/x"}, "CNNVIZ_HOME=/dev/null/x cannot be written"),
        (["runs"], {"CNNVIZ_STORE": "nonsense"}, "CNNVIZ_STORE=nonsense cannot be opened"),
        (["data", "verify"], {"CNNVIZ_DATA": "/nowhere"}, "CNNVIZ_DATA=/nowhere is not a folder"),
        (["fly"], {}, "No such command 'fly'"),
    ],
)
def test_what_cannot_be_done_is_one_sentence_and_status_2(home, arguments, environment, sentence):
    done = cnnviz(*arguments, **environment)
    assert done.returncode == 2
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr


def test_fetch_without_a_mirror_says_why(home):
    done = cnnviz("data", "fetch", CNNVIZ_DATA="", CNNVIZ_MIRRORS="http://127.0.0.1:9/")
    assert done.returncode == 2
    assert "MNIST could not be downloaded from 127.0.0.1:9" in done.stderr
