"""Models' servers on loopback that speak the three wires, with replies and faults by script.

::

    script.py      what a server says next: a reply, or a fault
    wires.py       how OpenAI, Ollama and Anthropic put that into bytes
    embedding.py   vectors, as each API of embedding models returns them
    server.py      the server, in a thread of its own

The formats are written down from the providers' documentation; nothing was recorded.
"""
