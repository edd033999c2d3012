"""Whether a folder is as it was."""

from pathlib import Path

State = dict[str, tuple[int, int]]


def state_of(folder: Path) -> State:
    """Size in bytes and time of the last change in ns of every file, by its path in the folder."""
    files = (path for path in folder.rglob("*") if path.is_file())
    stats = {str(path.relative_to(folder)): path.stat() for path in files}
    return {name: (stat.st_size, stat.st_mtime_ns) for name, stat in stats.items()}


def changes(before: State, after: State) -> list[str]:
    """The names of files that came, went or were written, in order."""
    return sorted(name for name in before | after if before.get(name) != after.get(name))
