from . import match_undo
from . import precision_setting
from . import rule_retirement
