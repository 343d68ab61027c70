"""Writes what the pages of the rules say of a specification, and the list of all rules: run it after changing one.

    python docs/rules/generate.py [--check]

Between `<!-- spec -->` and `<!-- /spec -->` a page belongs to this program; everything else is written by hand. With
--check nothing is written, and the exit code is 1 if something is out of date.
"""

from __future__ import annotations

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1]))

from twin.rules.base import Parameter, RuleSpec  # noqa: E402
from twin.rules.registry import RULES  # noqa: E402

BEGIN, END = "<!-- spec -->\n", "<!-- /spec -->\n"
INTRODUCTION = """\
# The rules

Each rule has a page: what it finds, why, its parameters, a worked example, and what does not fire. Parameters are set
in a settings file (`main.py rules check FILE` says whether it is right):

```toml
[R01]
critical_eta_s = 180.0

[R06]
least_kg = 2000.0
share = 0.08
```

"""


def spec_part(spec: RuleSpec) -> str:
    """What is generated in a page."""
    relies_on = ", ".join(kind.value.replace("_", " ") for kind in spec.relies_on)
    lines = [
        f"Version {spec.version}. Severity at first: {spec.severity.value}. Relies on: {relies_on}.",
        "",
        spec.reason,
        "",
    ]
    if spec.parameters:
        lines += ["| parameter | default | unit | from | to | meaning |", "|---|---|---|---|---|---|"]
        lines += [_row(parameter) for parameter in spec.parameters]
    else:
        lines.append("It has no parameters.")
    return "\n".join(lines) + "\n"


def _row(p: Parameter) -> str:
    cells = (f"`{p.name}`", f"{p.default:g}", p.unit or "1", f"{p.low:g}", f"{p.high:g}", p.meaning)
    return f"| {' | '.join(cells)} |"


def page(spec: RuleSpec, written: str) -> str:
    """A page with its generated part brought up to date. Raises ValueError if it has no place for it."""
    head, begun, rest = written.partition(BEGIN)
    _, ended, tail = rest.partition(END)
    if not (begun and ended):
        raise ValueError(f"{spec.id}.md has no part between {BEGIN.strip()} and {END.strip()}")
    return f"{head}{BEGIN}{spec_part(spec)}{END}{tail}"


def listing() -> str:
    """The list of all rules."""
    rows = ["| id | finds | severity | why |", "|---|---|---|---|"]
    rows += [f"| [{s.id}]({s.id}.md) | {s.zh} {s.en} | {s.severity.value} | {s.reason} |" for s in RULES]
    return INTRODUCTION + "\n".join(rows) + "\n"


def wanted() -> dict[Path, str]:
    """Every file with a generated part as it should be; a rule's page has to be begun by hand."""
    pages = {HERE / f"{spec.id}.md": spec for spec in RULES}
    found = {path: page(spec, path.read_text("utf-8")) for path, spec in pages.items() if path.exists()}
    return found | {HERE / "README.md": listing()}


def stale() -> list[Path]:
    """The files that are not as they should be."""
    return [path for path, text in wanted().items() if not path.exists() or path.read_text("utf-8") != text]


def main(arguments: list[str]) -> int:
    """Writes, or checks."""
    out_of_date = stale()
    if "--check" in arguments:
        for path in out_of_date:
            print(f"{path.name} is out of date: run python docs/rules/generate.py")  # noqa: T201
        return 1 if out_of_date else 0
    texts = wanted()
    for path in out_of_date:
        path.write_text(texts[path], "utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
