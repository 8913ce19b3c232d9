from . import match_undo
