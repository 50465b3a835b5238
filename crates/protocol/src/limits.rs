//! Every bound that two processes must agree on, and every bound on what a peer can make larger. A
//! bound that only one file needs stands in that file.
//!
//! Units stand last in a name. Relations between bounds are asserted at compile time below.

/// Most bytes of one message on any channel.
pub const MESSAGE_BYTES_MAX: usize = 64 * 1024;
/// Most descriptors beside one message on any channel.
pub const MESSAGE_HANDLES_MAX: usize = 6;
/// Most messages the broker reads from one child before it turns to the next one.
pub const MESSAGES_PER_TURN_MAX: usize = 64;
/// Most messages a child may send the broker in one second; beyond it the child is killed.
pub const MESSAGES_PER_SECOND_MAX: u32 = 20_000;
/// Most messages waiting in the broker for a child that does not read.
pub const QUEUED_MESSAGES_MAX: usize = 256;
/// Most bytes of messages waiting in the broker for a child that does not read.
pub const QUEUED_BYTES_MAX: usize = 1024 * 1024;
/// Most lines waiting in the broker for a reader of its records, standard output or standard error.
/// A busy second makes some hundred; who is further behind has stopped reading.
pub const QUEUED_LINES_MAX: usize = 4_096;
/// Most bytes of such lines.
pub const QUEUED_LINE_BYTES_MAX: usize = 1024 * 1024;

/// Most characters (bytes of UTF-8) of a URL.
pub const URL_BYTES_MAX: usize = 32 * 1024;
/// Most bytes of a page's title that are kept.
pub const TITLE_BYTES_MAX: usize = 1024;
/// Most bytes of any other short text in a message (a reason, a MIME type, a crash record's line).
pub const TEXT_BYTES_MAX: usize = 4 * 1024;
/// Most bytes of the name, and of the secret, of the user's authority at an X server.
pub const X11_AUTHORITY_BYTES_MAX: usize = 256;
/// Most bytes of the name that a link's `target` gives a tab.
pub const TARGET_NAME_BYTES_MAX: usize = 256;
/// Width and height of a page's icon on its way to the shell, in pixels.
pub const ICON_SIDE: usize = 32;
/// Bytes of such an icon: RGBA, 8 bits each, not premultiplied.
pub const ICON_BYTES: usize = ICON_SIDE * ICON_SIDE * PIXEL_BYTES;
/// Quick refreshes (`<meta http-equiv=refresh>`) of a tab one after another, without anything that
/// the user does between; further ones are refused. Redirects have the same bound.
pub const QUICK_REFRESHES_MAX: u32 = 20;
/// A refresh that waits this long or longer is not quick.
pub const QUICK_REFRESH_MS: u64 = 1_000;
/// Most bytes of a response body in one [`crate::fetch::FromNetwork::Body`].
pub const BODY_CHUNK_BYTES_MAX: usize = 60 * 1024;
/// Most bytes of a document that a renderer parses; the rest is cut and the page says so.
pub const DOCUMENT_BYTES_MAX: usize = 32 * 1024 * 1024;
/// Most elements of a document; the rest is cut and the page says so. One takes up to 5 kB of a
/// renderer's memory.
pub const DOCUMENT_ELEMENTS_MAX: usize = 80_000;
/// Most elements inside one another in a document; what would stand deeper is put beside its
/// parent. Chromium has the same bound. Layout and painting recurse, on a stack of 8 MiB.
pub const DOCUMENT_DEPTH_MAX: usize = 512;
/// Most frames of a document, those inside of frames counted too; further ones stay empty.
pub const DOCUMENT_FRAMES_MAX: usize = 256;
/// Most different sub-resources of a document; further ones are not fetched.
pub const DOCUMENT_RESOURCES_MAX: usize = 4_096;
/// Most bytes of one sub-resource (image, style sheet, font).
pub const RESOURCE_BYTES_MAX: usize = 32 * 1024 * 1024;
/// Most pixels of one document's pictures together: each is four bytes of memory once it is shown.
pub const PICTURE_PIXELS_MAX: u64 = 96 * 1024 * 1024;
/// Most fetches of one document under way at once; further ones wait in the renderer.
pub const FETCHES_PER_CHANNEL_MAX: usize = 16;
/// Most headers that a page sets for one request.
pub const REQUEST_HEADERS_MAX: usize = 100;
/// Most bytes of the names and values of those headers.
pub const REQUEST_HEADER_BYTES_MAX: usize = 16 * 1024;
/// Most bytes of the body of one request of a page.
pub const REQUEST_BODY_BYTES_MAX: usize = 16 * 1024 * 1024;
/// Most bytes of such a body in one [`crate::fetch::ToNetwork::Body`].
pub const REQUEST_BODY_CHUNK_BYTES_MAX: usize = 48 * 1024;
/// Most bytes of the names and values of a response's headers that a script sees; the rest is left
/// out.
pub const RESPONSE_HEADER_BYTES_MAX: usize = 48 * 1024;
/// Most bytes of what a script assigns to `document.cookie`; a cookie may have less.
pub const COOKIE_BYTES_MAX: usize = 8 * 1024;
/// Most bytes of the cookies of one request, and of those that a script reads.
pub const COOKIES_BYTES_MAX: usize = 16 * 1024;
/// Most redirects that are followed before a navigation fails.
pub const REDIRECTS_MAX: u32 = 20;

