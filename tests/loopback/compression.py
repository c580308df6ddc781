"""Transport compression of the gateway: one stream for the life of a connection."""

import importlib
import zlib
from collections.abc import Callable
from typing import Any

Compress = Callable[[bytes], bytes]


def zlib_stream() -> Compress:
    """Each message ends in a sync flush, as ``compress=zlib-stream`` promises."""
    stream = zlib.compressobj()
    return lambda data: stream.compress(data) + stream.flush(zlib.Z_SYNC_FLUSH)


def zstd_stream() -> Compress:
    """As above for ``zstd-stream``, which discord.py asks for where zstandard is installed."""
    # Imported by name: it is an optional package, and mypy must not need it.
    zstandard: Any = importlib.import_module("zstandard")
    stream = zstandard.ZstdCompressor().compressobj()
    flush_block = zstandard.COMPRESSOBJ_FLUSH_BLOCK
    return lambda data: bytes(stream.compress(data) + stream.flush(flush_block))


STREAMS: dict[str, Callable[[], Compress]] = {
    "zlib-stream": zlib_stream,
    "zstd-stream": zstd_stream,
}
