"""The list of forgotten people, apart from any index."""

from __future__ import annotations

import json
import stat

import pytest

from retrieval.errors import StorageError
from retrieval.store.removal.forgotten import FILE, ForgottenPeople


@pytest.fixture
def people(tmp_path):
    return ForgottenPeople(tmp_path / "data")


def test_nobody_is_forgotten_at_first_and_looking_writes_nothing(people, tmp_path):
    assert (people.count(), people.is_forgotten("7"), people.allow("8")) == (0, False, False)
    assert not people.read()
    assert not (tmp_path / "data").exists()


def test_whoever_is_forgotten_stays_so_for_the_next_process_until_they_are_allowed(
    people, tmp_path
):
    people.remember("7")
    people.remember("7")
    again = ForgottenPeople(tmp_path / "data")
    assert (again.count(), again.is_forgotten("7"), again.is_forgotten("8")) == (1, True, False)
    assert again.read().wrote("7", "Ada", "jsonl")
    assert again.allow("7")
    assert not again.allow("7")
    assert not people.read().wrote("7", "Ada", "jsonl")


def test_the_list_names_nobody_and_is_for_its_owner_alone(people, tmp_path):
    people.remember("184405311681986560", name="Ada Lovelace")
    people.remember_traces("184405311681986560", [("zoltan", "jsonl")], ["a1a1a1a1a1a1a1a1"])
    path = tmp_path / "data" / FILE
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    kept = path.read_text("utf-8")
    for told in ("184405311681986560", "ovelace", "zoltan", "a1a1a1a1a1a1a1a1"):
        assert told not in kept
    other = ForgottenPeople(tmp_path / "other")
    other.remember("184405311681986560")
    [here] = json.loads(kept)["people"]
    [there] = json.loads((tmp_path / "other" / FILE).read_text("utf-8"))["people"]
    assert here["id"] != there["id"], "another installation has another key"


def test_a_name_stands_for_an_author_only_where_the_source_has_no_ids(people):
    people.remember("plain-text:Ada")
    forgotten = people.read()
    assert forgotten.wrote(None, "ada", "plain-text")
    assert not forgotten.wrote(None, "ada", "jsonl")
    assert not forgotten.wrote("9", "ada", "plain-text"), "the id says that it is somebody"
    assert not forgotten.wrote(None, None, "plain-text")


def test_a_name_of_theirs_stands_for_them_in_every_kind_of_source(people):
    people.remember("7", name="Ada")
    forgotten = people.read()
    assert forgotten.wrote(None, "ADA", "mbox")
    assert forgotten.are_called("Ada", "mbox")
    assert not forgotten.wrote(None, "Adam", "mbox")


def test_who_is_quoted_by_a_name_did_not_write_under_it(people):
    people.remember("7")
    people.remember_traces("7", [("Ada", "jsonl")], ["a1a1a1a1a1a1a1a1"])
    forgotten = people.read()
    assert forgotten.are_called("Ada", "jsonl")
    assert not forgotten.are_called("Ada", "mbox")
    assert not forgotten.wrote(None, "Ada", "jsonl")
    assert forgotten.was_repeated_in("a1a1a1a1a1a1a1a1")
    assert not forgotten.was_repeated_in("b2b2b2b2b2b2b2b2")
    assert people.allow("7")
    assert not people.read().was_repeated_in("a1a1a1a1a1a1a1a1")


def test_what_is_said_of_one_person_is_not_said_of_another(people):
    people.remember("7")
    people.remember("8")
    one = people.read("7")
    assert (one.wrote("7", None, "x"), one.wrote("8", None, "x")) == (True, False)


@pytest.mark.parametrize("damaged", ["", "{", "[]", '{"key": "zz", "people": []}', '{"key": "00"}'])
def test_a_damaged_list_stops_everything_and_is_left_alone(people, tmp_path, damaged):
    people.remember("7")
    path = tmp_path / "data" / FILE
    path.write_text(damaged, "utf-8")
    for attempt in (people.read, people.count, lambda: people.remember("8")):
        with pytest.raises(StorageError, match="put a backup in its place"):
            attempt()
    assert path.read_text("utf-8") == damaged


def test_a_list_that_cannot_be_locked_is_one_clear_error(tmp_path):
    (tmp_path / "forgotten-people.json.lock").mkdir()
    with pytest.raises(StorageError, match=r"The list of forgotten people .* cannot be used"):
        ForgottenPeople(tmp_path).remember("7")
