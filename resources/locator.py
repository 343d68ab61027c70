"""Where the program's own data lies: the one place that knows the resources folder."""

from __future__ import annotations

from pathlib import Path

_ROOT = Path(__file__).resolve().parent


def path(*parts: str) -> Path:
    """A file or folder under `resources/`. Raises FileNotFoundError naming it when it does not exist."""
    found = _ROOT.joinpath(*parts)
    if not found.exists():
        raise FileNotFoundError(f"resource {'/'.join(parts)} is missing from {_ROOT}")
    return found


def font_file(bold: bool = False) -> Path:
    """The font for Chinese and Latin text, an OpenType file."""
    return path("fonts", f"NotoSansSC-{'Bold' if bold else 'Regular'}.otf")


def port_definition() -> Path:
    """The definition of Jiangyin port."""
    return path("port", "jiangyin", "port.json")


def sea_only_definition() -> Path:
    """A plain definition: open sea around an origin, for playing vessel positions of any place."""
    return path("port", "sea_only.json")
