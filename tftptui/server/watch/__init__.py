"""Watches the disk: watcher, patrol as a fallback, directory listings."""
