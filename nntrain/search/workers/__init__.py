"""The processes that train trials, on this machine and on the nodes of a Ray cluster."""
