"""Stories, one file each: coroutines whose state is their local variables."""
