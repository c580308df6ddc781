"""The terminal face: the console command ``footnote``.

``main`` finds the command, ``app`` opens what it works on, ``shapes`` turns records into JSON
for programs, ``views`` into text for people.
"""

__all__ = []
