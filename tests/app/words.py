"""What a page that AppTest ran says."""

from streamlit.testing.v1 import AppTest


def page_text(page: AppTest) -> str:
    """All words of a page but those of its widgets."""
    kinds = (page.markdown, page.caption, page.error, page.warning, page.info, page.header)
    texts = [element.value for kind in kinds for element in kind]
    texts += [element.proto.body for element in page.get("html")]
    return "\n".join(texts)
