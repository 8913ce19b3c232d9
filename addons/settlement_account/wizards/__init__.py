from . import posting_reverse
