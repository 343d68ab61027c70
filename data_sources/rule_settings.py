"""The settings file of the rules: a table a rule, a line a parameter. TOML, UTF-8.

    [R01]
    critical_eta_s = 180.0    # seconds to the gate

Parameters that are not named keep their defaults. What is wrong is told in one sentence.
"""

from __future__ import annotations

import tomllib
from pathlib import Path

from data_sources.arguments import UsageError
from twin.rules.base import ParameterError
from twin.rules.registry import RULES, Settings, make_rules


class RuleSettingsError(UsageError):
    """A settings file cannot be used: one sentence that names file, rule, parameter and value."""


def load(file: Path) -> Settings:
    """The parameter values of a settings file, checked against the rules there are. Raises RuleSettingsError."""
    try:
        with file.open("rb") as opened:
            told = tomllib.load(opened)
    except (OSError, UnicodeError) as problem:
        reason = problem.strerror if isinstance(problem, OSError) else "it is not UTF-8"
        raise RuleSettingsError(f"The rule settings {str(file)!r} cannot be read: {reason}.") from None
    except tomllib.TOMLDecodeError as problem:
        raise RuleSettingsError(f"{file.name} is no TOML: {problem}.") from None
    for rule, values in told.items():
        if not isinstance(values, dict):
            raise RuleSettingsError(f"{file.name}: {rule} is no table of parameters such as [R01].")
    try:
        make_rules(told)
    except ParameterError as wrong:
        raise RuleSettingsError(f"{file.name}: {wrong}") from None
    return told


def example() -> str:
    """A settings file with every parameter at its default, its unit, its range and what it means beside it."""
    lines = []
    for spec in RULES:
        lines += [f"[{spec.id}]  # {spec.zh} {spec.en}"]
        lines += [
            f"# {p.name} = {p.default:g}  # {p.unit}, {p.low:g} to {p.high:g}: {p.meaning}" for p in spec.parameters]
        lines.append("")
    return "\n".join(lines)
