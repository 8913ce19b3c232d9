from . import (
    test_board,
    test_board_access,
    test_board_menus,
    test_board_tour,
    test_counter,
    test_wallet_proof,
)
from . import test_bulk
from . import test_case
from . import test_undo
