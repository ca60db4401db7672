"""Names of the parts that the contract knows."""

from boumbapp.music.v2.music_pb2 import Role


def role_name(role: Role.ValueType) -> str:
    """The name of a part for programs, such as "bass"; "unspecified" for none.

    Raises:
        ValueError: The contract has no such part.
    """
    return Role.Name(role).removeprefix("ROLE_").lower()


def role_of(name: str) -> Role.ValueType:
    """The part of a name such as "bass"; unspecified for "".

    Raises:
        ValueError: There is no such part.
    """
    return Role.Value(f"ROLE_{name.upper()}") if name else Role.Value("ROLE_UNSPECIFIED")
