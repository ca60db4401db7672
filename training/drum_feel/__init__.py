"""Training of the drum feel: how drummers deviate from the grid."""
