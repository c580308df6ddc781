"""HTML bodies become Markdown, whatever state they are in."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from selectolax.lexbor import LexborNode

from ingest.understand.bodies import Quoted, compose
from ingest.understand.html_bodies import html_parts


def markdown(html: str) -> str:
    return compose(html_parts(html))[0]


@pytest.mark.parametrize(
    ("html", "wanted"),
    [
        ("<p>Oil <b>it</b>,<br>then\n <em>wait</em>.</p>", "Oil **it**,\nthen *wait*."),
        ("a<p>b<p>c", "a\n\nb\n\nc"),
        ("<h2>How <i>to</i></h2><p>So.</p>", "## How *to*\n\nSo."),
        ("<ul><li>one<ul><li>two</ul><li>three</ul>", "- one\n  - two\n- three"),
        ("<ol><li><p>a</p><p>b</p></li><li>c</li></ol>", "1. a\n\n   b\n2. c"),
        ("<blockquote><p>Said</p><p>so</p></blockquote>No.", "> Said\n>\n> so\n\nNo."),
        ('<a href="https://x.org/a">here</a>', "[here](https://x.org/a)"),
        ('<a href="https://x.org/a">x.org/a</a>', "https://x.org/a"),
        ('<a href="https://x.org/abcdef">https://x.org/abc...</a>', "https://x.org/abcdef"),
        ('<a href="mailto:ann@x.org">Ann</a>', "Ann"),
        ('<a href="javascript:x()">Run</a>', "Run"),
        ('<img src="a.png" alt="A pump">', "![A pump](a.png)"),
        ('<img class="emoji" src="s.png" alt=":smile:">', ":smile:"),
        ('<img class="avatar" src="a.png" alt="ann">Hi', "Hi"),
        ("<code>a`b</code>", "``a`b``"),
        ("<script>x()</script><style>p{}</style><p>Hi<!-- no --></p>", "Hi"),
        ("&lt;b&gt; &amp;amp;", "<b> &amp;"),
        ("<b><p>x</p></b>", "x"),
        ("<s> x </s>y", "~~x~~ y"),
        ("", ""),
        ("<p", ""),
    ],
)
def test_html_becomes_markdown(html, wanted):
    assert markdown(html) == wanted


def test_code_keeps_its_lines_and_its_language():
    html = '<pre><code class="lang-python">def f():\n\n    return  1\n</code></pre>'
    assert markdown(html) == "```python\ndef f():\n\n    return  1\n```"
    assert markdown("<pre>a ``` b</pre>") == "````\na ``` b\n````"


def test_a_table_keeps_its_cells_even_empty_ones():
    html = "<table><tr><th>A</th><th>B</th></tr><tr><td></td><td>x|<p>y</p></td></tr></table>"
    assert markdown(html) == "| A | B |\n| --- | --- |\n|  | x\\| y |"


def test_a_quote_within_a_quote_stands_under_its_own_author():
    def claim(node: LexborNode) -> Quoted | None:
        return Quoted("", author=node.attributes.get("id")) if node.tag == "aside" else None

    html = "<p>A</p><aside id=bo>B1<aside id=cy>C</aside>B2</aside><p>D</p><p>E</p>"
    assert html_parts(html, claim) == [
        "A",
        Quoted("B1", "bo"),
        Quoted("C", "cy"),
        Quoted("B2", "bo"),
        "D\n\nE",
    ]


def test_each_paragraph_of_a_quote_stands_by_itself():
    text, paragraphs = compose(["Hm.", Quoted("One.\n\nTwo.", "bo", "7"), "So?"])
    assert text == "Hm.\n\n> One.\n\n> Two.\n\nSo?"
    assert [(p.quoted_author, p.quoted_key) for p in paragraphs] == [
        (None, None),
        ("bo", "7"),
        ("bo", "7"),
        (None, None),
    ]
    assert all(text[p.start :].startswith(p.text) for p in paragraphs)


@pytest.mark.parametrize("tag", ["div", "blockquote", "b", "ul><li", "table><tr><td", "span"])
def test_no_depth_of_nesting_stops_it(tag):
    for depth in (1_500, 100_000):
        assert "x" in markdown(f"<{tag}>" * depth + "x")


@given(st.text(alphabet="<>/abpiu ='\"&;\n-!", max_size=200))
def test_no_html_makes_it_fail(html):
    text, paragraphs = compose(html_parts(html))
    assert all(text[p.start :].startswith(p.text) for p in paragraphs)
