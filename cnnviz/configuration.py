"""Where things are kept, read from the environment."""

from __future__ import annotations

import difflib
import os
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import platformdirs

from cnnviz.language import Sentence, all_of, joined, language, languages, mark, sentence
from cnnviz.refusal import Refusal

MIRRORS = (
    "https://ossci-datasets.s3.amazonaws.com/mnist/",
    "https://storage.googleapis.com/cvdf-datasets/mnist/",
)
SCHEMES = ("http", "https", "file")  # of mirrors
PREFIX = "CNNVIZ_"
VARIABLES = ("HOME", "DATA", "STORE", "ARTIFACTS", "MIRRORS", "LANGUAGE", "BROWSER")
"""What stands behind the prefix; the browser is that of the tests."""
LONGEST_SHOWN = 200  # characters of a value


def root(package: Path) -> Path:
    """The folder of app.py, pages/ and assets/: inside an installed package, around it in the source tree."""
    installed = package / "dashboard"  # pyproject.toml puts them there
    return installed if installed.is_dir() else package.parent


ROOT = root(Path(__file__).parent)
"""The only path made from the place of a file."""


@dataclass(frozen=True)
class Configuration:
    """The folders and addresses that one installation works with."""

    home: Path  # CNNVIZ_HOME: what cnnviz writes (runs, weights, downloads)
    data: Path | None  # CNNVIZ_DATA: data sets that are already on this computer, only read
    store: str | None  # CNNVIZ_STORE: SQLAlchemy address of the run store; None: SQLite in the home
    artifacts: str | None  # CNNVIZ_ARTIFACTS: fsspec address of the weights; None: a folder in the home
    mirrors: tuple[str, ...]  # CNNVIZ_MIRRORS: where MNIST is downloaded from, separated by commas
    language: str  # CNNVIZ_LANGUAGE: what is spoken on the pages and in the terminal
    unknown: tuple[str, ...] = ()  # variables of our prefix that mean nothing

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Configuration:
        """Read the CNNVIZ_ variables; what is not set gets its default below the user's data folder.

        Raises:
            Refusal: a folder is that of a user whom this computer does not know.
        """
        given = {name: environment.get(PREFIX + name, "").strip() for name in VARIABLES}
        mirrors = tuple(address.strip() for address in given["MIRRORS"].split(",") if address.strip())
        return cls(
            home=_folder("HOME", given["HOME"] or platformdirs.user_data_dir("cnnviz", appauthor=False)),
            data=_folder("DATA", given["DATA"]) if given["DATA"] else None,
            store=given["STORE"] or None,
            artifacts=given["ARTIFACTS"] or None,
            mirrors=mirrors if given["MIRRORS"] else MIRRORS,
            language=language(environment),
            unknown=tuple(
                name for name in environment if name.startswith(PREFIX) and name.removeprefix(PREFIX) not in VARIABLES
            ),
        )

    def check(self) -> None:
        """Raise Refusal, naming each variable, its value and a remedy, unless all of them can be used."""
        refuse(self.problems())

    def problems(self) -> Iterator[Sentence]:
        """What cannot be used, and what would be right."""
        yield from map(_unknown, self.unknown)
        if self.language not in languages():
            yield sentence(
                "CNNVIZ_LANGUAGE={language} has no catalogue; there are {known}.",
                language=shown(self.language),
                known=all_of(languages()),
            )
        problem = unwritable(self.home)
        if problem:
            yield sentence(
                "CNNVIZ_HOME={folder} cannot be written ({cause}); set CNNVIZ_HOME to a folder that you may write.",
                folder=shown(self.home),
                cause=problem,
            )
        if self.data is not None and not (self.data.is_dir() or self.data.is_file()):
            yield sentence(
                "CNNVIZ_DATA={folder} is not a folder; name one that holds the files of MNIST, or unset it.",
                folder=shown(self.data),
            )
        yield from self._problems_of_mirrors()

    def _problems_of_mirrors(self) -> Iterator[Sentence]:
        wrong = [address for address in self.mirrors if not _is_address(address)]
        if wrong or not self.mirrors:
            yield sentence(
                "CNNVIZ_MIRRORS={mirrors} is no list of addresses; write such as {example}, separated by commas.",
                mirrors=shown(",".join(wrong)),
                example=MIRRORS[0],
            )


def refuse(problems: Iterable[Sentence]) -> None:
    """Raise Refusal, all in one line, where there are problems."""
    found = list(problems)
    if found:
        raise Refusal(joined(found, mark("{first} {second}")))


def unwritable(folder: Path) -> str | Sentence:
    """Why a folder cannot be made and written; empty where it can."""
    try:
        if folder.exists() and not folder.is_dir():
            return sentence("it is a file")
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return ""
    except (OSError, ValueError) as error:
        return getattr(error, "strerror", None) or str(error)


def shown(value: object) -> str:
    """A value of the environment for a sentence: on one line, short, and of letters that can be written."""
    text = "".join(letter if letter.isprintable() else "·" for letter in str(value))
    return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}…"


def _folder(variable: str, value: str) -> Path:
    try:
        return Path(value).expanduser().absolute()
    except RuntimeError as error:
        raise Refusal(
            "CNNVIZ_{variable}={folder} is in the home of a user who is not known here.",
            variable=variable,
            folder=shown(value),
        ) from error


def _unknown(name: str) -> Sentence:
    known = [PREFIX + each for each in VARIABLES]
    nearest = difflib.get_close_matches(name.upper(), known, 1, cutoff=0)[0]
    return sentence(
        "{name} is no variable of cnnviz; the nearest is {nearest}: rename or unset it.",
        name=shown(name),
        nearest=nearest,
    )


def _is_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
        _ = parts.port  # refuses what is no number
    except ValueError:
        return False
    return parts.scheme in SCHEMES and bool(parts.hostname if parts.scheme != "file" else parts.path)
