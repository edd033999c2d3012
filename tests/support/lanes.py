"""Which tests stay together where several processes share the work."""

from xdist.scheduler import LoadFileScheduling


class Lanes(LoadFileScheduling):
    """A file's tests stay in one process, so its networks are trained once.

    All browser tests do, too: one server and one set of browsers, and no camera beside another.
    """

    def __init__(self, config, log):
        config.option.loadscopereorder = False  # the order of tests/conftest.py is kept
        super().__init__(config, log)

    def _split_scope(self, nodeid: str) -> str:
        folder, _, _ = nodeid.rpartition("/")
        return folder if folder.endswith("tests/browser") else super()._split_scope(nodeid)
