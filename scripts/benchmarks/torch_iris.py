"""A hand-written PyTorch loop: Iris, 40 units, Adam, batch 16, 100 epochs, validation after each epoch."""

import json
import time

import torch
from sklearn.datasets import load_iris
from sklearn.model_selection import train_test_split
from torch import nn

torch.manual_seed(42)
x, y = load_iris(return_X_y=True)
x_rest, x_test, y_rest, y_test = train_test_split(x, y, test_size=0.2, stratify=y, random_state=0)
x_train, x_val, y_train, y_val = train_test_split(x_rest, y_rest, test_size=0.2, stratify=y_rest, random_state=0)
mean, deviation = x_train.mean(0), x_train.std(0)
x_train, x_val, x_test = (torch.tensor((each - mean) / deviation).float() for each in (x_train, x_val, x_test))
y_train, y_val, y_test = map(torch.tensor, (y_train, y_val, y_test))
model = nn.Sequential(nn.Linear(4, 40), nn.ReLU(), nn.Linear(40, 3))
optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
loss_of = nn.CrossEntropyLoss()


def score(inputs: torch.Tensor, classes: torch.Tensor) -> tuple[float, float]:
    """Loss and accuracy."""
    with torch.no_grad():
        output = model(inputs)
        return float(loss_of(output, classes)), float((output.argmax(1) == classes).float().mean())


started = time.perf_counter()
for _ in range(100):
    for rows in torch.randperm(len(x_train)).split(16):
        optimizer.zero_grad()
        loss_of(model(x_train[rows]), y_train[rows]).backward()
        optimizer.step()
    score(x_val, y_val)
training = time.perf_counter() - started
score(x_test, y_test)
torch.save(model.state_dict(), "/tmp/plain_iris.pt")
print(json.dumps({"training": training, "epoch": training / 100}))
