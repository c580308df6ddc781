"""What the measurement of quote links counts, and that a quote of a quote leads to its origin."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.quote_links import main

QUESTION = "Which oil does the gearbox of the old crane in the harbour take?"


def mail(number: int, author: str, body: str) -> str:
    answers = f"In-Reply-To: <{number - 1}@example.org>\n" if number > 1 else ""
    return (
        f"From ann at example.org  Thu Jan  1 10:0{number}:00 2026\n"
        f"From: {author} <{author.lower()}@example.org>\n"
        f"Date: Thu, 1 Jan 2026 10:0{number}:00 +0000\n"
        f"Subject: Oil\nMessage-ID: <{number}@example.org>\n{answers}\n{body}\n\n"
    )


def test_quotes_of_known_origin_are_counted_by_where_they_lead(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    archive = tmp_path / "oil.mbox"
    archive.write_text(
        mail(1, "Ann", QUESTION)
        + mail(2, "Ben", f"On 1 Jan 2026, at 10:01, Ann wrote:\n> {QUESTION}\n\nThe green one.")
        # Credited to who quoted it, as some programs do.
        + mail(3, "Cy", f"On 1 Jan 2026, at 10:02, Ben wrote:\n> {QUESTION}\n\nNo, the blue one.")
        + mail(4, "Di", "On 1 Jan 2026, at 10:03, Cy wrote:\n> Nobody ever wrote these words here.")
    )
    main([str(archive)])
    assert capsys.readouterr().out == (
        "Mail: 2 quotes of known origin, 1.000 to the right post, 0 to another, 0 to none\n"
    )
