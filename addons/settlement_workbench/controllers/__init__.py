from . import close_pack
