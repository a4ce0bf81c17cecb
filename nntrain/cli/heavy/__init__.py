"""What a command does with TensorFlow or pandas: each module is the second half of the command of its name."""
