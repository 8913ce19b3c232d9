from datetime import datetime, timezone

from .seal_file import heads_path


def post_init_hook(env):
    """Set aside the heads of an earlier database that had the same name."""
    path = heads_path(env.cr.dbname)
    if path.exists():
        stamp = datetime.now(timezone.utc).strftime("%Y%m%dT%H%M%S")
        path.rename(path.with_suffix(f".{stamp}.jsonl"))
