"""Sounds of warnings; `make` writes them."""
