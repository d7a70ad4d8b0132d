from pathlib import Path

import pytest

from cnnviz.configuration import MIRRORS, ROOT, Configuration, root, shown
from cnnviz.refusal import Refusal
from tests import conftest


def test_everything_has_a_default_below_the_users_data_folder():
    configuration = Configuration.from_environment({})
    assert configuration.home.name == "cnnviz"
    assert configuration.data is None
    assert configuration.store is None
    assert configuration.artifacts is None
    assert configuration.mirrors == MIRRORS
    assert configuration.language == "en"


def test_variables_win(tmp_path):
    environment = {
        "CNNVIZ_HOME": str(tmp_path / "home"),
        "CNNVIZ_DATA": str(tmp_path),
        "CNNVIZ_STORE": "postgresql+psycopg://u@h/d",
        "CNNVIZ_ARTIFACTS": "s3://bucket/runs",
        "CNNVIZ_MIRRORS": "http://a/,http://b/",
        "CNNVIZ_LANGUAGE": "en",
    }
    configuration = Configuration.from_environment(environment)
    configuration.check()
    assert (tmp_path / "home").is_dir()
    assert configuration == Configuration(
        tmp_path / "home", tmp_path, "postgresql+psycopg://u@h/d", "s3://bucket/runs", ("http://a/", "http://b/"), "en"
    )


def test_an_unwritable_home_is_named(tmp_path):
    file = tmp_path / "file"
    file.write_text("")
    configuration = Configuration.from_environment({"CNNVIZ_HOME": str(file / "home")})
    with pytest.raises(Refusal, match=r"CNNVIZ_HOME=.*/file/home cannot be written .*; set CNNVIZ_HOME to a folder"):
        configuration.check()


def test_a_data_folder_that_is_not_there_is_named(tmp_path):
    configuration = Configuration.from_environment({"CNNVIZ_HOME": str(tmp_path), "CNNVIZ_DATA": "/no/such/folder"})
    assert configuration.data == Path("/no/such/folder")
    with pytest.raises(Refusal, match="CNNVIZ_DATA=/no/such/folder is not a folder"):
        configuration.check()


def test_a_language_without_a_catalogue_is_named(tmp_path):
    configuration = Configuration.from_environment(
        {"CNNVIZ_HOME": str(tmp_path), "CNNVIZ_LANGUAGE": "no_such_language"}
    )
    with pytest.raises(Refusal, match="CNNVIZ_LANGUAGE=no_such_language has no catalogue; there are en"):
        configuration.check()


def test_the_root_lies_around_the_package_or_inside_an_installed_one(tmp_path):
    assert root(tmp_path / "cnnviz") == tmp_path
    (tmp_path / "cnnviz" / "dashboard").mkdir(parents=True)
    assert root(tmp_path / "cnnviz") == tmp_path / "cnnviz" / "dashboard"
    assert ROOT == conftest.ROOT


WRONG = {
    "CNNVIZ_HOEM": ("/x", "CNNVIZ_HOEM is no variable of cnnviz; the nearest is CNNVIZ_HOME"),
    "CNNVIZ_MIRROR": ("http://x/", "CNNVIZ_MIRROR is no variable of cnnviz; the nearest is CNNVIZ_MIRRORS"),
    "CNNVIZ_data": ("/x", "CNNVIZ_data is no variable of cnnviz; the nearest is CNNVIZ_DATA"),
    "CNNVIZ_": ("", "CNNVIZ_ is no variable of cnnviz"),
    "CNNVIZ_DATA": ("/no/such/folder", "CNNVIZ_DATA=/no/such/folder is not a folder"),
    "CNNVIZ_LANGUAGE": ("../../x", "CNNVIZ_LANGUAGE=../../x has no catalogue; there are en"),
    "CNNVIZ_HOME": ("/dev/null", "CNNVIZ_HOME=/dev/null cannot be written (it is a file)"),
    "CNNVIZ_MIRRORS": ("foo", "CNNVIZ_MIRRORS=foo is no list of addresses; write such as https://"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_variable_is_named_with_a_remedy(tmp_path, name):
    value, words = WRONG[name]
    with pytest.raises(Refusal) as refusal:
        Configuration.from_environment({"CNNVIZ_HOME": str(tmp_path), name: value}).check()
    assert words in str(refusal.value)


def test_all_that_is_wrong_is_named_in_one_line():
    with pytest.raises(Refusal) as refusal:
        Configuration.from_environment({name: value for name, (value, _) in WRONG.items()}).check()
    assert all(words in str(refusal.value) for _, words in WRONG.values())
    assert len(str(refusal.value).splitlines()) == 1


@pytest.mark.parametrize("mirrors", [",", " , ", "foo", "http://", "http://a:b/", "ftp://a/", "://", "a/b,http://x/"])
def test_mirrors_that_are_no_addresses_are_refused(tmp_path, mirrors):
    environment = {"CNNVIZ_HOME": str(tmp_path), "CNNVIZ_MIRRORS": mirrors}
    with pytest.raises(Refusal, match="is no list of addresses"):
        Configuration.from_environment(environment).check()


def test_blanks_around_a_value_are_no_part_of_it(tmp_path):
    environment = {"CNNVIZ_HOME": f" {tmp_path} ", "CNNVIZ_MIRRORS": " http://a/ , http://b/ ,", "CNNVIZ_STORE": "  "}
    configuration = Configuration.from_environment(environment)
    assert (configuration.home, configuration.mirrors) == (tmp_path, ("http://a/", "http://b/"))
    assert configuration.store is None


def test_the_home_of_an_unknown_user_is_told():
    with pytest.raises(Refusal, match="CNNVIZ_DATA=~no_such_user/x is in the home of a user who is not known here"):
        Configuration.from_environment({"CNNVIZ_DATA": "~no_such_user/x"})


def test_a_value_is_shown_on_one_line_and_short():
    assert shown("a\nb\udcff\x1b") == "a·b··"
    assert len(shown("x" * 10**6)) == 201


def test_a_data_file_may_be_named(tmp_path):
    (tmp_path / "mnist.npz").write_bytes(b"x")
    environment = {"CNNVIZ_HOME": str(tmp_path), "CNNVIZ_DATA": str(tmp_path / "mnist.npz")}
    Configuration.from_environment(environment).check()