/// Most bytes of text that are copied or pasted at once.
pub const CLIPBOARD_BYTES_MAX: usize = 1024 * 1024;
/// How long the owner of the clipboard may take to hand over its text.
pub const CLIPBOARD_MS_MAX: u64 = 2_000;
/// Most copies that the user asked for and no renderer has answered; older ones are forgotten.
pub const UNTAKEN_COPIES_MAX: usize = 8;
/// Lines that a page may write to its console in a second; further ones are counted.
pub const CONSOLE_LINES_PER_SECOND_MAX: usize = 100;
/// Most bytes of such a line.
pub const CONSOLE_LINE_BYTES_MAX: usize = 4_000;
/// Most bytes of the address of the script that a line comes from.
pub const CONSOLE_SOURCE_BYTES_MAX: usize = 1_000;
/// Most groups that a line is shown in.
pub const CONSOLE_GROUPS_MAX: u8 = 16;
/// Lines of a tab's console that are kept.
pub const CONSOLE_LINES_KEPT_MAX: usize = 500;
/// Bytes of them.
pub const CONSOLE_BYTES_MAX: usize = 128 * 1024;
/// Most bytes of the text of a dialog, and of what stands in its field.
pub const DIALOG_TEXT_BYTES_MAX: usize = 2_048;
/// How long a page may take to say whether it wants to be left.
pub const LEAVE_MS_MAX: u64 = 1_000;
/// Most tabs. A broker with few descriptors has fewer.
pub const TABS_MAX: usize = 300;
/// Most processes, all roles together. A tab that is on its way to another site has two.
pub const PROCESSES_MAX: usize = 640;
/// Navigations that are under way in the network process at once; further ones wait.
pub const NAVIGATIONS_AT_ONCE_MAX: usize = 128;
/// Most entries of one tab's history.
pub const HISTORY_ENTRIES_MAX: usize = 100;
/// Most bytes of the state that a script gives an entry of the history.
pub const STATE_BYTES_MAX: usize = 16 * 1024;
/// Most bytes of the states of one tab's history; the oldest are forgotten.
pub const HISTORY_STATES_BYTES_MAX: usize = 512 * 1024;

/// Most bytes that an origin keeps in one area of storage, counted by
/// [`crate::storage::item_bytes`].
pub const STORAGE_BYTES_MAX: usize = 5 * 1024 * 1024;
/// What an item counts for besides its key and value.
pub const STORAGE_ITEM_BYTES: usize = 64;
/// Most bytes that all origins keep; what was used least recently goes first.
pub const STORAGE_TOTAL_BYTES_MAX: usize = 64 * 1024 * 1024;
/// Longest key of an item.
pub const STORAGE_KEY_BYTES_MAX: usize = 16 * 1024;
/// Most bytes of a value in one message.
pub const STORAGE_PIECE_BYTES_MAX: usize = 40 * 1024;
/// Most bytes of values of which pieces are still to come, all renderers together.
pub const STORAGE_UNFINISHED_BYTES_MAX: usize = 32 * 1024 * 1024;
/// Longest key and longest value that another document is told by itself; after a longer change it
/// gets the whole area.
pub const STORAGE_TOLD_BYTES_MAX: usize = 4 * 1024;
/// Changes of other documents that a renderer was told and has not taken; further ones come to it
/// as a whole.
pub const STORAGE_UNTAKEN_MAX: u32 = 64;

