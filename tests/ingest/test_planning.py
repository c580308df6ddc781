from __future__ import annotations

from pathlib import Path

import pytest

from ingest.files.scanning import FoundFile, Scan
from ingest.planning import plan
from ingest.report import Refusal
from retrieval.errors import UnavailableError
from retrieval.store.catalogue.contents import FileStamp

CORPUS = Path("/corpus")


def found(path: str, size: int = 5, mtime_ns: int = 7) -> FoundFile:
    return FoundFile(str(CORPUS / path), path, size, mtime_ns)


def stored(*paths: str, reading: str = "1/") -> dict[str, FileStamp]:
    return {
        str(CORPUS / path): FileStamp(str(CORPUS / path), path, 5, 7, "abc", reading)
        for path in paths
    }


def whole(*paths: str, unseen: tuple[str, ...] = ()) -> Scan:
    """A scan of the whole corpus folder."""
    return Scan(
        files=tuple(found(path) for path in paths),
        refused=tuple(Refusal(path, "cannot be read") for path in unseen),
        folders=(CORPUS,),
        unseen=tuple(CORPUS / path for path in unseen),
    )


def planned(scan: Scan, known: dict[str, FileStamp], **more):
    return plan(scan, known, "1", **({"allow_empty": False} | more))


def test_what_is_new_is_read_what_is_gone_is_removed_and_the_rest_stays():
    todo = planned(whole("new.txt", "same.txt"), stored("same.txt", "gone.txt"))
    assert [file.name for file in todo.to_read] == ["new.txt"]
    assert [file.name for file in todo.unchanged] == ["same.txt"]
    assert todo.removed == ("/corpus/gone.txt",)


@pytest.mark.parametrize("change", [{"size": 6}, {"mtime_ns": 8}])
def test_a_file_of_another_size_or_time_is_read_again(change):
    scan = Scan((found("a.txt", **change),), (), (CORPUS,))
    assert len(planned(scan, stored("a.txt")).to_read) == 1


def test_a_new_version_of_the_readers_reads_everything_again():
    assert len(planned(whole("a.txt"), stored("a.txt", reading="0/")).to_read) == 1


@pytest.mark.parametrize(
    ("read_as", "asked", "is_read"),
    [
        ("", None, 0),
        ("cp1252", None, 0),
        ("cp1252", "cp1252", 0),
        ("cp1252", "latin-1", 1),
        ("", "latin-1", 1),
    ],
)
def test_another_encoding_than_the_last_one_reads_a_file_again(read_as, asked, is_read):
    known = stored("a.txt", reading=f"1/{read_as}")
    assert len(planned(whole("a.txt"), known, encoding=asked).to_read) == is_read


def test_only_below_a_folder_that_was_looked_through_is_anything_removed():
    some = Scan((found("sub/a.txt"),), (), (CORPUS / "sub",))
    known = stored("sub/gone.txt", "other.txt", "subway/b.txt")
    assert planned(some, known).removed == ("/corpus/sub/gone.txt",)
    one_file = Scan((found("a.txt"),), (), ())
    assert planned(one_file, known).removed == ()


def test_what_could_not_be_looked_at_is_not_taken_for_gone():
    known = stored("closed/a.txt", "closed/b/c.txt", "link.txt", "gone.txt", "closedown.txt")
    todo = planned(whole("new.txt", unseen=("closed", "link.txt")), known)
    assert todo.removed == ("/corpus/gone.txt", "/corpus/closedown.txt")


def test_an_empty_folder_empties_no_index_unless_told_to():
    known = stored("a.txt", "b.txt")
    with pytest.raises(UnavailableError, match=r"but 2 in the index .* --allow-empty"):
        planned(whole(), known)
    assert len(planned(whole(), known, allow_empty=True).removed) == 2


def test_one_empty_folder_among_others_is_no_less_suspicious():
    other = Scan((FoundFile("/other/a.txt", "a.txt", 5, 7),), (), (CORPUS, Path("/other")))
    with pytest.raises(UnavailableError, match="/corpus, but 1 in the index"):
        planned(other, stored("a.txt"))
    assert planned(other, {}).removed == ()


def test_an_empty_folder_of_which_nothing_is_known_is_a_mistake():
    with pytest.raises(UnavailableError, match="There are no files in /corpus"):
        planned(whole(), {})
    assert planned(whole(), {}, allow_empty=True).to_read == ()


def test_where_everything_was_refused_the_refusals_say_it():
    assert planned(whole(unseen=("pipe.txt",)), {}).to_read == ()
