from . import posting_reverse
from . import wallet_day
