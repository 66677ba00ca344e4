"""The campaign against faults: kills, full disks, hostile servers, mutated pages; see ``__main__``."""
