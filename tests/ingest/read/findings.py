"""What a reader finds, taken apart for a test."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ingest.drafts import Found, LeftOut, PostDraft, Reader, Shortfall, ThreadDraft
from ingest.sources import Bundle, Folder, SourceFile

Fields = dict[str, Any]
Content = bytes | str | list[Any] | Fields


@dataclass(frozen=True)
class Findings:
    threads: tuple[ThreadDraft, ...]
    left_out: Mapping[str, int]
    shortfalls: tuple[str, ...]

    @property
    def thread(self) -> ThreadDraft:
        [thread] = self.threads
        return thread

    @property
    def posts(self) -> dict[str, PostDraft]:
        return {post.key: post for thread in self.threads for post in thread.posts}

    @property
    def counted(self) -> int:
        return len(self.posts) + sum(self.left_out.values())


def find(reader: Reader, content: Content, name: str = "export.json") -> Findings:
    return findings(reader.read(SourceFile.of(name, as_bytes(content))))


def find_in_folder(
    reader: Reader, files: Mapping[str, Content], name: str = "export"
) -> list[Findings]:
    """Read what the reader takes together of a folder."""
    data = {path: as_bytes(content) for path, content in files.items()}
    folder = Folder({path: lambda path=path: data[path] for path in data})  # type: ignore[misc]
    assert reader.bundles is not None
    assert reader.read_bundle is not None
    return [
        findings(
            reader.read_bundle(
                Bundle(name, {path: SourceFile.of(path, data[path]) for path in group.members})
            )
        )
        for group in reader.bundles(folder)
    ]


def findings(found: Iterable[Found]) -> Findings:
    threads: list[ThreadDraft] = []
    left_out: Counter[str] = Counter()
    shortfalls: list[str] = []
    for each in found:
        if isinstance(each, ThreadDraft):
            threads.append(each)
            _check(each)
        elif isinstance(each, LeftOut):
            left_out[each.reason.value] += each.posts
        elif isinstance(each, Shortfall):
            shortfalls.append(each.text)
    return Findings(tuple(threads), dict(left_out), tuple(shortfalls))


def as_bytes(content: Content) -> bytes:
    if isinstance(content, bytes):
        return content
    text = content if isinstance(content, str) else json.dumps(content)
    return text.encode("utf-8")


def _check(thread: ThreadDraft) -> None:
    keys = [post.key for post in thread.posts]
    assert len(set(keys)) == len(keys), "two posts of one name"
    for post in thread.posts:
        assert post.paragraphs
        assert post.parent_key != post.key
        for paragraph in post.paragraphs:
            assert post.text[paragraph.start :].startswith(paragraph.text)
            assert paragraph.text.strip()
