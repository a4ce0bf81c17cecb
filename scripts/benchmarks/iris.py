"""Iris: the whole process, and the training alone, against a plain Keras script."""

import sys

from measure import alternate, nntrain, python, report

runs = int(sys.argv[1]) if len(sys.argv) > 1 else 5
jobs = {"plain Keras": python("plain_iris.py"), "nntrain": nntrain("iris.yaml")}
report("Iris, 40 units, Adam, batch 16, 100 epochs (seconds)", alternate(jobs, runs), "plain Keras")
