from . import match_undo
from . import rule_retirement
