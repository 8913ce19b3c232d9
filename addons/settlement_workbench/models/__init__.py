from . import (
    board,
    board_chart,
    board_exception,
    board_feed,
    board_figure,
    board_match,
    board_memory,
    board_money,
    counter,
    exception,
    ir_websocket,
    run,
    verification,
    wallet,
    wallet_proof,
)
from . import bulk
from . import bulk_line
from . import bulk_choice
from . import bulk_preview
from . import bulk_start
from . import bulk_work
from . import bulk_exception
from . import case
from . import close
from . import close_row
from . import close_check
from . import close_check_ledger
from . import close_check_account
from . import close_check_control
from . import close_row_decision
from . import close_decision
from . import close_pack
from . import close_evidence
