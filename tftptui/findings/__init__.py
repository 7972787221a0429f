"""Why a client does not get its file: facts, and what they mean. See ``registry``."""
