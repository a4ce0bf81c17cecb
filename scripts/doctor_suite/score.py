"""Prints how well the doctor does on its suite: diseases named, false alarms, cures that help.

scripts/doctor-score [--part known|aside|real|varied|all] [--only WORDS] [-v]
"""

import argparse
import tempfile
import time
from pathlib import Path

from nntrain import backend

backend.start("cpu")

import asked_data  # noqa: E402
import data  # noqa: E402
import suite  # noqa: E402
import varied_data  # noqa: E402

PARTS = ("known", "aside", "real", "varied")
FIRST = 2  # findings, among which the disease must be
WORSE = 0.005  # of a score, by which two trainings differ by chance
NO_SCORE = ("target_in_inputs", "duplicates_across_splits", "accuracy_on_imbalance")  # cures that make a score honest


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--part", choices=[*PARTS, "all"], default="all")
    parser.add_argument("--only", default="")
    parser.add_argument("-v", action="store_true", help="print every finding")
    options = parser.parse_args()
    began, counts = time.monotonic(), {"named": [], "alarms": [], "cured": []}
    with tempfile.TemporaryDirectory() as folder:
        data.write(Path(folder))
        asked_data.write(Path(folder))
        varied_data.write(Path(folder))
        for part in PARTS if options.part == "all" else [options.part]:
            for entry in suite.entries(part):
                if options.only in f"{entry.name} {' '.join(entry.disease)} {' '.join(entry.assignments)}":
                    one(entry, Path(folder), counts, options.v)
            for name, found in counts.items():
                share = f"{sum(found)} of {len(found)}" + (f" ({100 * sum(found) / len(found):.0f} %)" if found else "")
                print(f"{part:6} {name:7} {share}", flush=True)
                found.clear()
    print(f"{time.monotonic() - began:.0f} s")


def one(entry: suite.Entry, folder: Path, counts: dict[str, list[bool]], verbose: bool) -> None:
    """Examine an entry, count, and print what is wrong."""
    outcome = suite.examine(entry, folder)
    if not entry.disease:
        alarms = [finding for finding in outcome.findings if finding.severity != "note"]
        counts["alarms"].append(bool(alarms))
        if alarms:
            print(f"ALARM   {entry.name} {shown(outcome)}: {alarms[0].disease}: {alarms[0].message}", flush=True)
    else:
        named = bool(set(outcome.names(FIRST)) & set(entry.disease))
        counts["named"].append(named)
        if not named:
            print(f"MISSED  {entry.name} {entry.disease} {shown(outcome)}: {outcome.names(5)}", flush=True)
        else:
            cure(entry, outcome, folder, counts)
    if verbose:
        for finding in outcome.findings:
            print("       ", entry.name, *finding.lines(), sep="\n          ", flush=True)


def cure(entry: suite.Entry, outcome: suite.Outcome, folder: Path, counts: dict[str, list[bool]]) -> None:
    """Apply the lines of the disease as printed, train again and compare the scores."""
    finding = next(one for one in outcome.findings if one.disease in entry.disease)
    if finding.disease in NO_SCORE:
        return
    if not finding.set:
        print(f"NO CURE {entry.name} {finding.disease}: {finding.help}", flush=True)
        counts["cured"].append(False)
        return
    after = suite.examine(entry, folder, finding.set)
    before = -1e9 if outcome.score is None else outcome.score
    helps = after.score is not None and (after.score > before + WORSE or (after.score > before and before > 0.9))
    counts["cured"].append(helps)
    if not helps:
        print(f"NO HELP {entry.name} {finding.disease} {finding.set}: {before:.4g} to {after.score}", flush=True)


def shown(outcome: suite.Outcome) -> str:
    """Return the score."""
    return "not trained" if outcome.score is None else f"score {outcome.score:.3f}"


if __name__ == "__main__":
    main()
