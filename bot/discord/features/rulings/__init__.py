"""What staff say of posts and questions, with the last word.

::

    buttons.py   what a button or form of theirs stands for
    targets.py   which posts a message is about
    forms.py     the two forms
    cards.py     choices, and the list that ``/config`` opens
    ruling.py    the menus, and what happens when a button is pressed or a form is sent
"""

__all__ = ["buttons", "forms", "ruling"]
