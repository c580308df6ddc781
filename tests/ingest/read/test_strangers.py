from __future__ import annotations

import json

import pytest

from ingest.read import READERS, reader_for, refuse_stranger
from ingest.read.pages import plain_text
from ingest.read.strangers import told
from retrieval.errors import FileRefusedError
from tests.ingest.read.examples import examples

WHATSAPP = "".join(
    f"01/05/2024, 10:{n:02d} - {who}: Some words of theirs.\n" for n, who in enumerate("ABCABC")
)
IPHONE = "".join(f"\u200e[01.05.24, 10:{n:02d}:00] Ada: Some words.\n" for n in range(5))
IRC = "".join(f"[10:{n:02d}] <@ada> Some words of hers.\n" for n in range(5))
MATRIX = {"room_name": "Kitchen", "messages": [{"type": "m.room.message", "content": {}}]}
FACEBOOK = {"messages": [{"sender_name": "Ada", "timestamp_ms": 1, "content": "Words"}]}
PACKAGE = [{"ID": 1240000000000000000, "Timestamp": "2024-05-01", "Contents": "Words"}]


@pytest.mark.parametrize(
    ("data", "product"),
    [
        (WHATSAPP, "WhatsApp"),
        (IPHONE, "WhatsApp"),
        (IRC, "IRC"),
        (json.dumps(MATRIX), "Element"),
        (json.dumps(FACEBOOK), "Facebook"),
        (json.dumps(PACKAGE), "Discord's own data package"),
        ("BEGIN:VCARD\nFN:Ada\n", "vCard"),
        ("{\\rtf1 words}", "RTF"),
        ("WEBVTT\n\n00:01 --> 00:02\nWords\n", "subtitles"),
        ("-----BEGIN RSA PRIVATE KEY-----\nx\n", "key"),
    ],
)
@pytest.mark.parametrize("name", ["a.txt", "a.json", "a", "a.log"])
def test_what_belongs_to_a_product_is_refused_by_its_name(data, product, name):
    head = data.encode()
    with pytest.raises(FileRefusedError) as error:
        refuse_stranger(name, head, reader_for(name, head))
    assert product in error.value.reason
    assert ";" in error.value.reason, "what to do comes after it"


@pytest.mark.parametrize(
    "data",
    [
        "How do I true a wheel?\nTighten the spoke.\n",
        "10:00 is when we open: come by.\nAt 11:00 there is tea.\n<b>No</b> markup.\n",
        "<ada> said so.\nBut nobody else did.\nNor would they.\nEver.\n",
    ],
)
def test_prose_is_plain_text(data):
    head = data.encode()
    assert told(head) is None
    assert reader_for("a.txt", head) is plain_text.READER
    refuse_stranger("a.txt", head, plain_text.READER)


@pytest.mark.parametrize("name", ["a.json", "a.html", "a.xml", "a.csv", "a.bin"])
def test_what_no_reader_knows_is_refused(name):
    head = b'{"some": "thing"}' if name == "a.json" else b"\x00\x01"
    with pytest.raises(FileRefusedError, match="footnote formats"):
        refuse_stranger(name, head, reader_for(name, head))


def test_what_is_read_is_no_stranger():
    for example in examples():
        files = example.write([])
        if isinstance(files, bytes):
            assert told(files) is None
    assert len({reader.kind for reader in READERS}) == len(READERS)
