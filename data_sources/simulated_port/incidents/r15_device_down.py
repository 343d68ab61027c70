"""R15 device-down 设备离线: a gate, camera, reader or crane is down, or simply says nothing any more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from data_sources.simulated_port.devices import device_place
from data_sources.simulated_port.incidents.kind import Act, IncidentKind, Parameter, Parameters, ValueKind

if TYPE_CHECKING:
    from data_sources.simulated_port.incidents.stage import Staging

_CHOSEN_KINDS = ("camera", "reader", "gate")


def _act(staging: Staging, parameters: Parameters) -> Act:
    devices = staging.stage.devices
    named, taken = parameters.get("device"), staging.stage.taken
    chosen = staging.pick([name for name, kind in devices.kinds.items() if kind in _CHOSEN_KINDS and name not in taken])
    device = str(named) if named is not None else chosen
    if device is None:
        staging.give_up("", "the port has no device")
        return
    taken.add(device)
    quiet = parameters["case"] == "silent"
    devices.fail(device, quiet)
    at = device_place(staging.world.layout, device) or (0.0, 0.0)
    entry = staging.begin("device", device, at, f"设备 {device} {'无心跳' if quiet else '离线'}")
    yield staging.wait(float(parameters["minutes"]) * 60.0)
    devices.repair(device)
    staging.end(entry)


KIND = IncidentKind(
    rule="R15",
    name_zh="设备离线",
    name_en="device down",
    summary="A device of the customs is said to be down, or gives no sign of life, and works again later.",
    subject="device",
    parameters=(
        Parameter("case", ValueKind.CHOICE, "said to be down, or without a word", "down", choices=("down", "silent")),
        Parameter("device", ValueKind.DEVICE, "the device"),
        Parameter("minutes", ValueKind.NUMBER, "how long", 20.0, 1.0, 1_440.0),
    ),
    act=_act,
)
