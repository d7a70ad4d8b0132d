"""The command line, in processes of its own."""

import os
import re
import socket
import subprocess
import sys

import pytest

from cnnviz.cli.main import run
from cnnviz.datasets import mnist_files
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


def test_data_commands(mnist, home, tmp_path_factory):
    assert "the four files are those of MNIST" in cnnviz("data", "verify").stdout
    known = mnist_files.locate()
    assert cnnviz("data", "where").stdout.splitlines() == [str(mnist_files.raw(known))]
    (home / "datasets").mkdir()
    assert cnnviz("data", "where").stdout.splitlines()[-1] == str(home / "datasets")
    empty = tmp_path_factory.mktemp("empty")
    done = cnnviz("data", "where", CNNVIZ_HOME=str(empty), CNNVIZ_DATA="")
    assert (done.returncode, done.stdout) == (2, "")
    assert "MNIST is not on this computer yet" in done.stderr


WRONG = [
    (["train", "--epochs", "0"], {}, "epochs must be a whole number from 1 to 50; it is 0."),
    (["train", "--epochs", "9" * 400], {}, "epochs must be a whole number from 1 to 50"),
    (["train", "--learning-rate", "1_000"], {}, "learning rate must be a number from 1e-06 to 10"),
    (["train", "--learning-rate", "nan"], {}, "learning rate must be a number from 1e-06 to 10"),
    (["train", "--network", "no_such_network"], {}, "there are two_conv"),
    (["train", "--network", ""], {}, "There is no network ''; there are two_conv"),
    (["train", "--dataset", ""], {}, "There is no data set ''; there are mnist, digits."),
    (["train", "--dataset", "../../etc/passwd"], {}, "There is no data set '..·..·etc·passwd'; there are mnist"),
    (["train", "--recipe", ""], {}, "There is no recipe ''; there are"),
    (["train", "--optimiser", ""], {}, "is not one of 'sgd'"),
    (["train", "--layers", "x" * 501, "--network", "custom"], {}, "the layers have 501 characters; the limit is 500"),
    (["train", "--layers", "", "--network", "custom"], {}, "layer"),
    (["train", "--device", "cuda", "--dataset", "digits"], {}, "This computer has no cuda"),
    (["train", "more"], {}, "unexpected extra argument"),
    (["runs"], {"CNNVIZ_HOME": "/dev/null/x"}, "CNNVIZ_HOME=/dev/null/x cannot be written"),
    (["runs"], {"CNNVIZ_STORE": "nonsense"}, "CNNVIZ_STORE=nonsense is no address of a database"),
    (["recipes"], {"CNNVIZ_ARTIFACTS": "memory://"}, "CNNVIZ_ARTIFACTS=memory:// cannot be used"),
    (["data", "verify"], {"CNNVIZ_DATA": "/nowhere"}, "CNNVIZ_DATA=/nowhere is not a folder"),
    (["data", "fetch"], {"CNNVIZ_MIRRORS": "foo"}, "CNNVIZ_MIRRORS=foo is no list of addresses"),
    (["data", "where"], {"CNNVIZ_HOEM": "/x"}, "CNNVIZ_HOEM is no variable of cnnviz; the nearest is CNNVIZ_HOME"),
    (["serve"], {"CNNVIZ_LANGUAGE": "no_such_language"}, "CNNVIZ_LANGUAGE=no_such_language has no catalogue"),
    (["serve", "--server.port=99999"], {}, "--server.port must be a whole number from 1 to 65535; it is 99999"),
    (["serve", "--server.port", "http"], {}, "--server.port must be a whole number from 1 to 65535"),
    (["serve"], {"STREAMLIT_SERVER_PORT": "-1"}, "--server.port must be a whole number from 1 to 65535"),
    (["serve", "--server.port=8502", "--server.address=nowhere.invalid"], {}, "Port 8502 of 'nowhere.invalid' cannot"),
    (["fly"], {}, "No such command 'fly'"),
]


@pytest.mark.parametrize(("arguments", "environment", "sentence"), WRONG, ids=[str(k) for k in range(len(WRONG))])
def test_what_cannot_be_done_is_one_sentence_and_status_2(home, monkeypatch, capfd, arguments, environment, sentence):
    """In this process: it is refused before anything begins."""
    monkeypatch.setattr(sys, "argv", ["cnnviz", *arguments])
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SystemExit) as end:
        run()
    assert end.value.code == 2
    assert sentence in capfd.readouterr().err


@pytest.mark.slow
@pytest.mark.parametrize("case", [0, 15, 23])
def test_so_it_is_in_a_process_of_its_own(home, case):
    arguments, environment, sentence = WRONG[case]
    done = cnnviz(*arguments, **environment)
    assert done.returncode == 2
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.slow
def test_all_that_is_wrong_is_named_at_start_in_one_line(home):
    wrong = {"CNNVIZ_STORE": "://", "CNNVIZ_ARTIFACTS": "memory://", "CNNVIZ_MIRRORS": ",", "CNNVIZ_HOEM": "x"}
    done = cnnviz("serve", **wrong)
    assert done.returncode == 2
    assert all(name in done.stderr for name in wrong)
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.slow
def test_a_dashboard_started_by_streamlit_ends_so_too(home):
    start = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port=0", "--server.headless=true"]
    wrong = {"CNNVIZ_STORE": "://", "CNNVIZ_HOEM": "x"}
    done = subprocess.run(
        start, capture_output=True, text=True, cwd=ROOT, env=os.environ | wrong, timeout=120, check=False
    )
    assert done.returncode == 2
    assert "CNNVIZ_HOEM is no variable of cnnviz" in done.stderr
    assert "CNNVIZ_STORE=:// is no address" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.slow
@pytest.mark.parametrize("spelling", ["--server.port={}", "--server.port {}"])
def test_a_port_that_is_taken_ends_with_status_2(home, spelling):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = cnnviz("serve", *spelling.format(port).split())
        assert done.returncode == 2
        assert f"Port {port} of '127.0.0.1' cannot be had" in done.stderr


def test_fetch_without_a_mirror_says_why(home):
    done = cnnviz("data", "fetch", CNNVIZ_DATA="", CNNVIZ_MIRRORS="http://127.0.0.1:9/")
    assert done.returncode == 2
    assert "MNIST could not be downloaded from 127.0.0.1:9" in done.stderr
