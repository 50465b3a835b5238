//! To whom an action speaks.

use browser_core::{Action, action};
use protocol::ids::ProcessId;

/// The processes that an action sends something to.
pub(crate) fn recipients(action: &Action) -> Vec<ProcessId> {
    match *action {
        Action::Bootstrap { process }
        | Action::Kill { process, .. }
        | Action::HungUp { process }
        | Action::Commit(action::Commit { process, .. })
        | Action::GoWithin { process, .. }
        | Action::ShowIcon { process, .. }
        | Action::Input(action::Input { process, .. })
        | Action::SetAppearance(action::SetAppearance { process, .. })
        | Action::Find(action::Find { process, .. })
        | Action::Storage { process, .. }
        | Action::CarryOut { process, .. }
        | Action::OpenStream { process, .. }
        | Action::Acted { process, .. }
        | Action::Signal { process, .. }
        | Action::Stop { process }
        | Action::EndHold { process }
        | Action::StopScript { process }
        | Action::AnswerDialog { process, .. }
        | Action::AskLeave { process, .. }
        | Action::UpdateDialog { process, .. }
        | Action::Inject { process, .. }
        | Action::Ping { process, .. }
        | Action::UpdateShell { process, .. }
        | Action::UpdatePopup { process, .. }
        | Action::Complete { process, .. }
        | Action::Edit { process, .. }
        | Action::Inspect { process, .. }
        | Action::Paste { process, .. }
        | Action::FocusAddress { process }
        | Action::FocusFind { process } => vec![process],
        Action::Lock(_) | Action::ReplaceFetch { .. } => of_fetch(action),
        Action::Fetch(action::Fetch { network, .. })
        | Action::TellContext { network, .. }
        | Action::CancelFetch { network, .. }
        | Action::TellRequests { network, .. } => vec![network],
        Action::CreateSurface(_)
        | Action::ResizeSurface(_)
        | Action::ReattachSurface(_)
        | Action::HideSurface(_)
        | Action::DropSurface(_) => of_surface(action),
        Action::SetScene { gpu, .. }
        | Action::SetTitle { gpu, .. }
        | Action::SetCursor { gpu, .. }
        | Action::WatchSurface { gpu, .. } => vec![gpu],
        Action::TellDevtools { .. }
        | Action::ListProcesses { .. }
        | Action::Look { .. }
        | Action::OpenInspector { .. }
        | Action::OpenTraffic { .. }
        | Action::CapturePage { .. } => of_devtools(action),
        Action::Spawn { .. }
        | Action::Tour { .. }
        | Action::BuildPage { .. }
        | Action::OpenFile { .. }
        | Action::DropBody { .. }
        | Action::TakeCopy { .. }
        | Action::SetClipboard { .. }
        | Action::ReadClipboard { .. }
        | Action::DropPaste { .. }
        | Action::NoteRequest { .. }
        | Action::Record(_)
        | Action::CrashBroker
        | Action::Exit { .. } => Vec::new(),
    }
}

/// A renderer, and the network process that it fetches from.
fn of_fetch(action: &Action) -> Vec<ProcessId> {
    match *action {
        Action::Lock(action::Lock {
            process, network, ..
        }) => Some(process).into_iter().chain(network).collect(),
        Action::ReplaceFetch {
            process, network, ..
        } => vec![process, network],
        _ => Vec::new(),
    }
}

/// The producer of a surface and the compositor, as far as they are there.
fn of_surface(action: &Action) -> Vec<ProcessId> {
    match *action {
        Action::CreateSurface(action::CreateSurface { producer, gpu, .. })
        | Action::ResizeSurface(action::ResizeSurface { producer, gpu, .. }) => {
            Some(producer).into_iter().chain(gpu).collect()
        }
        Action::ReattachSurface(action::ReattachSurface { producer, gpu, .. }) => {
            Some(gpu).into_iter().chain(producer).collect()
        }
        Action::HideSurface(action::HideSurface { told, gpu, .. }) => {
            let producer = told.map(|(producer, _)| producer);
            producer.into_iter().chain(gpu).collect()
        }
        Action::DropSurface(action::DropSurface { producer, gpu, .. }) => {
            producer.into_iter().chain(gpu).collect()
        }
        _ => Vec::new(),
    }
}

fn of_devtools(action: &Action) -> Vec<ProcessId> {
    match *action {
        Action::TellDevtools { devtools, .. }
        | Action::ListProcesses { devtools, .. }
        | Action::Look { devtools, .. } => vec![devtools],
        Action::OpenTraffic { devtools, network } => vec![devtools, network],
        Action::OpenInspector {
            process, devtools, ..
        } => vec![process, devtools],
        Action::CapturePage { devtools, gpu, .. } => vec![devtools, gpu],
        _ => Vec::new(),
    }
}
