"""Hand-written PyTorch loops: `plain_torch.py mlp|full|cnn|bn|wide EPOCHS [--bfloat16]`, Fashion MNIST.

Prints the median epoch after the first.
"""

import argparse
import json
import statistics
import time

import torch
from fashion_images import arrays
from torch import nn

BATCH = {"mlp": 32, "full": 32, "cnn": 128, "bn": 128, "wide": 512}

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("net", choices=BATCH)
parser.add_argument("epochs", type=int)
parser.add_argument("--bfloat16", action="store_true", help="autocast the forward pass")
given = parser.parse_args()

torch.manual_seed(42)
images, labels = arrays("train")
x = torch.tensor(images)[:, None].float() / 255
y = torch.tensor(labels).long()


def dense(inputs: int, units: int) -> list[nn.Module]:
    """A hidden layer with batch normalization and dropout."""
    return [nn.Linear(inputs, units), nn.BatchNorm1d(units), nn.ReLU(), nn.Dropout(0.2)]


def normalized(inputs: int, filters: int) -> list[nn.Module]:
    """A convolution with batch normalization."""
    return [nn.Conv2d(inputs, filters, 3), nn.BatchNorm2d(filters), nn.ReLU(), nn.MaxPool2d(2)]


def convolution(inputs: int, filters: int) -> list[nn.Module]:
    """A convolution alone."""
    return [nn.Conv2d(inputs, filters, 3), nn.ReLU(), nn.MaxPool2d(2)]


def relu(*units: int) -> list[nn.Module]:
    """Hidden layers of an MLP; the first number is that of the inputs."""
    pairs = zip(units[:-1], units[1:], strict=True)
    return [nn.Flatten(), *(layer for pair in pairs for layer in (nn.Linear(*pair), nn.ReLU()))]


NETS = {
    "mlp": lambda: [*relu(784, 300, 100), nn.Linear(100, 10)],
    "wide": lambda: [*relu(784, 2048, 2048), nn.Linear(2048, 10)],
    "full": lambda: [nn.Flatten(), *dense(784, 300), *dense(300, 100), nn.Linear(100, 10)],
    "cnn": lambda: [*convolution(1, 32), *convolution(32, 64), *relu(1600, 128), nn.Linear(128, 10)],
    "bn": lambda: [*normalized(1, 32), *normalized(32, 64), *relu(1600, 128), nn.Linear(128, 10)],
}
model = nn.Sequential(*NETS[given.net]())
plain = given.net in ("mlp", "wide")
optimizer = torch.optim.SGD(model.parameters(), lr=0.01) if plain else torch.optim.Adam(model.parameters())
loss_of = nn.CrossEntropyLoss()
hidden = [each for each in model if isinstance(each, nn.Linear)][:-1] if given.net == "full" else []
seconds = []
for _ in range(given.epochs):
    started = time.perf_counter()
    correct = 0
    for rows in torch.randperm(len(x)).split(BATCH[given.net]):
        optimizer.zero_grad()
        with torch.autocast("cpu", torch.bfloat16, enabled=given.bfloat16):
            output = model(x[rows])
            loss = loss_of(output, y[rows])
        loss = loss + sum(1e-4 * layer.weight.square().sum() for layer in hidden)
        loss.backward()
        optimizer.step()
        with torch.no_grad():
            for layer in hidden:
                layer.weight.copy_(torch.renorm(layer.weight, 2, 0, 3.0))
        correct += int((output.argmax(1) == y[rows]).sum())
    seconds.append(time.perf_counter() - started)
print(json.dumps({"epoch": statistics.median(seconds[1:])}))
