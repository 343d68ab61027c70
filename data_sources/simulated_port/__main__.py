"""`python -m data_sources.simulated_port`: the port alone, as the desk starts it."""

from __future__ import annotations

import argparse
import logging
import os
import sys

from data_sources.simulated_port.server import run_port


def main() -> int:
    """Run the port; 2 if something given cannot be used."""
    parser = argparse.ArgumentParser(prog="port", description="Runs the simulated port.")
    parser.add_argument("--bind", metavar="HOST:PORT", required=True)
    parser.add_argument("--seed", default="1")
    parser.add_argument("--rate", default="1")
    for name in ("--date", "--at", "--scenario", "--truth", "--port-definition"):
        parser.add_argument(name)
    args = parser.parse_args()
    level = os.environ.get("JIANGYIN_LOG", "WARNING")
    logging.basicConfig(level=level, format="%(asctime)s port %(levelname)s %(name)s: %(message)s")
    from data_sources.arguments import UsageError
    from twin.port_definition import PortDefinitionError

    try:
        return run_port(args)
    except (UsageError, PortDefinitionError) as unusable:
        sys.stderr.write(f"port: {unusable}\n")
        return 2


if __name__ == "__main__":
    sys.exit(main())
