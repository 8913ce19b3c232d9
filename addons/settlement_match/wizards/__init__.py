from . import match_undo
from . import backtest_run
from . import rule_retirement
