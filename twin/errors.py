"""Errors that the command line tells its user; without numpy, so that knowing them costs the start no time."""


class PortDefinitionError(ValueError):
    """A port definition cannot be used; the message is one sentence with file, element, field and value."""
