from . import bulk_reason
from . import exception_resolve
from . import undo
from . import close_signature
from . import close_reopening
from . import money_trail
from . import money_trail_line
