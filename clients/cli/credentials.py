"""`./boumb token`: tokens for development."""

from clients.cli.exits import Exit
from clients.cli.mesh import read_settings
from clients.cli.problems import Problem
from gateway.config import Limits
from gateway.keys import KeyProblem, ensure_keys
from gateway.tokens import mint


def token(user: str, roles: list[str], ttl_s: int) -> str:
    """A token that the gateway of this studio believes.

    Raises:
        Problem: The user name is empty, the lifetime longer than the gateway believes, or the keys are no use.
    """
    longest = Limits().token_lifetime_s
    if ttl_s > longest:
        raise Problem(message=f"--ttl is {ttl_s} s; the gateway believes at most {longest} s.", exit=Exit.BAD_INPUT)
    try:
        return mint(ensure_keys(read_settings().keys), user, roles, ttl_s)
    except ValueError as error:
        raise Problem(message=f"--user: {error}.", exit=Exit.BAD_INPUT) from error
    except KeyProblem as error:
        raise Problem(message=str(error), exit=Exit.UNAVAILABLE) from error
