"""What an answer has to contain literally."""

import pytest

from retrieval.question.identifiers import acronym_asked_for, missing_identifiers, spells_out


@pytest.mark.parametrize(
    ("question", "identifiers"),
    [
        ("Does the RX-480 fit?", ("RX-480",)),
        ("What is new in v2.13?", ("v2.13",)),
        ("Why does it say E1047 at the start?", ("E1047",)),
        ("What does --dry-run do?", ("--dry-run",)),
        ("How do I call GameObject.Find twice?", ("GameObject.Find",)),
        ("Is max_depth or maxDepth meant?", ("max_depth", "maxDepth")),
        ("How do I free a stuck seatpost?", ()),
        ("Is it well-known?", ()),
    ],
)
def test_identifiers_of_a_question(question, identifiers):
    assert missing_identifiers(question, ["Something else."]) == identifiers
    assert missing_identifiers(question, [*identifiers, "and more"]) == ()


@pytest.mark.parametrize(
    ("question", "acronym"),
    [
        ("What does the acronym B-TREX stand for?", "B-TREX"),
        ("what does SRAM stand for", "SRAM"),
        ("What is QoS short for?", "QoS"),
        ("What does the abbreviation TPS mean?", "TPS"),
        ("What does FTP mean here?", "FTP"),
        ("Wofür steht ABS?", "ABS"),
        ("What does the brake stand for?", None),
        ("What does I mean when he says that?", None),
        ("How do I clean a SRAM brake?", None),
    ],
)
def test_who_asks_what_an_acronym_stands_for(question, acronym):
    assert acronym_asked_for(question) == acronym


@pytest.mark.parametrize(
    ("text", "acronym", "does"),
    [
        ("A B-TREX is a belt-driven transfer of rotation extender.", "B-TREX", False),
        ("The Belt Transmission for Rear Extended Xylophones (B-TREX) is loud.", "B-TREX", True),
        ("B-TREX stands for something with belts.", "B-TREX", True),
        ("In a B-TREX the belt turns the wheel.", "B-TREX", False),
        ("That is the quality of service that you pay for.", "QoS", False),
        ("That is the Quality of Service that you pay for.", "QoS", True),
        ("You use it on the screen.", "UI", False),
        ("JavaScript Object Notation, that is all.", "JSON", True),
        ("", "JSON", False),
    ],
)
def test_a_text_spells_an_acronym_out(text, acronym, does):
    assert spells_out(text, acronym) is does
