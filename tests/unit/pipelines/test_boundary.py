import errno
import traceback

import pytest

from plummer.pipelines.boundary import boundary
from plummer.schemas.errors import ExitCode, PlummerError

CANARY = "MRN-SECRET-123"


def caught_from(error: BaseException) -> PlummerError:
    with pytest.raises(PlummerError) as caught, boundary("scrub"):
        raise error
    return caught.value


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (ValueError(CANARY), "stage_failed"),
        (OSError(errno.ENOSPC, CANARY), "disk_full"),
        (RuntimeError(f"{CANARY}: No space left on device"), "disk_full"),
        (PermissionError(errno.EACCES, CANARY), "permission_denied"),
        (RuntimeError(f"Traceback {CANARY}\nPlummerError: policy_invalid: x [{CANARY}]"), "policy_invalid"),
        (RuntimeError(f"PlummerError: {CANARY}: x"), "stage_failed"),
    ],
)
def test_no_text_of_an_error_leaves(error, code) -> None:
    found = caught_from(error)
    assert (found.code, found.exit_code) == (code, ExitCode.INTERNAL)
    assert CANARY not in "".join(traceback.format_exception(found))
    assert found.ref.startswith("scrub")


def test_own_errors_pass_unchanged() -> None:
    own = PlummerError("key_mode", "m", ExitCode.INTEGRITY, "main")
    assert caught_from(own) is own


def test_interrupt_passes() -> None:
    with pytest.raises(KeyboardInterrupt), boundary("scrub"):
        raise KeyboardInterrupt
