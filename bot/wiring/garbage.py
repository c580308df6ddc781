"""Python's garbage collector, in a process that must not pause."""

from __future__ import annotations

import gc


def leave_alone_what_stays() -> None:
    """Let the collector pass over everything that is there now, from here on.

    It looks through all of memory at once, which stalls every thread: 65 to 200 ms for the
    100,000 objects that a bot's modules and indexes are.  They stay as long as the bot does, so
    nothing is lost; what comes later is collected as ever.  Takes one such pause itself.
    """
    gc.collect()
    gc.freeze()


def pass_over_modules() -> None:
    """Let the collector pass over what is there now, most of it modules, without looking at it.

    For commands that import Chroma and then make many things, at which the collector would go
    through all of memory now and then, 80 ms each time.  What is garbage at this moment is never
    given back, so it is not for what a process does over and over.
    """
    gc.freeze()