/// Most bytes of one piece of a text between the devtools process and a renderer.
pub const INSPECTOR_PIECE_BYTES_MAX: usize = 48 * 1024;
/// Most bytes of the name of a frame in the protocol of devtools.
pub const FRAME_NAME_BYTES_MAX: usize = 64;
/// Most bytes of a whole command or answer of that protocol; past it the command is refused.
pub const INSPECTOR_TEXT_BYTES_MAX: usize = 32 * 1024 * 1024;

/// Most patterns of the requests of a tab that wait for a client of devtools.
pub const TRAFFIC_PATTERNS_MAX: usize = 256;
/// Most bytes of those patterns, and of the headers that all requests of the tab get.
pub const TRAFFIC_RULES_BYTES_MAX: usize = 24 * 1024;
/// Most bytes of the body of a request that a client of devtools is told.
pub const TRAFFIC_REQUEST_BODY_BYTES_MAX: usize = 64 * 1024;
/// Most cookies in one message to the devtools process.
pub const TRAFFIC_COOKIES_MAX: usize = 64;
/// Most bytes of them.
pub const TRAFFIC_COOKIES_BYTES_MAX: usize = 32 * 1024;

/// Bytes of the list of faults of a chaos run.
pub const CHAOS_SPEC_BYTES_MAX: usize = 1024;
/// Largest seed of one: programs that keep numbers of JSON as floating-point ones can name it.
pub const CHAOS_SEED_MAX: u64 = (1 << 53) - 1;

/// Web origins that `--remote-allow-origins` may name.
pub const DEVTOOLS_ORIGINS_MAX: usize = 12;
/// Calls of the devtools process that the broker works on at once; further ones are refused.
pub const DEVTOOLS_CALLS_MAX: usize = 1_024;
/// Most browser contexts besides the user's own.
pub const CONTEXTS_MAX: usize = 100;
/// How long the next document of a process waits until the devtools process has said what is to be
/// done before it.
pub const DEVTOOLS_WAIT_MS_MAX: u64 = 500;
/// Processes in one message to the devtools process.
pub const DEVTOOLS_ROWS_MAX: usize = 32;
/// Bytes of the addresses and titles of one tab's history on their way to the devtools process.
pub const DEVTOOLS_HISTORY_BYTES_MAX: usize = 48 * 1024;

/// Bytes of a text in a region for the devtools process: a trace, a report.
pub const DEVTOOLS_TEXT_BYTES_MAX: usize = 64 * 1024 * 1024;
/// Bytes of a trace for a client of the devtools process; what is beyond them is counted.
pub const DEVTOOLS_TRACE_BYTES_MAX: usize = 32 * 1024 * 1024;
/// Messages between processes of which the devtools process is told at once.
pub const DEVTOOLS_PASSED_MAX: usize = 200;

/// Slots of a surface's swapchain: one the producer writes, one the consumer reads, one between.
pub const FRAME_SLOTS: usize = 3;
/// Damage rectangles of one frame.
pub const DAMAGE_RECTS_MAX: usize = 16;
/// Largest width of a surface, in pixels.
pub const SURFACE_WIDTH_MAX: u32 = 7680;
/// Largest height of a surface, in pixels.
pub const SURFACE_HEIGHT_MAX: u32 = 4320;
/// Bytes of one pixel: RGBA, 8 bits each, premultiplied.
pub const PIXEL_BYTES: usize = 4;
/// Most bytes of all regions of one tab, old generations included.
pub const SURFACE_BYTES_PER_TAB_MAX: usize = 2 * FRAME_SLOTS * SURFACE_BYTES_MAX + 64 * 1024;
/// Most bytes of one frame.
pub const SURFACE_BYTES_MAX: usize =
    SURFACE_WIDTH_MAX as usize * SURFACE_HEIGHT_MAX as usize * PIXEL_BYTES;
