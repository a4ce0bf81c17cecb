"""A hand-written PyTorch loop: Fashion MNIST, 784-300-100-10, SGD, batch 32; the median epoch after the first."""

import json
import statistics
import sys
import time

import torch
from fashion import arrays
from torch import nn

torch.manual_seed(42)
images, labels = arrays("train")
x = torch.tensor(images).reshape(len(images), -1).float() / 255
y = torch.tensor(labels).long()
model = nn.Sequential(nn.Linear(784, 300), nn.ReLU(), nn.Linear(300, 100), nn.ReLU(), nn.Linear(100, 10))
optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
loss_of = nn.CrossEntropyLoss()
seconds = []
for _ in range(int(sys.argv[1])):
    started = time.perf_counter()
    correct = 0
    for rows in torch.randperm(len(x)).split(32):
        optimizer.zero_grad()
        output = model(x[rows])
        loss = loss_of(output, y[rows])
        loss.backward()
        optimizer.step()
        correct += int((output.argmax(1) == y[rows]).sum())
    seconds.append(time.perf_counter() - started)
print(json.dumps({"epoch": statistics.median(seconds[1:])}))
