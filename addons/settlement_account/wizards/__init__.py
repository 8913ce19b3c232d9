from . import posting_reverse
from . import wallet_day
from . import lock_date
from . import lock_date_check
from . import lock_exception
from . import posting_repost
from . import posting_preview
from . import exception_resolve
