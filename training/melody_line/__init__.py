"""The line model of melody's specialist: data, network, training, export, and what it must not repeat."""
