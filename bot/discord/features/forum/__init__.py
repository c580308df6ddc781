"""Where people ask without asking the bot: posts in forums, messages in channels for questions.

::

    waiting_room.py  who has asked, and whether anybody replied meanwhile
    posts.py         answers posts, or drafts for staff
    drafts.py        what staff do with a draft
    draft_card.py    the draft itself, and its buttons
"""
