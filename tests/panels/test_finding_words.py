"""What rules find in words: every cause, source and reason that a rule may name has a name in both languages."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

import twin.rules
from panels import vocabulary as v
from panels.finding_words import finding_sentence
from panels.language import LANGUAGES
from panels.rule_words import CAUSES, ENDINGS, PURPOSES, SAID, SOURCES, WAYS
from panels.warning_words import ending
from tests.core.small_port import small_port
from tests.core.timeline import BOX, DAY
from twin.records import DeclarationState, InspectionResult, MoveEvent, Purpose, SealEventKind
from twin.rules.quantities import QUANTITIES
from twin.rules.registry import RULES
from twin.warnings import Limit, RiskWarning, Severity, WarningState

_FOLDER = Path(str(twin.rules.__file__)).parent
_TEXT = re.compile(r"[a-z][a-z0-9_]*")


def _trees() -> Iterator[tuple[str, ast.Module]]:
    for file in sorted(_FOLDER.glob("*.py")):
        yield file.name.split("_", maxsplit=1)[0].upper(), ast.parse(file.read_text(encoding="utf-8"))


def _words(node: ast.AST | None) -> Iterator[str]:
    """The texts that an expression may come to, by either branch of a choice."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.JoinedStr) and isinstance(node.values[0], ast.Constant):
        if str(node.values[0].value).endswith("-"):  # a key that begins with the cause
            yield str(node.values[0].value).rstrip("-")
    elif isinstance(node, ast.IfExp):
        yield from _words(node.body)
        yield from _words(node.orelse)


def _facts(key: str) -> set[tuple[str, str]]:
    """Rule and text of everything that rules put under a key of their facts, as the source has it."""
    found = set()
    for rule, tree in _trees():
        for node in ast.walk(tree):
            if isinstance(node, ast.Dict):
                for name, value in zip(node.keys, node.values, strict=True):
                    if isinstance(name, ast.Constant) and name.value == key:
                        found |= {(rule, word) for word in _words(value)}
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Subscript):
                place = node.targets[0].slice
                if isinstance(place, ast.Constant) and place.value == key:
                    found |= {(rule, word) for word in _words(node.value)}
    return found


def _causes() -> set[tuple[str, str]]:
    found = _facts("cause")
    for rule, tree in _trees():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):  # a cause is handed on, as the argument of one of these
                name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                place = {"_Mismatch": 1, "_case": 2, "_of_papers": 2, "_Bad": 1, "_raise": 2, "_tell": 3}.get(name)
                if name == "_span":
                    place = {"R12": 3, "R11": 2}.get(rule)
                if place is not None and len(node.args) > place:
                    found |= {(rule, word) for word in _words(node.args[place])}
            if isinstance(node, ast.Compare) and isinstance(node.left, ast.Name) and node.left.id == "cause":
                found |= {(rule, word) for each in node.comparators for word in _words(each)}
            if isinstance(node, ast.Assign | ast.AnnAssign):
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                names = {t.id for t in targets if isinstance(t, ast.Name)}
                if names & {"_ALARMS", "_CAUSE"} and isinstance(node.value, ast.Dict):
                    found |= {(rule, word) for value in node.value.values for word in _words(value)}
                if names & {"_SEVERITY", "_WHY_OVER"} and isinstance(node.value, ast.Dict):
                    found |= {(rule, word) for key in node.value.keys for word in _words(key)}
    return {(rule, word) for rule, word in found if _TEXT.fullmatch(word)}


def _reasons() -> set[str]:
    """Every text in a rule that reads like a reason why something ended: words with blanks in calls and values."""
    found = set()
    for _, tree in _trees():
        docs = {id(n.value) for n in ast.walk(tree) if isinstance(n, ast.Expr) and isinstance(n.value, ast.Constant)}
        specs = [n for n in ast.walk(tree) if isinstance(n, ast.Call) and getattr(n.func, "id", "") in (
            "RuleSpec", "Parameter", "ParameterError", "ValueError", "RuleFault")]
        inside = {id(m) for spec in specs for m in ast.walk(spec)}
        formed = {id(m) for n in ast.walk(tree) if isinstance(n, ast.JoinedStr) for m in ast.walk(n)}
        for node in ast.walk(tree):
            if not isinstance(node, ast.Constant) or not isinstance(node.value, str):
                continue
            if re.search(r"[a-z]+ [a-z]+", node.value) and id(node) not in docs | inside | formed:
                found.add(node.value)
    return found


def test_every_cause_of_every_rule_has_a_name():
    causes = _causes()
    missing = {(rule, cause) for rule, cause in causes if cause not in CAUSES.get(rule, {})}
    assert not missing
    told = {(rule, cause) for rule, names in CAUSES.items() for cause in names}
    assert told <= causes, f"no rule says {told - causes} any more"
    assert len(causes) > 35


def test_every_source_and_way_has_a_name():
    sources = {word for key in ("disagrees", "against") for _, word in _facts(key)}
    assert {"tos", "gate", "inspection"} <= sources <= set(SOURCES)
    ways = {word for _, word in _facts("how")}
    assert {"crossed", "put_down"} <= ways <= set(WAYS)
    said = {word for key in ("says", "against_says") for _, word in _facts(key)}
    assert {"none", "not begun", "taken away"} <= said <= set(SAID)


