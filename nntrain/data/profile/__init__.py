"""What is in a file, a folder or the data of a config, without a training: `nntrain data`."""
