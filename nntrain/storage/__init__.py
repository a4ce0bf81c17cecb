"""Files written whole or not at all, and the names of the files in `runs/`."""
