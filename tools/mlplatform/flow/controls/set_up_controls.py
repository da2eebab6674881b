"""Makes what protects main on its Git host what main's platform.yaml declares."""

from mlplatform.core.control_differences import control_differences
from mlplatform.core.controls_comparison import ControlsSetUp
from mlplatform.core.errors import Refusal
from mlplatform.flow.controls.compare_controls import DeclaredHost


def set_up_controls(host: DeclaredHost, *, apply: bool) -> ControlsSetUp:
    """Return what differs from what is declared; with `apply` change it, and return what remains when read again."""
    declared, connected = host.declared, host.connect()
    in_force = connected.in_force(declared.controls)
    differences = control_differences(declared.controls, in_force)
    if not apply:
        return ControlsSetUp(declared, differences)
    refused: dict[str, Refusal] = {}
    for control in dict.fromkeys(difference.control for difference in differences):
        try:
            connected.put(control, declared.controls, in_force)
        except Refusal as refusal:  # the others can be made so all the same
            refused[control] = refusal
    if differences:
        in_force = connected.in_force(declared.controls)
    return ControlsSetUp(declared, differences, control_differences(declared.controls, in_force), refused)
