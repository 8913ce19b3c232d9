from . import match_undo
from . import suggest
from . import suggest_line
