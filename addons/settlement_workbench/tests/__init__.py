from . import test_bulk
from . import test_pane
from . import test_pane_candidates
from . import test_pane_preview
from . import test_pane_tour
