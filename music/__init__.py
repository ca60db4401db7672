"""Pure music: grid arithmetic, pitch spelling, file formats. Knows no service."""
