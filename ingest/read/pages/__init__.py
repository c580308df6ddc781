"""Pages that are one post each, and plain text."""

__all__ = ["docx_page", "html_page", "markdown_page", "pdf_page", "plain_text"]
