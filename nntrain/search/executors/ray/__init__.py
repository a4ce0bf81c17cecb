"""What the Ray executor is made of: the client, actors, nodes, and the files sent between machines."""
