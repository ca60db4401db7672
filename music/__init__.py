"""Pure music: grid, pitch spelling, voicings, notation, performance, MIDI files. Imports no service."""
