"""`./boumb token`: tokens for development."""

from cli.mesh import read_settings
from cli.messages.exit_codes import ExitCode
from cli.messages.user_errors import UserError
from gateway.config import Limits
from gateway.keys import KeyProblem, ensure_keys
from gateway.tokens import mint


def token(user: str, roles: list[str], ttl_s: int) -> str:
    """A token that the gateway here accepts.

    Args:
        user: User name in the token; not empty.
        roles: As Symfony names them.
        ttl_s: Seconds until it expires.

    Raises:
        UserError: The user name is empty, the lifetime longer than the gateway believes, or the keys are no use.
    """
    longest = Limits().token_lifetime_s
    if ttl_s > longest:
        raise UserError(
            message=f"--ttl is {ttl_s} s; the gateway believes at most {longest} s.", exit=ExitCode.BAD_INPUT
        )
    try:
        return mint(ensure_keys(read_settings().keys), user, roles, ttl_s)
    except ValueError as error:
        raise UserError(message=f"--user: {error}.", exit=ExitCode.BAD_INPUT) from error
    except KeyProblem as error:
        raise UserError(message=str(error), exit=ExitCode.UNAVAILABLE) from error
