"""How the program ends."""

DONE = 0
FAILED = 1
"""Failed while running: one sentence on standard error."""
USAGE = 2
"""The command line, a file named on it or a setting cannot be used."""
NO_BACKEND = 3
"""The backend could not be reached or gave nothing to show."""
