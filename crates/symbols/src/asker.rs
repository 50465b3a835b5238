//! The asking side: starts the process, looks at it from outside, asks, and ends it.

use crate::error::SymbolsError;
use crate::messages::{ADDRESSES_MAX, Answer, Question};
use crate::process::{ARGUMENT, ROLE};
use ipc::poll::{self, Interest};
use ipc::{Endpoint, Receiver, Sender};
use sandbox::{Canary, LaunchSpec, Launched, Layer, Support, launch, report};
use std::ffi::CString;
use std::fs::File;
use std::os::fd::AsFd;
use std::time::Duration;

/// How long one answer may take: a large executable is read in less than a second.
const ANSWER_MAX: Duration = Duration::from_secs(20);

/// A running process that knows names. It ends when this is dropped.
pub struct Asker {
    questions: Sender<Question>,
    answers: Receiver<Answer>,
    _child: Launched,
}

impl Asker {
    /// Starts the process from the running executable, which must call [`main`](crate::main()) when
    /// its argument is [`ARGUMENT`]. It dies with the calling thread.
    ///
    /// # Errors
    /// It cannot be started, or is not confined.
    pub fn start(support: &Support) -> Result<Asker, SymbolsError> {
        let executable = File::open("/proc/self/exe")?;
        let (ours, theirs) = Endpoint::<Question, Answer>::pair()?;
        let mut spec = LaunchSpec::new(executable.as_fd(), ROLE, support, theirs.into_fd())?;
        spec.args = vec![c"bulkhead".to_owned(), argument()];
        // Not one of the small numbers that the children of a browser have.
        spec.child_index = std::process::id();
        let child = launch(spec)?;
        child.execution.wait()?;
        let (questions, answers) = ours.split();
        let asker = Asker {
            questions,
            answers,
            _child: child,
        };
        asker.verify(support)?;
        Ok(asker)
    }

    fn verify(&self, support: &Support) -> Result<(), SymbolsError> {
        let Answer::Sealed(tried) = self.answer()? else {
            return Err(out_of_order());
        };
        let canary = |(layer, errno): (u8, i32)| {
            let layer = Layer::from_number(layer)?;
            Some(Canary { layer, errno })
        };
        let tried: Vec<Canary> = tried.into_iter().filter_map(canary).collect();
        let child = &self._child;
        let report = report::verify(child.pid, ROLE, support, child.attempted, &tried);
        if report.is_sufficient() {
            return Ok(());
        }
        let missing = report.missing().map(|row| row.layer.to_string());
        let missing: Vec<String> = missing.collect();
        Err(SymbolsError::NotConfined(missing.join(", ")))
    }

    /// A name for each of these addresses in the file, where there is one.
    ///
    /// # Errors
    /// The process does not answer, or not as agreed.
    pub fn names(&self, addresses: &[u64]) -> Result<Vec<Option<String>>, SymbolsError> {
        let mut names = Vec::with_capacity(addresses.len());
        for some in addresses.chunks(ADDRESSES_MAX) {
            let asked = self.questions.try_send(Question(some.to_vec()));
            asked.map_err(|error| SymbolsError::Channel(error.to_string()))?;
            match self.answer()? {
                Answer::Names(known) if known.len() == some.len() => names.extend(known),
                _ => return Err(out_of_order()),
            }
        }
        Ok(names)
    }

    fn answer(&self) -> Result<Answer, SymbolsError> {
        let ready = poll::wait_one(self.answers.as_fd(), Interest::Read, Some(ANSWER_MAX))?;
        if !ready.any() {
            return Err(SymbolsError::Silent);
        }
        match self.answers.try_recv() {
            Ok(Some(received)) => Ok(received.message),
            Ok(None) => Err(SymbolsError::Silent),
            Err(error) => Err(SymbolsError::Channel(error.to_string())),
        }
    }
}

fn argument() -> CString {
    CString::new(ARGUMENT).unwrap_or_default()
}

fn out_of_order() -> SymbolsError {
    SymbolsError::Channel("another answer was expected".to_owned())
}
