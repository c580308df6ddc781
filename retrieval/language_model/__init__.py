"""Language models, behind one narrow seam: ``retrieval.language_model.chat``.

::

    chat.py          the seam: what a writer asks of a model
    providers.py     settings → a model, with its limits
    limits.py        one call within deadline, budget, slots and circuit, attempt by attempt
    circuit.py       leaves a model alone that keeps failing
    retrying.py      how long to wait before the next attempt
    budget.py        what a day may cost; spending.py keeps the account of it
    receiving.py     one attempt: a stream, read until it ends, stalls or is too long
    failures.py      what the client libraries raise, in plain words and without secrets
    loop_thread.py   where attempts run, so that any of them can be ended at any moment
    wires.py         what the three wires have in common; openai_like.py, ollama.py and
                     anthropic.py what each has of its own
    probing.py       whether the model that is set can be used, for ``footnote doctor``
    answer_cache.py  written answers that may be given again

The client libraries are extras, imported when a model is opened.
"""
