"""Where cells are trained and with how much of a machine: this process, this machine, or SLURM."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, StringConstraints, ValidationError, field_validator

from bench.specification import Frozen
from registry.errors import RequestError, nearest

#: Options of sbatch that say what ferbench itself must decide, or that have a name here.
_OURS = {
    **dict.fromkeys(("array", "output", "error", "open-mode", "signal", "wrap", "job-name"), ""),
    **dict.fromkeys(("nodes", "ntasks", "ntasks-per-node", "no-requeue"), ""),
    "partition": "--partition",
    "gpus": "--gpus",
    "gpus-per-node": "--gpus",
    "cpus-per-task": "--cpus",
    "mem": "--mem",
    "time": "--time",
}

Key = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]*$")]


def _one_line(text: str) -> str:
    if "\n" in text or "\r" in text:  # the next line of a script would be an option of its own
        raise ValueError("must be one line")
    return text


Text = Annotated[str, AfterValidator(_one_line)]
Value = Text | bool | int | float


class Placement(Frozen):
    """How a list of cells is shared out.

    Attributes
    ----------
    where : str
        ``local`` workers on this machine, jobs of a ``slurm`` cluster, or ``inline``: this process.
    slots : int or None
        Local workers at once; None: one a GPU, or one a core.
    partition : str or None
        Of SLURM; None leaves its default.
    gpus : int
        GPUs of a job; it trains one cell on each.
    cpus : int or None
        Cores for each cell; None leaves SLURM's default.
    mem : float or None
        GB of a job; None leaves SLURM's default.
    time : int
        Minutes after which SLURM ends a job, which then saves its state and queues up again.
    parallel : int or None
        Jobs at once; None: all of them.
    cells_per_job : int
        Cells that a job trains in a row.
    slurm : mapping
        Further options of sbatch: ``{"account": "physics", "exclusive": True}``.
    """

    where: Literal["local", "slurm", "inline"] = "local"
    slots: int | None = Field(None, ge=1)
    partition: Text | None = None
    gpus: int = Field(0, ge=0)
    cpus: int | None = Field(None, ge=1)
    mem: float | None = Field(None, gt=0)
    time: int = Field(240, ge=1)
    parallel: int | None = Field(None, ge=1)
    cells_per_job: int = Field(1, ge=1)
    slurm: Mapping[Key, Value] = Field(default_factory=dict)

    @field_validator("slurm")
    @classmethod
    def _leaves_ours_alone(cls, options: Mapping[str, Value]) -> Mapping[str, Value]:
        for key in options:
            if key in _OURS:
                instead = _OURS[key]
                raise ValueError(f"use {instead}" if instead else f"ferbench itself sets '{key}'")
        return options

    @classmethod
    def parse(
        cls, given: Mapping[str, Any], profile: str | None, profiles: Mapping[str, Any]
    ) -> Self:
        """What was typed, over what a profile of ferbench.toml says.

        Parameters
        ----------
        given : mapping
            Fields as typed; None where nothing was.
        profile : str or None
            Name of a profile.
        profiles : mapping
            ``[profiles.NAME]`` of ferbench.toml: fields by profile.

        Raises
        ------
        RequestError
            No such profile, or a field that cannot be.
        """
        if profile is not None and profile not in profiles:
            raise RequestError(
                f"ferbench.toml has no profile '{profile}'{nearest(profile, profiles)}"
            )
        base = _table(profiles[profile], f"profiles.{profile}") if profile else {}
        of_slurm = _table(base.get("slurm", {}), f"profiles.{profile}.slurm")
        typed = {key: value for key, value in given.items() if value is not None}
        joined = base | typed | {"slurm": of_slurm | typed.get("slurm", {})}
        try:
            placement = cls(**joined)
        except ValidationError as error:
            raise RequestError(_sentence(error, profile)) from None
        placement._check_suits(typed)
        return placement

    def _check_suits(self, typed: Mapping[str, Any]) -> None:
        """Refuse what was typed for another place: it would be passed over in silence."""
        of_slurm = set(Placement.model_fields) - {"where", "slots"}
        foreign = {"local": of_slurm, "inline": of_slurm | {"slots"}, "slurm": {"slots"}}
        for name in foreign[self.where] & {key for key, value in typed.items() if value != {}}:
            option = name.replace("_", "-")
            raise RequestError(f"--{option} says nothing with --where {self.where}")


def _table(found: Any, name: str) -> dict[str, Any]:
    if not isinstance(found, dict):
        raise RequestError(f"ferbench.toml: {name} = {found!r} is no table")
    return found


def _sentence(error: ValidationError, profile: str | None) -> str:
    first = error.errors()[0]
    name = ".".join(str(part) for part in first["loc"][:2])  # then come words of pydantic's own
    where = f"profile '{profile}'" if profile else "options"
    if first["type"] == "extra_forbidden":
        return f"{where}: there is no '{name}'{nearest(name, Placement.model_fields)}"
    reason = first["msg"].removeprefix("Value error, ")
    return f"{where}: {name} = {first['input']!r}: {reason}"
