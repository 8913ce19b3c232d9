from . import bulk_reason
from . import exception_resolve
