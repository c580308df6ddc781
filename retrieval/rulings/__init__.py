"""What staff decided about what is shown: answers marked, hidden, outdated, and official ones.

::

    records.py   what a ruling is
    book.py      the file in the data folder that keeps them
    likeness.py  which official answer a question is about

Rulings name posts and passages by their ids, which come from content, so they hold after a file
is read again and after the index is made anew.  What they come to in one knowledge base is worked
out by ``retrieval.store.catalogue.ruled``.
"""
