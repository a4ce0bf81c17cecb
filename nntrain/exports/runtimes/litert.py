"""Computes the outputs of a LiteRT model with its runtime alone: python litert.py MODEL ROWS OUTPUTS."""

import sys


def main(model: str, rows: str, outputs: str) -> None:
    """Read float32 (n, *shape) from a .npy file, write (n, units) to another one, and print the runtime."""
    from importlib.metadata import version

    import numpy as np
    from ai_edge_litert.interpreter import Interpreter

    interpreter = Interpreter(model, num_threads=1)
    [taken], [given] = interpreter.get_input_details(), interpreter.get_output_details()
    x = np.load(rows)
    found = []
    for part in (x[:1], x[1:]):
        if len(part):
            interpreter.resize_tensor_input(taken["index"], part.shape)
            interpreter.allocate_tensors()
            interpreter.set_tensor(taken["index"], part)
            interpreter.invoke()
            found.append(interpreter.get_tensor(given["index"]).copy())
    np.save(outputs, np.concatenate(found))
    if "tensorflow" in sys.modules:
        sys.exit("TensorFlow was loaded")
    print(f"LiteRT {version('ai-edge-litert')}")


if __name__ == "__main__":
    main(*sys.argv[1:])
