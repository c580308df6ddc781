"""A picture of an answer as it looks in Discord, for the README.

::

    __main__.py    sample threads → answer → the bot's own payload → page → Chromium → PNG
    page.py        the payload as a page that looks like Discord's
    markdown.py    the part of Discord's Markdown that the bot writes, as HTML
    page.html      the frame around it: fonts, colours, avatar

Nothing is set by hand: what is in the picture is what ``render_answer`` made of an answer.
"""