/// Most surfaces in a scene.
pub const SCENE_ITEMS_MAX: usize = 16;
/// Most rows of a menu, or of the list under the address bar.
pub const POPUP_ROWS_MAX: usize = 16;
/// Height of a row of a menu or list, in pixels at scale 1.
pub const POPUP_ROW_HEIGHT: u32 = 28;
/// Pixels above the first row of a menu or list, and below the last one, at scale 1.
pub const POPUP_PADDING: u32 = 6;
/// Most bytes of a text in a row of a menu or list.
pub const POPUP_TEXT_BYTES_MAX: usize = 512;
/// Height of the shell's strip (tabs and address bar) at the top of the window, in pixels at
/// scale 1.
pub const SHELL_HEIGHT: u32 = 84;

/// Smallest scale of a display, in percent.
pub const SCALE_PERCENT_MIN: u16 = 50;
/// Largest scale of a display, in percent.
pub const SCALE_PERCENT_MAX: u16 = 400;
/// Smallest zoom of a page, in percent.
pub const ZOOM_PERCENT_MIN: u16 = 25;
/// Largest zoom of a page, in percent.
pub const ZOOM_PERCENT_MAX: u16 = 500;
/// Most sites of which a zoom is remembered; the oldest is forgotten.
pub const ZOOMED_SITES_MAX: usize = 256;
/// Most sites of which the user wants no scripts; the oldest is forgotten.
pub const SCRIPTLESS_SITES_MAX: usize = 256;
/// Most bytes of a text that is looked for in a page.
pub const FIND_TEXT_BYTES_MAX: usize = 1024;
/// Most matches of that text that are counted and marked.
pub const FIND_MATCHES_MAX: u32 = 1000;

/// Records in the ring of a process, a power of two: the last seconds of a busy process.
pub const FLIGHT_RECORDS: usize = 4_096;
/// Bytes of a record.
pub const FLIGHT_RECORD_BYTES: usize = 32;
/// Bytes before the first record.
pub const FLIGHT_HEADER_BYTES: usize = 4_096;
/// Bytes of a ring.
pub const FLIGHT_BYTES: usize = FLIGHT_HEADER_BYTES + FLIGHT_RECORDS * FLIGHT_RECORD_BYTES;
/// Messages and frames of which only one half is known, and halves that are told of as unmatched.
pub const JOIN_WAITING_MAX: usize = 8_192;

/// Requests of which the network process tells in one second while somebody looks.
pub const REQUESTS_TOLD_PER_SECOND_MAX: u32 = 200;
/// Bytes of the address of a request that is told of; the rest is left out.
pub const REQUEST_URL_BYTES_MAX: usize = 512;
/// Requests that are kept for those who look.
pub const REQUESTS_KEPT_MAX: usize = 60;

