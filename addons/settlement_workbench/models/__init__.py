from . import res_users
from . import pane
from . import pane_candidates
from . import pane_chain
from . import pane_preview
from . import pane_queue
