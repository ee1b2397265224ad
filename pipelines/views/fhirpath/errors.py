"""What a path can be refused for; messages quote the path's own words, never a value of a record."""

from plummer.schemas.errors import ExitCode, PlummerError


def path_error(why: str) -> PlummerError:
    """A path that can't be compiled: wrong syntax, unknown function or variable."""
    return PlummerError("view_path", why, ExitCode.USAGE)


def several(what: str) -> PlummerError:
    """A place that takes one value, and a record that has more."""
    return PlummerError(
        "view_collection",
        f"{what} takes one value, and a record has more: use first() or forEach",
        ExitCode.USAGE,
    )


def mistyped(what: str) -> PlummerError:
    """A value of a type that the place doesn't take."""
    return PlummerError("view_type", f"{what} met a value of another type", ExitCode.USAGE)
