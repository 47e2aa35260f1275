"""Reads, checks and edits executables (ELF, PE, Mach-O) as streams; nothing here holds a whole file in memory."""
