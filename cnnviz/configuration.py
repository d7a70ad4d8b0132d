"""Where things are kept, read from the environment."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from cnnviz.language import all_of, language, languages
from cnnviz.refusal import Refusal

MIRRORS = (
    "https://ossci-datasets.s3.amazonaws.com/mnist/",
    "https://storage.googleapis.com/cvdf-datasets/mnist/",
)


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
    store: str  # CNNVIZ_STORE: SQLAlchemy address of the run store
    artifacts: str  # CNNVIZ_ARTIFACTS: fsspec address of the weights
    mirrors: tuple[str, ...]  # CNNVIZ_MIRRORS: where MNIST is downloaded from, separated by commas
    language: str  # CNNVIZ_LANGUAGE: what is spoken on the pages and in the terminal

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Configuration:
        """Read the CNNVIZ_ variables; what is not set gets its default below the user's data folder."""
        home = Path(environment.get("CNNVIZ_HOME") or platformdirs.user_data_dir("cnnviz", appauthor=False))
        data = environment.get("CNNVIZ_DATA")
        mirrors = environment.get("CNNVIZ_MIRRORS")
        return cls(
            home=home.expanduser().absolute(),
            data=Path(data).expanduser().absolute() if data else None,
            store=environment.get("CNNVIZ_STORE") or f"sqlite:///{home.expanduser().absolute() / 'runs.db'}",
            artifacts=environment.get("CNNVIZ_ARTIFACTS") or str(home.expanduser().absolute() / "artifacts"),
            mirrors=tuple(mirrors.split(",")) if mirrors else MIRRORS,
            language=language(environment),
        )

    def check(self) -> None:
        """Raise Refusal, naming variable, value and remedy, unless folders and language can be used."""
        if self.language not in languages():
            raise Refusal(
                "CNNVIZ_LANGUAGE={language} has no catalogue; there are {known}.",
                language=self.language,
                known=all_of(languages()),
            )
        try:
            self.home.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=self.home):
                pass
        except OSError as error:
            raise Refusal(
                "CNNVIZ_HOME={folder} cannot be written ({cause}); set CNNVIZ_HOME to a folder that you may write.",
                folder=str(self.home),
                cause=error.strerror,
            ) from error
        if self.data is not None and not self.data.is_dir():
            raise Refusal(
                "CNNVIZ_DATA={folder} is not a folder; name one that holds MNIST/raw, or unset it.",
                folder=str(self.data),
            )
