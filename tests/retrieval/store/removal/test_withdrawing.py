"""Posts and quotes taken out of a file, and what is left of it."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from retrieval.records import Passage, Standing, TextKind
from retrieval.store.catalogue.contents import FileContents
from retrieval.store.catalogue.stored_files import stored_files
from retrieval.store.removal.withdrawing import quoting, withdraw
from tests.retrieval.store.builders import Folder, Said, agree, client_at, file_of

ASKS = Said("ada", "Which glue holds a cracked bell?")
QUOTES = Said("bo", "No glue does.\n\n> Which glue holds a cracked bell?\n\nHave it welded.")
THANKS = Said("cy", "> No glue does.\n\nThat is what I feared.", answers="bo")


def passages(contents: FileContents) -> list[Passage]:
    return [passage for thread in contents.threads for passage in thread.passages]


def texts(contents: FileContents) -> list[str]:
    return [passage.text for passage in passages(contents)]


def whole(contents: FileContents) -> None:
    """Assert that every passage stands where it says, and names nothing that is gone."""
    ids = {passage.id for passage in passages(contents)}
    for thread in contents.threads:
        posts = thread.post_of()
        for passage in thread.passages:
            post = posts[passage.post_id]
            assert post.text[passage.start : passage.end] == passage.text
            assert passage.origin_id is None or passage.origin_id in ids
        assert thread.silent <= ids
        assert thread.probes.keys() <= ids


def post_of(contents: FileContents, author: str) -> str:
    return next(p.id for t in contents.threads for p in t.posts if p.author == author)


def test_a_post_goes_with_its_passages_and_the_others_stay_as_and_where_they_were():
    before = file_of("bell.txt", ASKS, QUOTES, THANKS)
    after = withdraw(before, {post_of(before, "cy")})
    whole(after)
    assert passages(after) == passages(before)[:4]
    left, stood = after.threads[0].posts, before.threads[0].posts[:2]
    # Only what speaks for a reply beside the others may be another when one of them is gone.
    assert left == tuple(
        replace(old, worth=new.worth) for old, new in zip(stood, left, strict=True)
    )


def test_a_quote_leaves_the_text_of_its_post_too():
    before = file_of("bell.txt", ASKS, QUOTES, THANKS)
    asker = post_of(before, "ada")
    gone = [p.id for p in passages(before) if p.post_id == asker]
    after = withdraw(before, {asker}, quoting(passages(before), gone))
    whole(after)
    [answer, thanks] = after.threads[0].posts
    assert answer.text == "No glue does.\n\nHave it welded."
    assert answer.ordinal == 1, "its place is that of the source, so nobody takes it for the opener"
    assert thanks.parent_id == answer.id
    (exchange,) = after.threads[0].exchanges
    assert "Which glue" not in exchange.text
    assert "welded" in exchange.text
    assert answer.standing is Standing.REPLY


def test_the_parent_of_a_reply_may_be_gone():
    before = file_of("bell.txt", ASKS, QUOTES, THANKS)
    after = withdraw(before, {post_of(before, "bo")})
    whole(after)
    assert after.threads[0].posts[-1].parent_id == post_of(before, "bo")
    [quote] = [p for p in passages(after) if p.kind is TextKind.QUOTE]
    assert quote.origin_id is None
    assert quote.id not in after.threads[0].silent, "nobody else says it any more"


def test_quotes_of_quotes_are_found():
    again = Said("di", "> > Which glue holds a cracked bell?\n\nEpoxy, for a week.")
    before = file_of("bell.txt", ASKS, QUOTES, again)
    first = passages(before)[0]
    chain = [p for p in passages(before) if p.kind is TextKind.QUOTE]
    assert len(chain) == 2
    assert quoting(passages(before), [first.id]) == {p.id for p in chain}


def test_a_post_that_only_quoted_and_a_thread_without_posts_go_whole():
    echo = Said("di", "> Which glue holds a cracked bell?")
    before = file_of("bell.txt", ASKS, echo)
    all_ids = [p.id for p in passages(before)]
    assert (
        withdraw(before, {post_of(before, "ada")}, quoting(passages(before), all_ids)).threads == ()
    )


@given(st.data())
def test_whatever_is_taken_out_the_rest_is_whole(data):
    words = st.sampled_from(["glue", "bell", "> glue", "> bell, cracked", "welding it helps", ""])
    said = st.builds("\n\n".join, st.lists(words, min_size=1, max_size=5))
    bodies = data.draw(st.lists(said.filter(str.strip), min_size=1, max_size=4))
    before = file_of("x.txt", *(Said(f"p{n}", body) for n, body in enumerate(bodies)))
    posts = [post.id for thread in before.threads for post in thread.posts]
    gone = data.draw(st.sets(st.sampled_from(posts)))
    named = [p.id for p in passages(before)]
    cut = data.draw(st.sets(st.sampled_from(named))) if named else set()
    after = withdraw(before, gone, cut)
    whole(after)
    left = {passage.id for passage in passages(after)}
    assert not left & cut
    assert not {p.post_id for p in passages(after)} & gone


def test_a_file_comes_back_from_the_catalogue_as_it_went_in(tmp_path):
    folder = Folder(tmp_path, client_at(tmp_path))
    contents = file_of("bell.txt", ASKS, QUOTES, THANKS)
    with folder.index() as index:
        index.write([contents])
        row = index.catalogue.connection.execute("SELECT id FROM files").fetchone()
        [stored] = stored_files(index.catalogue, [row[0]])
        assert stored == contents
        index.write([withdraw(stored, {post_of(stored, "ada")})])
        agree(index)
