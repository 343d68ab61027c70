#!/usr/bin/env python3
"""Jiangyin port digital twin: the entry point. Nothing imports it.

Exit codes: 0 done; 1 failed while running (one sentence on standard error); 2 the command line, a file named on it or a
setting cannot be used; 3 the backend could not be reached or gave nothing to show.
"""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Sequence

from command_line import COMMANDS, DEFAULT, make_parser
from commands.exit_codes import DONE, USAGE
from data_sources.arguments import UsageError
from twin.errors import PortDefinitionError


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command; returns its exit code."""
    words = list(sys.argv[1:] if argv is None else argv)
    if not words or (words[0] not in COMMANDS and words[0] not in ("-h", "--help")):
        words.insert(0, DEFAULT)
    try:
        arguments = make_parser().parse_args(words)
    except SystemExit as left:  # argparse has said why
        return int(left.code or 0)
    logging.basicConfig(
        level=os.environ.get("JIANGYIN_LOG", "WARNING"), format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    try:
        return int(COMMANDS[arguments.command].run(arguments))
    except (UsageError, PortDefinitionError) as unusable:
        print(f"jiangyin-twin: {unusable}", file=sys.stderr)
        return USAGE
    except KeyboardInterrupt:
        return DONE


if __name__ == "__main__":
    sys.exit(main())
