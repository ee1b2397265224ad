"""`keys rotate`: a new epoch, or a new vault secret for the crosswalk; done wholly or begun again.

The new key waits beside the old one until the crosswalk stands under it and the ledger says so; a rotation
that was killed is finished by the same command, and no run starts before.
"""

from dataclasses import asdict
from typing import Any, Literal

from plummer.deid.keys import RootKey, adopt_next, load_key, stage_next
from plummer.pipelines.delta import TableRef
from plummer.pipelines.first_key import known_key, refuse_another, rotation_name
from plummer.pipelines.home import Home
from plummer.pipelines.index.crosswalk import CrosswalkKeys
from plummer.pipelines.ledger import Ledger
from plummer.pipelines.lock import writer
from plummer.pipelines.session import open_session
from plummer.schemas.errors import ExitCode, PlummerError

Way = Literal["epoch", "reseal"]


def rotate(home: Home, domain: str, way: Way) -> RootKey:
    """Rotate a domain's key.

    Args:
        home: the home.
        domain: the domain.
        way: ``epoch`` (the next run draws or derives new pseudonyms and shifts; old rows stay) or
            ``reseal`` (the crosswalk is sealed anew; pseudonyms and shifts stay).

    Returns:
        The key that is in place now.

    Raises:
        PlummerError: ``key_missing``, ``key_mismatch``, ``crosswalk_tampered`` (exit 5), ``home_busy`` or
            ``run_unfinished`` (exit 2).
    """
    with writer(home.root):
        ledger = Ledger(home.ledger)
        if ledger.get(rotation_name(domain)) is None:
            _begin(home, ledger, domain, way)
        return _finish(home, ledger, domain)


def _begin(home: Home, ledger: Ledger, domain: str, way: Way) -> None:
    old = load_key(home.keys, domain)
    refuse_another(old, ledger.get(f"key:{domain}"))
    if ledger.get("crosswalk_drawing"):
        message = "a run was killed while it drew pseudonyms; run it again, then rotate"
        raise PlummerError("run_unfinished", message, ExitCode.USAGE, domain)
    new = stage_next(home.keys, old.of_epoch(old.epoch + 1) if way == "epoch" else old.resealed())
    recorded = ledger.get("crosswalk")
    told = None if recorded is None else _under(home, recorded, old, new, way)
    ledger.put(rotation_name(domain), {"fingerprint": new.fingerprint, "crosswalk": told, "way": way})


def _under(home: Home, recorded: dict[str, Any], old: RootKey, new: RootKey, way: Way) -> dict[str, Any]:
    """The ledger's record of the crosswalk under the new key."""
    from plummer.pipelines.stages.crosswalk import CrosswalkState, state, verify_at
    from plummer.pipelines.stages.reseal import reseal

    spark = open_session(home.scratch)
    known = CrosswalkState(TableRef(**recorded["table"]), recorded["digest"])
    verify_at(spark, home, CrosswalkKeys.of(old), known)
    version = known.table.version
    if way == "reseal":
        version = reseal(spark, home, version, old, new).version
    now = state(spark, home, CrosswalkKeys.of(new), version)
    return {"table": asdict(now.table), "digest": now.digest}


def _finish(home: Home, ledger: Ledger, domain: str) -> RootKey:
    told = ledger.get(rotation_name(domain))
    adopt_next(home.keys, domain)
    key = load_key(home.keys, domain)
    if key.fingerprint != told["fingerprint"]:
        message = "the key isn't the one that the rotation made; bring it back"
        raise PlummerError("key_mismatch", message, ExitCode.INTEGRITY, domain)
    if told["crosswalk"] is not None:
        ledger.put("crosswalk", told["crosswalk"])
    if ledger.get(f"key:{domain}") is not None:
        ledger.put(f"key:{domain}", key.fingerprint)
    if told["way"] == "reseal" and told["crosswalk"] is not None:
        from plummer.pipelines.stages.reseal import forget_old_files

        forget_old_files(open_session(home.scratch), home)
    ledger.put(rotation_name(domain), None)
    known_key(home, domain)
    return key
