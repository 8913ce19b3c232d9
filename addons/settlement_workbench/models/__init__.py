from . import (
    bench,
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
from . import res_users
from . import pane
from . import pane_candidates
from . import pane_chain
from . import pane_preview
from . import pane_queue
from . import board
from . import board_chart
from . import board_exception
from . import board_feed
from . import board_figure
from . import board_match
from . import board_memory
from . import board_money
from . import counter
from . import exception
from . import ir_websocket
from . import run
from . import verification
from . import wallet
from . import wallet_proof
from . import bulk
from . import bulk_line
from . import bulk_choice
from . import bulk_preview
from . import bulk_start
from . import bulk_work
from . import bulk_exception
from . import bulk_undo
from . import act
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
from . import close_traced
from . import close_traced_account_bank_statement_line
from . import close_traced_account_move
from . import close_traced_account_move_line
from . import close_traced_account_payment
from . import close_traced_batch
from . import close_traced_exception
from . import close_traced_match
from . import close_traced_message
from . import close_traced_posting
from . import close_traced_res_partner
from . import close_traced_transaction
from . import close_message
from . import close_window
from . import close_journal
