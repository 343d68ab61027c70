"""Where a person's own files lie: viewpoints, what waits to be sent, what a history cannot take just now."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

DATA_VARIABLE = "JIANGYIN_DATA"
"""Names another folder than the person's data folder."""


def data_folder() -> Path:
    """The folder for it. It need not exist yet."""
    from platformdirs import user_data_path

    named = os.environ.get(DATA_VARIABLE)
    return Path(named) if named else user_data_path("jiangyin-twin", appauthor=False)


def file_of(kind: str, *what: str) -> Path:
    """A file of some kind for what it belongs to, as an address and a port; makes the folder. Raises OSError."""
    folder = data_folder()
    folder.mkdir(parents=True, exist_ok=True)
    key = hashlib.sha256("\n".join(what).encode()).hexdigest()[:16]
    return folder / f"{kind}-{key}"
