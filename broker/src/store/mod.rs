//! The broker's stores: names of calls, consoles, crash records, deaths, who looks by devtools,
//! documents, pictures, requests and surfaces.

pub(crate) mod call_names;
pub(crate) mod consoles;
pub(crate) mod crash_files;
pub(crate) mod deaths;
pub(crate) mod devtools_looks;
pub(crate) mod documents;
pub(crate) mod pictures;
pub(crate) mod requests;
pub(crate) mod surfaces;

use call_names::CallNames;
use consoles::Consoles;
use crash_files::CrashFiles;
use deaths::Deaths;
use devtools_looks::DevtoolsLooks;
use documents::Documents;
use pictures::Pictures;
use requests::Requests;
use surfaces::Surfaces;

/// All stores of the broker.
#[derive(Default)]
pub struct Store {
    pub(crate) call_names: CallNames,
    pub(crate) consoles: Consoles,
    pub(crate) crash_files: CrashFiles,
    pub(crate) deaths: Deaths,
    pub(crate) devtools_looks: DevtoolsLooks,
    pub(crate) documents: Documents,
    pub(crate) pictures: Pictures,
    pub(crate) requests: Requests,
    pub(crate) surfaces: Surfaces,
}
