"""The Python API: what the commands do, as functions and objects. `import nntrain` offers its names."""
