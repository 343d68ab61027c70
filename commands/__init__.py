"""The commands of the program, one module each: `add` describes it on the command line, `run` does it."""
