from . import bulk
from . import bulk_line
from . import bulk_choice
from . import bulk_preview
from . import bulk_start
from . import bulk_work
from . import bulk_exception
from . import case
