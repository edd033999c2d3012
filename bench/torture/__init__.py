"""Inputs that anybody might send, changed at random, and processes killed in the middle of work.

    python -m bench.torture [--minutes N] [--only pictures texts ...] [--seed S]
    python -m bench.torture --only kills --keep --go-on --minutes 10    # a part of the 200 kills
    python -m bench.torture --again pictures:123      # one input, with its traceback

mutate: from a sound file to a broken one. kinds: what is attempted with it, and which refusals are
clean. pictures, texts, files, videos, photos, pages, artifacts: the kinds. worker and crew:
processes that try them within limits. kills and stories: work that is killed and resumed. load,
reconnects and visitor: many who use the app at once, and who come and go. record: the file
bench/results/torture.json.
"""
