"""Container numbers: what is right, what is wrong, and what looks wrong but is right."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin import iso6346

CASES = Path(__file__).parents[3] / "shared" / "vectors" / "containers" / "iso6346_cases.json"
RIGHT = ("CSQU3054383", "TCNU7200794", "ZEPU0037255", "NYKU3086856")  # examples of python-stdnum and iso6346py
REMAINDER_TEN = "GYOU4047990"  # python-stdnum: remainder 10 is written 0
WRONG = ("CSQU3054384", "CSQU305438", "CSQU30543833", "TEST", "", "CSQX3054383", "csqu3054383",
         "CSQU３０５４３８３", "1SQU3054383")


def test_right_and_wrong_numbers() -> None:
    numbers = np.array([*RIGHT, REMAINDER_TEN, *WRONG], dtype=object)
    assert list(iso6346.valid(numbers)) == [True] * (len(RIGHT) + 1) + [False] * len(WRONG)
    assert iso6346.valid(np.array([], dtype=object)).shape == (0,)


@given(st.from_regex(r"[A-Z]{3}[UJZ][0-9]{6}", fullmatch=True))
def test_a_computed_digit_makes_a_valid_number_and_any_other_digit_does_not(start: str) -> None:
    digit = iso6346.check_digit(start)
    numbers = np.array([f"{start}{d}" for d in range(10)], dtype=object)
    assert list(np.flatnonzero(iso6346.valid(numbers))) == [digit]


def test_check_digit_names_what_is_not_a_number() -> None:
    with pytest.raises(ValueError, match="'AB'"):
        iso6346.check_digit("AB")


def test_the_whole_folder_of_cases_where_it_is_at_hand() -> None:
    if not CASES.exists():
        pytest.skip("shared vectors are not on this machine; the typed-in numbers above cover the rule")
    cases = json.loads(CASES.read_text(encoding="utf-8"))["cases"]
    assert cases
    found = iso6346.valid(np.array([case["number"] for case in cases], dtype=object))
    differ = [case for case, ours in zip(cases, found, strict=True) if bool(ours) != case["valid"]]
    assert not differ
