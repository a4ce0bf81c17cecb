"""Compares the JSON Schema with `nntrain check`: on all configs of the project, and on configs changed at random.

scripts/schema-check [--count 500] [--seed 1] [-v]
"""

import argparse
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mutate import mutated
from verdicts import Verdicts, verdicts

from nntrain.document import yaml_file
from nntrain.document.yaml_file import Document
from nntrain.errors import ConfigError

REPOSITORY = Path(__file__).parents[2]
COMMAND = "$ nntrain check "


def shipped() -> dict[str, Document]:
    """Return the configs that nntrain ships."""
    return {str(file): yaml_file.read(file) for file in sorted((REPOSITORY / "configs").rglob("*.yaml"))}


def of_messages() -> dict[str, Document]:
    """Return the configs of tests/messages, without those whose text is no config."""
    found = {}
    for file in sorted((REPOSITORY / "tests" / "messages").rglob("*.txt")):
        text = file.read_text(encoding="utf-8").partition(COMMAND)[0]
        try:
            document = yaml_file.parse(text, str(file))
        except ConfigError:
            continue
        if not document.problems:
            found[str(file)] = document
    return found


def changed(seed: int, trees: list[Any]) -> Iterator[Document]:
    """Yield configs that are changed at random and read again; one whose text is refused is skipped."""
    for tree in mutated(trees, seed):
        try:
            document = yaml_file.parse(yaml_file.dump(tree), "config.yaml")
        except ConfigError:
            continue
        if not document.problems:
            yield document


def main() -> None:
    """Print the counts and every disagreement; exit with 1 where there is one."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--count", type=int, default=500, help="of valid and of invalid configs")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("-v", action="store_true", help="print what is outside the schema")
    options = parser.parse_args()
    own = {**shipped(), **of_messages()}
    wrong = [_line(name, found) for name, document in own.items() if not (found := verdicts(document)).agree]
    outside: Counter[str] = Counter()
    counts = {"valid": 0, "invalid": 0, "outside": 0}
    for document in changed(options.seed, [document.tree for document in own.values()]):
        found = verdicts(document)
        outside.update(found.outside)
        fine = len(found.by_check) == len(found.outside)
        counts["valid" if not found.by_check else "outside" if fine else "invalid"] += 1
        wrong += [] if found.agree else [_line(yaml_file.inline(document.tree), found)]
        if min(counts["valid"], counts["invalid"]) >= options.count:
            break
    for line in wrong:
        print(line)
    for message, count in outside.most_common() if options.v else ():
        print(f"{count:5} outside: {message}")
    print(f"{len(own)} configs of the project; changed at random: {counts}; {len(wrong)} disagreements")
    sys.exit(bool(wrong))


def _line(name: str, found: Verdicts) -> str:
    by_check = [one for one in found.by_check if one not in found.outside]
    return f"{name}\n  schema: {list(found.by_schema)[:3]}\n  check: {by_check[:3]}, outside: {list(found.outside)[:3]}"


if __name__ == "__main__":
    main()