/// Records of one process that are kept after a death.
pub const LAST_RECORDS_MAX: usize = 64;
/// Crash records that are kept as files; the oldest go first.
pub const CRASH_FILES_MAX: usize = 50;
/// Most bytes of one of them.
pub const CRASH_FILE_BYTES_MAX: usize = 1024 * 1024;
/// Most layers of the sandbox that a child may tell of when it is sealed.
pub const SANDBOX_LAYERS_MAX: usize = 32;
/// How long a child may take from spawn to sealed.
pub const HANDSHAKE_MS_MAX: u64 = 15_000;
/// Unanswered input after which a tab is marked as slow.
pub const HANG_MARK_MS: u64 = 3_000;
/// Unanswered input after which the tab's card offers Wait or Kill.
pub const HANG_CARD_MS: u64 = 15_000;
/// How long a page may take to end its scripts before the user is offered to kill it.
pub const STOP_SCRIPT_MS_MAX: u64 = 1_000;
/// How long an old page stays on show while the new one has painted nothing.
pub const STALE_PAGE_MS_MAX: u64 = 1_000;
/// How long the next spare renderer waits for a page that loads, at most.
pub const SPARE_DELAY_MS_MAX: u64 = 300;
/// Navigations that a page may ask for in [`PAGE_NAVIGATIONS_WINDOW_MS`]; more are refused.
pub const PAGE_NAVIGATIONS_MAX: usize = 20;
/// See [`PAGE_NAVIGATIONS_MAX`].
pub const PAGE_NAVIGATIONS_WINDOW_MS: u64 = 10_000;
/// The same for a built-in page, where a user may press one link after another; bounded, for its
/// process could still be a compromised one.
pub const BUILTIN_NAVIGATIONS_MAX: usize = 200;
/// Pages of the Plumber that have their pipe and its processes, all tabs together.
pub const PLUMBERS_MAX: usize = 4;
/// Resizes of a surface that its producer has not answered with a frame; further ones wait.
pub const UNANSWERED_RESIZES_MAX: u32 = 8;
/// Bytes of a child's standard error that are read in a second; the rest waits in its pipe.
pub const STDERR_BYTES_PER_SECOND: usize = 1024 * 1024;
/// Bytes of a child's standard error that are handed on; the rest is left out.
pub const STDERR_BYTES_MAX: usize = 64 * 1024 * 1024;
/// Pause before a service is started again that has died twice with little health between; it
/// doubles with each further death.
pub const RESTART_PAUSE_MS_MIN: u64 = 50;
/// Longest such pause.
pub const RESTART_PAUSE_MS_MAX: u64 = 5_000;
/// How long a service must live for its next death to count as the first one.
pub const SERVICE_HEALTHY_MS: u64 = 10_000;
/// Such deaths after which nobody waits for the network process: pages fail as offline.
pub const QUICK_DEATHS_MAX: u32 = 5;
/// Restarts of a gpu process, or of its X11 filter, that never came to a window before the browser
/// says so and ends.
pub const WINDOW_TRIES_MAX: u32 = 3;

const _: () = assert!(URL_BYTES_MAX * 2 <= MESSAGE_BYTES_MAX);
const _: () =
    assert!(URL_BYTES_MAX + STATE_BYTES_MAX + 2 * TEXT_BYTES_MAX + 1024 <= MESSAGE_BYTES_MAX);
const _: () = assert!(HISTORY_ENTRIES_MAX <= u16::MAX as usize);
const _: () = assert!(BODY_CHUNK_BYTES_MAX + 64 <= MESSAGE_BYTES_MAX);
const _: () = assert!(STORAGE_KEY_BYTES_MAX + STORAGE_PIECE_BYTES_MAX + 64 <= MESSAGE_BYTES_MAX);
const _: () = assert!(STORAGE_PIECE_BYTES_MAX <= STORAGE_BYTES_MAX);
const _: () = assert!(2 * STORAGE_BYTES_MAX <= STORAGE_TOTAL_BYTES_MAX);
const _: () = assert!(
    STORAGE_UNTAKEN_MAX as usize * (2 * STORAGE_TOLD_BYTES_MAX + TEXT_BYTES_MAX + 64)
        <= QUEUED_BYTES_MAX
);
const _: () = assert!(DEVTOOLS_HISTORY_BYTES_MAX + 4 * 1024 <= MESSAGE_BYTES_MAX);
const _: () = assert!(DEVTOOLS_ROWS_MAX * 1024 <= MESSAGE_BYTES_MAX);
const _: () = assert!(INSPECTOR_PIECE_BYTES_MAX + 1024 <= MESSAGE_BYTES_MAX);
const _: () = assert!(ICON_BYTES + 1024 <= MESSAGE_BYTES_MAX);
const _: () = assert!(TITLE_BYTES_MAX <= TEXT_BYTES_MAX);
const _: () = assert!(3 * POPUP_ROWS_MAX * POPUP_TEXT_BYTES_MAX <= MESSAGE_BYTES_MAX);
const _: () = assert!(CLIPBOARD_BYTES_MAX <= u32::MAX as usize);
const _: () = assert!(QUEUED_BYTES_MAX >= 4 * MESSAGE_BYTES_MAX);
const _: () = assert!(SURFACE_WIDTH_MAX <= u16::MAX as u32);
const _: () = assert!(SURFACE_HEIGHT_MAX <= u16::MAX as u32);
const _: () = assert!(HANG_MARK_MS < HANG_CARD_MS);
