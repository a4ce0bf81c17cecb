"""Worker processes on this machine: how they start, end and talk to the process that gives them work."""
