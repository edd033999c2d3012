"""Pictures to try: what is said of them."""

from core.examples import load_examples


def test_what_an_example_is_reads_as_a_sentence():
    origins = {example.title: example.origin for example in load_examples()}
    assert "seeds 910010, 910012, 910013, 910015, psi 0.6" in origins["Group of four"]
