"""Peak memory of a training on Fashion MNIST, against a plain Keras script that holds its images as float32.

`memory.py [RUNS] [KIND ...]`: kinds are `mlp`, `full` and `cnn`; all but `full` by default. Both sides train without a
validation and score the test images; nntrain saves the model and draws its plots too.
"""

import sys

from measure import alternate, goal, nntrain, python, report

EPOCHS = 2
LESS = 100  # MB that nntrain is to need less


def main() -> None:
    """Measures the kinds on the command line."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    for kind in sys.argv[2:] or ("mlp", "cnn"):
        jobs = {
            "plain Keras": python("plain_fashion.py", kind, str(EPOCHS)),
            "nntrain": nntrain(f"fashion_{kind}.yaml", "--set", f"train.epochs={EPOCHS}"),
        }
        medians = {name: {"peak MB": found["peak MB"]} for name, found in alternate(jobs, runs).items()}
        report(f"Fashion MNIST, {kind}, the largest resident memory of the process", medians, "plain Keras")
        plain, ours = (metrics["peak MB"] for metrics in medians.values())
        goal("MB less than plain Keras", plain - ours, at_least=LESS)


if __name__ == "__main__":
    main()
