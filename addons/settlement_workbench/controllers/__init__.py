from . import close_message
from . import close_pack
