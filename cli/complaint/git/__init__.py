"""Owns every call of git, the only program this package starts; `running` starts it, nothing else does."""

from complaint.git.committing import commit
from complaint.git.reading import Commit, commits_of, files_at, names, root, user_name

__all__ = ["Commit", "commit", "commits_of", "files_at", "names", "root", "user_name"]
