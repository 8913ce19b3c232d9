from . import match_undo
from . import backtest_run
from . import precision_setting
from . import rule_retirement
from . import suggest
from . import suggest_line
