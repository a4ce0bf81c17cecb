"""Computes the outputs of an ONNX model with ONNX Runtime alone: python onnx_runtime.py MODEL ROWS OUTPUTS."""

import sys


def main(model: str, rows: str, outputs: str) -> None:
    """Read float32 (n, *shape) from a .npy file, write (n, units) to another one, and print the runtime."""
    import numpy as np
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    x = np.load(rows)
    found = [session.run(["y"], {"x": part})[0] for part in (x[:1], x[1:]) if len(part)]
    np.save(outputs, np.concatenate(found))
    if "tensorflow" in sys.modules:
        sys.exit("TensorFlow was loaded")
    print(f"ONNX Runtime {onnxruntime.__version__}")


if __name__ == "__main__":
    main(*sys.argv[1:])
