//! What a role needs or handles, as far as several layers ask.

use role::Role;

/// Whether processes of this role connect to the network themselves.
pub(crate) fn connects_out(role: Role) -> bool {
    role == Role::Network
}

/// Whether the role works on bytes from strangers, so that speculation control is worth its price.
pub(crate) fn holds_content(role: Role) -> bool {
    matches!(role, Role::Network | Role::Renderer)
}
