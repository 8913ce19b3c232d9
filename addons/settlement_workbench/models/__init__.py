from . import close
from . import close_row
from . import close_check
from . import close_check_ledger
from . import close_check_account
from . import close_check_control
from . import close_row_decision
from . import close_decision
