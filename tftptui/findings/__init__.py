"""Why a client does not get its file: facts and rules about them. See ``registry``."""
