"""What only the browser knows of files: those over the limit, and those pasted elsewhere."""

import streamlit as st

from core.config import MAX_FILE_BYTES
from ui.photo import session
from ui.shared.photo_files import LIMIT

# The uploader marks them, but forgets that once it is folded away or another page is open. The
# words stay in the window until files are chosen anew or the results are cleared.
_SCRIPT = """
<script>
if (!window.tooLarge) {
  window.tooLarge = {round: "", words: ""};
  const tell = () => {
    const line = document.querySelector(".rf-too-large");
    if (!line) return;
    const words = window.tooLarge.round === line.dataset.round ? window.tooLarge.words : "";
    if (line.textContent !== words) line.textContent = words;
  };
  const look = (files) => {
    const line = document.querySelector(".rf-too-large");
    if (!line || !files?.length) return;
    const large = [...files].filter((file) => file.size > Number(line.dataset.bytes));
    const names = large.map((file) => `${file.name} (${(file.size / 2 ** 20).toFixed(1)} MB)`);
    const words = `Not taken: ${names.join(", ")}. ${line.dataset.limit}`;
    window.tooLarge = {round: line.dataset.round, words: large.length ? words : ""};
    tell();
  };
  document.addEventListener("change", (event) => look(event.target.files), true);
  document.addEventListener("drop", (event) => look(event.dataTransfer?.files), true);
  document.addEventListener("paste", (event) => {
    const files = [...(event.clipboardData?.files ?? [])], zone = "[data-testid=stFileUploader]";
    look(files);
    // Streamlit takes what is pasted on its button; what is pasted elsewhere is handed to it here.
    const input = document.querySelector(`${zone} input[type=file][multiple]`);
    if (!input || !files.length || event.target.closest?.(zone)) return;
    const carried = new DataTransfer();
    files.forEach((file) => carried.items.add(file));
    input.files = carried.files;
    input.dispatchEvent(new Event("change", {bubbles: true}));
  }, true);
  new MutationObserver(tell).observe(document.body, {childList: true, subtree: true});
}
</script>
"""


def too_large_line() -> None:
    """Draw a line that is empty until files over the limit were chosen, then names them."""
    st.html(
        f'{_SCRIPT}<p class="rf-too-large" role="status" data-bytes="{MAX_FILE_BYTES}" '
        f'data-round="{session.upload_key("round")}" '
        f'data-limit="A photo may have up to {LIMIT}: save it at a smaller size."></p>',
        unsafe_allow_javascript=True,
    )
