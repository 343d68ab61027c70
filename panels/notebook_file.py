"""The file in which a person's named viewpoints and pins are kept."""

from __future__ import annotations

from pathlib import Path

from layers.notebook import Notebook, NotebookError, from_text, to_text
from resources.own_files import data_folder


def load(file: Path, port: str) -> Notebook:
    """What was kept for a port; an empty notebook when there is no file yet. Raises NotebookError."""
    try:
        text = file.read_text(encoding="utf-8")
    except FileNotFoundError:
        return Notebook(port)
    except (OSError, UnicodeDecodeError) as error:
        raise NotebookError(f"{str(file)!r} cannot be read ({error})") from None
    found = from_text(text)
    return found if found.port == port else Notebook(port)


def save(notebook: Notebook, file: Path) -> None:
    """Keep it, replacing the file as a whole. Raises NotebookError."""
    fresh = file.with_name(f".{file.name}.new")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        fresh.write_text(to_text(notebook), encoding="utf-8")
        fresh.replace(file)
    except OSError as error:
        raise NotebookError(f"{str(file)!r} cannot be written ({error.strerror})") from None


def file_for(port: str) -> Path:
    """Where a person's notebook of a port lies."""
    safe = "".join(letter for letter in port if letter.isalnum()) or "port"
    return data_folder() / f"places-{safe}.json"
