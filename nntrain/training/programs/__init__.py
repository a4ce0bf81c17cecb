"""What runs the steps of a training, one module a program."""
