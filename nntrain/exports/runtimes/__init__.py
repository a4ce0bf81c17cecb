"""Programs that load an export in its own runtime, each in a process without TensorFlow: MODEL ROWS OUTPUTS."""
