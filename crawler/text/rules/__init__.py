"""The repair rules by family; :data:`crawler.text.repair.RULES` lists them in order."""
