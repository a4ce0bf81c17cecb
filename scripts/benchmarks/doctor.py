"""What the doctor costs: the same training with and without it, in turn.

`doctor.py [RUNS] [mlp] [cnn]`: Fashion MNIST with 784-300-100-10 for 12 epochs, or a small convolutional network for 3.
It measures between epochs (`SHARE` in nntrain/doctor/probe.py), so the seconds of training hold its measurements, and
those of the whole process its examination of the data and the curves too.
"""

import argparse

from measure import alternate, goal, nntrain, report

EPOCHS = {"mlp": 12, "cnn": 3}
ALIKE = ("--no-plots", "--no-report")


def main() -> None:
    """Compares the two for each network."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("runs", nargs="?", type=int, default=5, help="number of rounds; medians are printed")
    parser.add_argument("networks", nargs="*", default=list(EPOCHS), help="of mlp and cnn")
    wanted = parser.parse_args()
    for network in wanted.networks:
        options = ("--set", f"train.epochs={EPOCHS[network]}", *ALIKE)
        jobs = {
            "without": nntrain(f"fashion_{network}.yaml", *options, "--no-doctor"),
            "with the doctor": nntrain(f"fashion_{network}.yaml", *options),
        }
        medians = alternate(jobs, wanted.runs)
        report(f"Fashion MNIST, {network}, {EPOCHS[network]} epochs (seconds)", medians, "without")
        with_it, without = medians["with the doctor"], medians["without"]
        goal(
            "seconds of training, with the doctor against without",
            with_it["training"] / without["training"],
            None,
            1.03,
        )


if __name__ == "__main__":
    main()
