"""Questions that were not answered, for staff: listed, told of weekly, answered, passed on.

::

    grouping.py  what asks the same, together
    card.py      the list, and its table as CSV
    command.py   ``/gaps`` and its buttons
    weekly.py    the digest in the channel of staff
    person.py    *Ask a person* under what is no answer
"""

__all__ = ["command", "person", "weekly"]
