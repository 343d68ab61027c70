"""Where in a definition's file a fault stands: line and column of the element or field that a sentence names."""

from __future__ import annotations

import json
import re

_ELEMENT = re.compile(r"(?P<table>\w+) (?:number (?P<number>\d+)|(?P<id>[^:\s]+))")
_INNER = re.compile(r": (?:lane|field) (?:number \d+|(?P<name>[^:\s]+))")
_FIELD = re.compile(r"field '?(?P<field>\w+)'? (?:is|stands)")
_PLACE = re.compile(r"line (\d+) column (\d+)")
_SPACE = re.compile(r"[\s,]*")


def place_of(text: str, sentence: str) -> tuple[int, int] | None:
    """Line and column, from 1, of what a `PortDefinitionError` complains about; None when that cannot be told.

    text: the file's text; sentence: the error's message after the file's name, such as "blocks A1: field bays is ...".
    """
    told = _PLACE.match(sentence)
    if told is not None:
        return int(told[1]), int(told[2])
    found = _ELEMENT.match(sentence)
    span = None if found is None else _span(text, found["table"], found["number"], found["id"])
    start, end = span if span is not None else (0, len(text))
    inner = _INNER.search(sentence)
    if inner is not None and inner["name"] is not None:
        at = text.find(json.dumps(inner["name"]), start, end)
        start = at if at >= 0 else start
    field = _FIELD.search(sentence)
    if field is not None:
        named = re.compile(rf'"{re.escape(field["field"])}"\s*:').search(text, start, end)
        if named is not None:
            start = named.start()
        elif span is None:
            return None
    elif span is None:
        return None
    return text.count("\n", 0, start) + 1, start - (text.rfind("\n", 0, start) + 1) + 1


def _span(text: str, table: str, number: str | None, ident: str | None) -> tuple[int, int] | None:
    """Where an element of a table begins and ends; features are those of a GeoJSON file."""
    head = re.search(rf'"{"features" if table == "feature" else table}"\s*:\s*\[', text)
    if head is None:
        return None
    decoder, at, count = json.JSONDecoder(), head.end(), 0
    while True:
        space = _SPACE.match(text, at)
        at = space.end() if space is not None else at
        try:
            value, end = decoder.raw_decode(text, at)
        except ValueError:
            return None
        count += 1
        named = value.get("properties", value) if isinstance(value, dict) else None
        if count == int(number or 0) or (ident is not None and isinstance(named, dict) and named.get("id") == ident):
            return at, end
        at = end
