"""Inputs that anybody might send, changed at random, and processes killed in the middle of work.

    python -m bench.torture [--minutes N] [--only pictures texts ...] [--seed S]
    python -m bench.torture --again pictures:123      # one input, with its traceback

mutate: from a sound file to a broken one. kinds: what is attempted with it, and which refusals are
clean. pictures, texts, files, videos, pages: the kinds. worker and crew: processes that try them
within limits. kills: work that is killed and gone on with. record: bench/results/torture.json.
"""
