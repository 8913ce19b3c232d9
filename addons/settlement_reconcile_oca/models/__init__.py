from . import account_bank_statement_line
from . import account_bank_statement_line_candidates
from . import match
