"""Logs go to stderr, one line an event."""

import logging
import warnings

import pytest

from bot.terminal.logs import OneLineFormatter, configure_logging


def test_a_message_with_line_breaks_and_colours_stays_one_line(capsys):
    configure_logging(1)
    logging.getLogger("ingest.scan").info("read %s", "a\nERROR forged\r\x1b[31m.txt")
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.endswith(r"Z INFO ingest.scan: read a\nERROR forged\r\x1b[31m.txt" + "\n")
    assert captured.err.count("\n") == 1


def test_a_traceback_stays_one_line():
    error = ValueError("two\nlines")
    cause = (type(error), error, None)
    record = logging.LogRecord("bot", logging.ERROR, __file__, 1, "failed", (), cause)
    line = OneLineFormatter().format(record)
    assert "\n" not in line
    assert r"ValueError: two\nlines" in line


@pytest.mark.parametrize(
    ("verbosity", "seen"),
    [(0, ["retrieval warns"]), (1, ["retrieval informs", "retrieval warns"])],
)
def test_verbosity_decides_what_is_logged(capsys, verbosity, seen):
    configure_logging(verbosity)
    ours, theirs = logging.getLogger("retrieval.ranking.hybrid"), logging.getLogger("chromadb")
    ours.debug("retrieval explains")
    ours.info("retrieval informs")
    ours.warning("retrieval warns")
    theirs.info("a library informs")
    lines = capsys.readouterr().err.splitlines()
    assert [line.rpartition(": ")[2] for line in lines] == seen


def test_twice_verbose_shows_our_details_and_the_libraries_news(capsys):
    configure_logging(2)
    logging.getLogger("retrieval.ranking.hybrid").debug("retrieval explains")
    logging.getLogger("chromadb").info("a library informs")
    logging.getLogger("chromadb").debug("a library explains")
    err = capsys.readouterr().err
    assert "retrieval explains" in err
    assert "a library informs" in err
    assert "a library explains" not in err


def test_a_library_that_warns_does_not_disturb_a_single_question(capsys):
    configure_logging(0)
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(capture=True)
        warnings.warn("old way", DeprecationWarning, stacklevel=1)
    assert capsys.readouterr().err == ""
