"""From a post's text to whose words it holds, and to the passages that are indexed."""
