from . import close_signature
from . import close_reopening
