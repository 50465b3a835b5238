//! Documents that wait for the commit to their renderer.
//!
//! Owns: the read ends of navigation pipes and the regions of built-in pages and files, each under
//! its navigation until commit or removal. Trusts: the core, which asks for each document once.
//! Never: reads the bytes.

use protocol::document::BodySource;
use protocol::ids::NavigationId;
use std::collections::HashMap;
use std::io;
use std::os::fd::OwnedFd;

enum Body {
    Pipe(OwnedFd),
    Region(shm::Region, u64),
}

/// The waiting documents.
#[derive(Default)]
pub struct Documents {
    held: HashMap<NavigationId, Body>,
}

impl Documents {
    /// Keeps the read end of a pipe.
    pub fn hold_pipe(&mut self, navigation: NavigationId, pipe: OwnedFd) {
        self.held.insert(navigation, Body::Pipe(pipe));
    }

    /// Keeps a complete document.
    pub fn hold_document(&mut self, navigation: NavigationId, document: &[u8]) -> io::Result<()> {
        let (region, bytes) = region_of(document)?;
        self.held.insert(navigation, Body::Region(region, bytes));
        Ok(())
    }

    /// Drops a document; the writer of a pipe sees the pipe break.
    pub fn drop_body(&mut self, navigation: NavigationId) {
        self.held.remove(&navigation);
    }

    /// Takes a document for its renderer.
    pub fn take(&mut self, navigation: NavigationId) -> io::Result<(BodySource, OwnedFd)> {
        match self.held.remove(&navigation) {
            Some(Body::Pipe(pipe)) => Ok((BodySource::Pipe, pipe)),
            Some(Body::Region(region, bytes)) => {
                Ok((BodySource::Region { bytes }, region.read_only()?))
            }
            None => document_handle(b""),
        }
    }
}

/// A document as a region that a renderer can map.
pub fn document_handle(document: &[u8]) -> io::Result<(BodySource, OwnedFd)> {
    let (region, bytes) = region_of(document)?;
    Ok((BodySource::Region { bytes }, region.read_only()?))
}

/// A region cannot be empty, so an empty document gets a region of one byte.
fn region_of(document: &[u8]) -> io::Result<(shm::Region, u64)> {
    let content = if document.is_empty() { b"\n" } else { document };
    Ok((
        shm::Region::create_filled("bulkhead-document", content)?,
        document.len() as u64,
    ))
}
