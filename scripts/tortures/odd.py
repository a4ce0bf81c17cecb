"""Read tables and configs with something odd in them, drawn at random: many times more than `scripts/test` does."""

import argparse
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
TESTS = (
    "tests/data/test_csv_reader.py::test_both_ways_agree_on_odd_files",
    "tests/document/test_yaml_parser.py::test_whatever_is_typed_ends_in_a_config_or_in_a_message",
)


def main() -> None:
    """Run the tests that draw, with more draws."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=20, help="how many times the draws of scripts/test")
    times = parser.parse_args().times
    words = [sys.executable, "-m", "pytest", "-o", "timeout=0", "-o", "faulthandler_timeout=0", *TESTS]
    environment = {**os.environ, "NNTRAIN_ODD_TIMES": str(times)}
    raise SystemExit(subprocess.run(words, cwd=ROOT, env=environment).returncode)


if __name__ == "__main__":
    main()
