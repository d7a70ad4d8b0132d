from pathlib import Path

import pytest

from cnnviz.configuration import MIRRORS, ROOT, Configuration, root
from cnnviz.refusal import Refusal
from tests import conftest


def test_everything_has_a_default_below_the_users_data_folder():
    configuration = Configuration.from_environment({})
    assert configuration.home.name == "cnnviz"
    assert configuration.data is None
    assert configuration.store == f"sqlite:///{configuration.home / 'runs.db'}"
    assert configuration.artifacts == str(configuration.home / "artifacts")
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
