"""Takes outlines from a surveyor's GeoJSON (RFC 7946: longitude, latitude, WGS-84) into a port definition.

Nothing is written unless the whole definition is sound afterwards.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from data_sources.arguments import UsageError
from twin import port_definition
from twin.definition_outlines import OUTLINE_READERS, PLAIN, PROPERTIES
from twin.local_frame import LocalFrame

_PARTS = {"MultiPolygon": "Polygon", "MultiLineString": "LineString"}
_PLACES = 2  # decimals: centimetres


@dataclass(frozen=True, slots=True)
class ImportPlan:
    """What is taken from where.

    table: of `OUTLINE_READERS`. local: coordinates are metres of the definition's frame already. renamed: property of
    the definition to the property of the file that holds it. given: properties that the file lacks, with their values.
    keep: add to what the table holds; else it is replaced.
    """

    table: str
    local: bool = False
    renamed: Mapping[str, str] = field(default_factory=dict)
    given: Mapping[str, Any] = field(default_factory=dict)
    keep: bool = False


def import_outlines(geojson: Path, definition: Path, plan: ImportPlan) -> int:
    """Takes the file's features into the definition; how many. Raises UsageError and PortDefinitionError."""
    if plan.table not in OUTLINE_READERS:
        raise UsageError(f"--table {plan.table!r} is none of {', '.join(OUTLINE_READERS)}.")
    layout = port_definition.load(definition)
    frame = None if plan.local else LocalFrame(layout.origin_lon, layout.origin_lat)
    features = _features(geojson)
    made = [one for number, feature in enumerate(features, 1) for one in _feature(geojson.name, number, feature, plan,
                                                                                  frame)]
    if not made:
        raise UsageError(f"{geojson.name}: there is no feature to import.")
    main = json.loads(definition.read_text(encoding="utf-8-sig"))
    name = main.get("outlines", {}).get(plan.table) or f"{plan.table}.geojson"
    target = definition.parent / name
    if plan.keep and target.is_file():
        made = [*json.loads(target.read_text(encoding="utf-8-sig"))["features"], *made]
    main.setdefault("outlines", {})[plan.table] = name
    outline_text = _collection(made, main["origin_lon"], main["origin_lat"])
    main_text = _tables(main)
    with tempfile.TemporaryDirectory() as folder:
        trial = Path(folder)
        for file in definition.parent.glob("*.geojson"):
            shutil.copy(file, trial / file.name)
        (trial / name).write_text(outline_text, encoding="utf-8")
        (trial / definition.name).write_text(main_text, encoding="utf-8")
        port_definition.load(trial / definition.name)
    _write(target, outline_text)
    _write(definition, main_text)
    return len(features)


def _features(geojson: Path) -> list[Any]:
    try:
        value = json.loads(geojson.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError) as error:
        raise UsageError(f"{str(geojson)!r} cannot be read as GeoJSON ({error}).") from None
    kind = value.get("type") if isinstance(value, dict) else None
    if kind == "Feature":
        return [value]
    features = value.get("features") if kind == "FeatureCollection" else None
    if not isinstance(features, list):
        raise UsageError(f"{geojson.name}: must be a GeoJSON FeatureCollection or Feature, but its type is {kind!r}.")
    return features


def _feature(file: str, number: int, value: Any, plan: ImportPlan, frame: LocalFrame | None) -> list[dict[str, Any]]:
    """One feature of the file as features of the definition: a part each."""
    where = f"{file}: feature number {number}"
    shape = value.get("geometry") if isinstance(value, dict) else None
    if not isinstance(shape, dict):
        raise UsageError(f"{where}: has no geometry.")
    kind, coordinates = shape.get("type"), shape.get("coordinates")
    parts = coordinates if kind in _PARTS else [coordinates]
    if kind not in (*_PARTS, *_PARTS.values()) or not isinstance(parts, list):
        raise UsageError(f"{where}: geometry {kind!r} is none of Polygon, LineString, MultiPolygon, MultiLineString.")
    if len(parts) > 1 and plan.table not in PLAIN:
        raise UsageError(f"{where}: a {kind} of {len(parts)} parts cannot be one element of {plan.table}.")
    flat = _PARTS.get(str(kind), str(kind))
    properties = _properties(where, value.get("properties") or {}, plan)
    return [{"type": "Feature", "properties": properties,
             "geometry": {"type": flat, "coordinates": _moved(where, part, flat, frame)}} for part in parts]


def _properties(where: str, held: Any, plan: ImportPlan) -> dict[str, Any]:
    if not isinstance(held, dict):
        raise UsageError(f"{where}: properties must be an object.")
    if plan.table in PLAIN:
        return {**held, **plan.given}
    found: dict[str, Any] = {}
    for wanted in PROPERTIES[plan.table]:
        source = plan.renamed.get(wanted, wanted)
        if source in held:
            found[wanted] = held[source]
        elif wanted in plan.given:
            found[wanted] = plan.given[wanted]
    if "id" in found:
        found["id"] = str(found["id"])
    if isinstance(found.get("name"), str):  # a plain name is the same in both languages
        found["name"] = {"zh": found["name"], "en": found["name"]}
    return found


def _moved(where: str, coordinates: Any, kind: str, frame: LocalFrame | None) -> Any:
    rings = coordinates if kind == "Polygon" else [coordinates]
    try:
        points = [np.array([position[:2] for position in ring], dtype=np.float64) for ring in rings]
        shapes = [p.shape for p in points]
    except (TypeError, ValueError, IndexError):
        raise UsageError(f"{where}: coordinates are not lists of positions.") from None
    if any(len(shape) != 2 or shape[1] != 2 for shape in shapes):
        raise UsageError(f"{where}: coordinates are not lists of positions.")
    made = []
    for given in points:
        if frame is None:
            local = given
        elif (np.abs(given) <= (180.0, 90.0)).all():
            local = np.column_stack(frame.to_local(given[:, 0], given[:, 1]))
        else:
            raise UsageError(f"{where}: coordinates are no longitudes and latitudes; are they metres (--local)?")
        line = np.round(local, _PLACES).tolist()
        made.append([q for at, q in enumerate(line) if at == 0 or q != line[at - 1]])
    return made if kind == "Polygon" else made[0]


def _collection(features: list[dict[str, Any]], lon: float, lat: float) -> str:
    head = {"type": "FeatureCollection",
            "frame": {"origin_lon": lon, "origin_lat": lat, "unit": "m", "axes": "x east, y north"}}
    return _tables(head | {"features": features})


def _tables(value: Mapping[str, Any]) -> str:
    """JSON with a line for each element of a table, as these files are kept."""
    parts = []
    for key, held in value.items():
        lines = ",\n".join(f"  {json.dumps(row, ensure_ascii=False)}" for row in held) if isinstance(held, list) else ""
        text = f"[\n{lines}\n]" if lines else json.dumps(held, ensure_ascii=False)
        parts.append(f"{json.dumps(key)}: {text}")
    return "{\n" + ",\n".join(parts) + "\n}\n"


def _write(path: Path, text: str) -> None:
    fresh = path.with_name(f".{path.name}.new")
    try:
        fresh.write_text(text, encoding="utf-8")
        fresh.replace(path)
    except OSError as error:
        raise UsageError(f"{str(path)!r} cannot be written ({error.strerror}).") from None
