//! How much the inspector may use.

/// Bytes of what the page has to say that wait for the devtools process; what comes then is lost.
pub(super) const EVENT_BYTES_MAX: usize = 8 << 20;
/// Bytes that wait before any more commands are taken.
pub(super) const WAITING_BYTES_MAX: usize = 16 << 20;
/// Bytes of commands that wait for their turn.
pub(super) const COMMAND_BYTES_MAX: usize = 64 << 20;
/// Commands that wait for their turn.
pub(super) const COMMANDS_MAX: usize = 4_096;
/// Sessions.
pub(super) const SESSIONS_MAX: usize = 256;
/// Calls that wait for a promise.
pub(super) const PENDING_MAX: usize = 10_000;
/// Functions that one session puts into pages.
pub(super) const BINDINGS_MAX: usize = 1_000;
/// Scripts that one session runs before those of documents.
pub(super) const SCRIPTS_MAX: usize = 1_000;
/// Their text.
pub(super) const SCRIPTS_BYTES_MAX: usize = 16 << 20;
/// Frames within one page.
pub(super) const FRAMES_MAX: usize = 1_000;
/// Nodes that one session has been told of whose changes it hears.
pub(super) const FOLLOWED_MAX: usize = 200_000;
