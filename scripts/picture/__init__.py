"""Pictures of what the bot sends, as it looks in Discord, for the README.

::

    __main__.py    stage → page → Chromium → PNG
    stage.py       sample threads → the real bot on the loopback Discord → what it sent
    page.py        the payload as a page that looks like Discord's
    markdown.py    the part of Discord's Markdown that the bot writes, as HTML
    page.html      the frame around it: fonts, colours, avatar

Nothing is set by hand: what is in a picture is what the bot posted.
"""
