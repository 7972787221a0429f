"""Follows the disk: the watcher, the patrol where nothing watches, the listings."""