def test_every_word_a_limit_may_hold_has_a_name():
    words, quantities = set(), set()
    for _, tree in _trees():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Limit":
                quantities |= set(_words(node.args[0]))
                words |= {word for argument in node.args[1:3] for word in _words(argument)}
    assert quantities <= set(QUANTITIES)
    assert words <= set(SAID)
    codes = (DeclarationState, InspectionResult, MoveEvent, Purpose, SealEventKind)
    assert {str(code) for kind in codes for code in kind} <= set(SAID)
    assert set(PURPOSES) == {str(purpose) for purpose in Purpose}


def test_every_reason_why_a_condition_ended_has_a_name():
    others = {"outside all zones", "a rule is given twice: ", "rule %s is switched off", *SAID}
    others |= {name.en for name in QUANTITIES.values()}
    reasons = {text for text in _reasons() if text not in others}
    assert "container is back in the yard" in reasons
    assert not reasons - set(ENDINGS)
    for state in DeclarationState:
        assert ending(f"declaration was {state}").zh == f"报关单{v.DECLARATION_STATES[state].zh}"
        assert state.value not in ending(f"declaration was {state} before the lift, as became known later").zh


_FACTS = {
    "container": BOX, "declaration_state": "accepted", "vehicle": "闽A1", "gate": "G1", "slot": "F1-01-01-1",
    "fence": small_port().layout.fences[0].id, "fence_class": "domestic", "how": "crossed",
    "read": "MSKU0000027", "by": "K7",
    "silent_s": 400.0, "disagrees": "tos", "says": "in the port", "against": "manifest", "against_says": "none",
    "difference_m": 33.0, "difference_kg": -3_200.0, "difference_min": 75.0, "seal": "S1", "bill": "B1", "call": "C1",
    "expected": BOX, "direction": "out", "to": "F2-01-01-1", "reason": "抽中", "days": 15.1, "days_allowed": 14.0,
    "dangerous_class": "3", "licensed": "2.1", "un_number": "1203", "neighbour": BOX, "neighbour_class": "5.1",
    "neighbour_slot": "D1-01-01-1", "degree": 2.0, "beyond_m": 80.0, "seal_event": "cut",
    "zone": small_port().layout.zones[0].id,
    "vehicles": 4.0, "leap_m": 5_000.0, "device_kind": "camera", "blind_spot": "outside all zones",
    "working_hours": "06:00-24:00", "equipment": "RTG-1", "control_of": "R01 R06",
}


_LAYOUT = small_port().layout


def _warning(rule: str, **facts: str | float) -> RiskWarning:
    return RiskWarning(
        f"{rule}-1", rule, Severity.HIGH, "container", BOX, 0.0, 0.0, _LAYOUT.zones[0].id, DAY, DAY, DAY,
        WarningState.RAISED, None, True, None, None, {**_FACTS, **facts}, ("Move-0001",), (), (),
        limits=(Limit("speed", 120.0, 60.0, "m/s", "max"),))


def _all_kinds() -> list[RiskWarning]:
    told = [_warning(rule, cause=cause, says="F1-01-01-1" if cause == "seal_elsewhere" else "in the port")
            for rule, causes in CAUSES.items() for cause in causes]
    told += [_warning(rule.id) for rule in RULES if rule.id not in CAUSES]
    told += [replace(_warning("R01"), facts={**_FACTS, "gate": ""}), _warning("R16", how="PICK")]
    return told


@pytest.mark.parametrize("warning", _all_kinds(), ids=lambda w: f"{w.rule}-{w.facts.get('cause', '')}")
def test_a_finding_is_one_sentence_without_codes_in_both_languages(warning):
    sentence = finding_sentence(warning, _LAYOUT)
    assert sentence.zh
    assert sentence.en
    zh_words = set(re.findall(r"[a-z_]{4,}", sentence.zh))
    assert not zh_words, "raw codes in the Chinese sentence"
    assert not re.search(r"\b\w+_\w+\b|\bNone\b|\bnan\b", sentence.en)
    assert "{" not in sentence.zh + sentence.en
    assert not re.search(r"[一-鿿]", sentence.en.replace("闽", "").replace("抽中", ""))


def test_each_rule_is_told_in_its_own_words():
    sentences = {
        finding_sentence(_warning(rule.id, cause=next(iter(CAUSES.get(rule.id, {})), "")), _LAYOUT)
        for rule in RULES}
    assert len(sentences) == len(RULES)
    assert LANGUAGES == ("zh", "en")


def test_an_unpermitted_removal_names_where_it_was_lifted_and_by_whom():
    lifted = replace(_warning("R01"), facts={k: f for k, f in _FACTS.items() if k != "gate"})
    assert finding_sentence(lifted, _LAYOUT).zh == "未放行（接受申报）被吊离，原箱位 F1-01-01-1，装上 闽A1"


def test_a_weight_that_differs_says_who_says_what_and_by_how_much():
    found = _warning("R06", cause="heavier", says=23_200.0, against="declaration", against_says=20_000.0,
                     difference_kg=3_200.0, difference_m=0.0, difference_min=0.0)
    sentence = finding_sentence(found, _LAYOUT)
    assert "23,200 kg" in sentence.zh
    assert "报关单 20,000 kg" in sentence.zh
    assert "相差 3,200 kg" in sentence.zh
    assert "3,200 kg apart" in sentence.en
