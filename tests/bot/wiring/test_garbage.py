from __future__ import annotations

import gc
import weakref

from bot.wiring.garbage import leave_alone_what_stays, pass_over_modules


class _Ring:
    def __init__(self) -> None:
        self.itself = self


def test_what_is_there_is_passed_over_and_what_comes_later_is_collected() -> None:
    garbage = weakref.ref(_Ring())
    stays = _Ring()
    try:
        leave_alone_what_stays()
        assert garbage() is None  # was none of what stays
        assert not any(one is stays for one in gc.get_objects())
        later = weakref.ref(_Ring())
        gc.collect()
        assert later() is None
    finally:
        gc.unfreeze()


def test_modules_are_passed_over_and_what_comes_later_is_collected() -> None:
    stays = _Ring()
    try:
        pass_over_modules()
        assert not any(one is stays for one in gc.get_objects())
        later = weakref.ref(_Ring())
        gc.collect()
        assert later() is None
    finally:
        gc.unfreeze()
