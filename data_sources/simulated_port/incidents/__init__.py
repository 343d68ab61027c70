"""Injected incidents, one kind for each rule: what happens in the simulated world when a scenario asks for it."""
