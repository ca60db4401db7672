"""Failures of streams for which there is no time."""

from services.chassis.errors.catalogue import register

BUSY = register(
    "BUSY",
    "RESOURCE_EXHAUSTED",
    en="All who listen now leave no time for another stream; try again in {retry_s} s.",
    fr="Ceux qui écoutent ne laissent pas de temps pour un flux de plus ; réessayez dans {retry_s} s.",
)
BUSY_SHARE = register(
    "BUSY_SHARE",
    "RESOURCE_EXHAUSTED",
    en="You listen to {value} streams, as many as one user may have now; try again in {retry_s} s.",
    fr="Vous écoutez {value} flux, autant qu'un utilisateur peut en avoir maintenant ; réessayez dans {retry_s} s.",
)
