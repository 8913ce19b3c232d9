from . import bulk_reason
from . import exception_resolve
from . import close_signature
from . import close_reopening
