"""Reads a port definition, the documented text form of a port's layout (docs/port_definition.md).

One JSON file holds the tables and names the GeoJSON files with the outlines. Whatever is wrong in them becomes one
PortDefinitionError that says file, element, field and value; nothing else is raised.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn, TypeVar
from zoneinfo import ZoneInfo

from twin.definition_checks import check
from twin.definition_outlines import OUTLINE_READERS, PLAIN
from twin.definition_rows import Row, element_of, show
from twin.definition_tables import TABLE_READERS
from twin.errors import PortDefinitionError
from twin.port_layout import PortLayout
from twin.tide import Tide

__all__ = ["FORMAT", "PortDefinitionError", "load", "parse"]

FORMAT = "port-definition/1"
_LARGEST_BYTES = 64_000_000

_T = TypeVar("_T")


def load(path: Path, origin: tuple[float, float] | None = None) -> PortLayout:
    """The layout of a definition file. `origin` (longitude, latitude) moves a definition without any outline.

    Raises PortDefinitionError.
    """
    return parse(_read(path, path.name), path.parent, path.name, origin)


def parse(text: str, base: Path, file: str = "definition", origin: tuple[float, float] | None = None) -> PortLayout:
    """The layout of a definition's text; `base` is the folder of its GeoJSON files. Raises PortDefinitionError."""
    row = Row(file, "definition", _json(text, file))
    row.choice("format", [FORMAT])
    head: dict[str, Any] = {
        "code": row.text("code", "-"), "name": row.name(), "origin_lon": row.number("origin_lon", -180.0, 180.0),
        "origin_lat": row.number("origin_lat", -85.0, 85.0), "time_zone": _time_zone(row),
        "surveyed": row.flag("surveyed"), "sea_level_m": row.number("sea_level_m", -50.0, 50.0),
    }
    if row.has("tide"):
        head["tide"] = _tide(Row(file, "tide", row.take("tide")), head["origin_lon"])
    tables: dict[str, tuple[Any, ...]] = {}
    for table, reader in TABLE_READERS.items():
        values = row.items(table) if row.has(table) else []
        tables[table] = tuple(_one(file, table, i, value, reader) for i, value in enumerate(values, 1))
    files: dict[str, str] = {}
    if row.has("outlines"):
        names = Row(file, "outlines", row.take("outlines"))
        for table, read_outline in OUTLINE_READERS.items():
            if names.has(table):
                files[table] = _file_name(names, table)
                tables[table] = _outlines(base, files[table], table, read_outline, head)
        names.done()
    row.done()
    whole: dict[str, Any] = head | {table: tables.get(table, ()) for table in (*TABLE_READERS, *OUTLINE_READERS)}
    layout = PortLayout(**whole)
    check(layout, file, files)
    return layout if origin is None else _moved(layout, file, origin)


def _tide(row: Row, lon: float) -> Tide:
    low, high = row.number("mean_low_m", -5.0, 20.0), row.number("mean_high_m", -5.0, 20.0)
    if high <= low:
        row.fail("mean_high_m", high, f"must be above mean_low_m, {low:g}")
    row.done()
    return Tide(low, high, lon)


def _moved(layout: PortLayout, file: str, origin: tuple[float, float]) -> PortLayout:
    row = Row(file, "origin", {"lon": origin[0], "lat": origin[1]})
    lon, lat = row.number("lon", -180.0, 180.0), row.number("lat", -85.0, 85.0)
    held = [t for t in (*TABLE_READERS, *OUTLINE_READERS) if t != "viewpoints" and getattr(layout, t)]
    if held:
        raise PortDefinitionError(
            f"{file}: origin cannot be moved to {lon:g}, {lat:g}, because the definition holds {held[0]}")
    return dataclasses.replace(layout, origin_lon=lon, origin_lat=lat)


def _one(file: str, table: str, number: int, value: object, reader: Callable[[Row], _T]) -> _T:
    row = Row(file, element_of(table, number, value), value)
    made = reader(row)
    row.done()
    return made


def _outlines(base: Path, file: str, table: str, reader: Callable[[Row, Row], _T],
              head: dict[str, Any]) -> tuple[_T, ...]:
    row = Row(file, "collection", _json(_read(base / file, file), file))
    row.choice("type", ["FeatureCollection"])
    if row.has("frame"):
        frame = Row(file, "frame", row.take("frame"))
        for field in ("origin_lon", "origin_lat"):
            if frame.number(field, -180.0, 180.0) != head[field]:
                frame.fail(field, frame.take(field), f"the definition's is {head[field]:g}")
    made = []
    for i, value in enumerate(row.items("features"), 1):
        item = Row(file, f"feature number {i}", value)
        item.choice("type", ["Feature"])
        properties = item.take("properties")
        element = element_of("feature", i, properties)
        inner = Row(file, element, {} if properties is None else properties)
        shape = Row(file, element, item.take("geometry"))
        made.append(reader(inner, shape))
        if table not in PLAIN:
            inner.done()
    return tuple(made)


def _file_name(row: Row, field: str) -> str:
    name = row.text(field)
    if Path(name).name != name or "\\" in name or "\0" in name or name.startswith("."):
        row.fail(field, name, "must be the plain name of a file in the definition's folder")
    return name


def _time_zone(row: Row) -> str:
    name = row.text("time_zone")
    try:
        ZoneInfo(name)
    except (ValueError, OSError, KeyError):
        row.fail("time_zone", name, "must be a time zone of the IANA database such as Asia/Shanghai")
    return name


def _read(path: Path, file: str) -> str:
    try:
        if path.stat().st_size > _LARGEST_BYTES:
            raise PortDefinitionError(f"{file}: the file is larger than {_LARGEST_BYTES // 1_000_000} MB")
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise PortDefinitionError(f"{file}: byte {error.start} is not UTF-8 text") from None
    except (OSError, ValueError) as error:
        if isinstance(error, PortDefinitionError):
            raise
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise PortDefinitionError(f"{file}: the file {str(path)!r} cannot be read ({reason})") from None


def _json(text: str, file: str) -> object:
    def pairs(items: list[tuple[str, Any]]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key, value in items:
            if key in found:
                raise PortDefinitionError(f"{file}: field {show(key)} stands twice in one object")
            found[key] = value
        return found

    def constant(name: str) -> NoReturn:
        raise PortDefinitionError(f"{file}: {name} is not a number")

    try:
        return json.loads(text, object_pairs_hook=pairs, parse_constant=constant)
    except json.JSONDecodeError as error:
        place = f"line {error.lineno} column {error.colno}"
        raise PortDefinitionError(f"{file}: {place} is not JSON ({error.msg})") from None
    except RecursionError:
        raise PortDefinitionError(f"{file}: values are nested too deeply") from None
    except PortDefinitionError:
        raise
    except ValueError:
        raise PortDefinitionError(f"{file}: a number has too many digits") from None
