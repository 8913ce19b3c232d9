"""Where the heads of the chain are exported to."""

import os
from pathlib import Path

from odoo.tools import config

DIRECTORY_VARIABLE = "SETTLEMENT_SEAL_DIR"
DIRECTORY_OPTION = "settlement_seal_dir"


def heads_path(database):
    """Return the file that remembers the heads of the chain of a database.

    The folder comes from the environment or from the server's configuration file,
    never from the database: its owner could point it elsewhere.
    """
    folder = os.environ.get(DIRECTORY_VARIABLE) or config.get(DIRECTORY_OPTION)
    default = Path(config["data_dir"]) / "settlement_seals"
    return Path(folder or default) / f"{database}.jsonl"
