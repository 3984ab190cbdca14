"""Sample entries for lists that a new site has none for: to try things with, never for readers.

Each module adds entries of one kind below pages that the site has. `make demo-data`, the tests and
the bench use the same ones. Every entry says that it is a sample in its title and in its text; no
name, number or address in one is anybody's.
"""
