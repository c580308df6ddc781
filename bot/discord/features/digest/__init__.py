"""``/digest`` and ``/topics``."""
