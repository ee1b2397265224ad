"""`plummer keys`."""

from pathlib import Path
from typing import Annotated

import typer

from plummer.pipelines.cli.common import DEFAULT_HOME, HomeOption, JsonOption, emit, guarded, home_at, say

app = typer.Typer(help="Key files: make, check, rotate.", no_args_is_help=True)
DomainOption = Annotated[str, typer.Option(help="Audience within which pseudonyms agree.")]


@app.command("init")
@guarded
def init(
    home: HomeOption = DEFAULT_HOME,
    domain: DomainOption = "main",
    from_file: Annotated[Path | None, typer.Option("--from", help="Take over this key file.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Make the key file of a domain (0600), or take over one.

    Example: `plummer keys init --home /srv/plummer`
    """
    from plummer.deid.keys import init_key

    place = home_at(home)
    place.create()
    key = init_key(place.keys, domain, from_file)
    say(f"key of domain {domain}, epoch {key.epoch}, fingerprint {key.fingerprint}")
    if as_json:
        emit({"domain": domain, "epoch": key.epoch, "fingerprint": key.fingerprint})


@app.command("check")
@guarded
def check(
    home: HomeOption = DEFAULT_HOME, domain: DomainOption = "main", as_json: JsonOption = False
) -> None:
    """Check a key file's mode, owner and form, and that it is the one the home's data was made with.

    Example: `plummer keys check --home /srv/plummer`
    """
    from plummer.deid.keys import load_key
    from plummer.pipelines.first_key import known_key
    from plummer.pipelines.ledger import Ledger

    place = home_at(home)
    key = known_key(place, domain) or load_key(place.keys, domain)
    known = Ledger(place.ledger).get(f"key:{domain}") if place.ledger.is_file() else None
    say(f"key of domain {domain}: epoch {key.epoch}, fingerprint {key.fingerprint}")
    if as_json:
        told = {
            "domain": domain,
            "epoch": key.epoch,
            "fingerprint": key.fingerprint,
            "in_use": known is not None,
        }
        emit(told)


@app.command("rotate")
@guarded
def rotate(
    epoch: Annotated[bool, typer.Option("--epoch", help="Next epoch: new pseudonyms and shifts.")] = False,
    reseal: Annotated[
        bool, typer.Option("--reseal", help="Seal the crosswalk anew; pseudonyms and shifts stay.")
    ] = False,
    home: HomeOption = DEFAULT_HOME,
    domain: DomainOption = "main",
    as_json: JsonOption = False,
) -> None:
    """Rotate a domain's key: exactly one of --epoch and --reseal.

    Releases that were written stay as they are and verify. After --epoch the next run makes everything
    anew; the rows of older epochs stay in the crosswalk. Killed half-way, give the same command again.

    Example: `plummer keys rotate --reseal --home /srv/plummer`
    """
    from plummer.pipelines.boundary import boundary
    from plummer.pipelines.rotation import rotate as turn
    from plummer.schemas.errors import ExitCode, PlummerError

    if epoch == reseal:
        raise PlummerError("rotation_way", "give one of --epoch and --reseal", ExitCode.USAGE)
    place = home_at(home)
    place.create()
    with boundary("rotate"):
        key = turn(place, domain, "epoch" if epoch else "reseal")
    say(f"key of domain {domain}, epoch {key.epoch}, fingerprint {key.fingerprint}")
    if as_json:
        told = {"domain": domain, "epoch": key.epoch, "fingerprint": key.fingerprint}
        emit({**told, "way": "epoch" if epoch else "reseal"})
