//! What each browser context has for itself: cookies, and connections.
//!
//! Never: lets tabs of two contexts share either.

use crate::client::{Client, Partition};
use crate::cookies::Jar;
use protocol::ids::ContextId;
use protocol::misbehaviour::Misbehaviour;
use protocol::site::Site;
use std::collections::HashMap;
use std::sync::{Arc, Weak};

/// All contexts that are open.
pub struct Contexts {
    client: Client,
    open: HashMap<ContextId, Context>,
}

struct Context {
    jar: Arc<Jar>,
    navigations: Partition,
    sites: HashMap<Site, Weak<Partition>>,
}

impl Contexts {
    /// The user's own.
    pub fn new(client: Client) -> Contexts {
        let mut contexts = Contexts {
            client,
            open: HashMap::new(),
        };
        contexts.open(ContextId::DEFAULT);
        contexts
    }

    /// A further one, without cookies. One that is open stays as it is.
    pub fn open(&mut self, context: ContextId) {
        let client = &self.client;
        self.open.entry(context).or_insert_with(|| {
            let jar = Arc::<Jar>::default();
            Context {
                navigations: client.partition(&jar),
                jar,
                sites: HashMap::new(),
            }
        });
    }

    /// Forgets a context. What its tabs still load goes on without being remembered.
    pub fn close(&mut self, context: ContextId) {
        self.open.remove(&context);
    }

    /// The cookies of a context that is open.
    pub fn jar(&self, context: ContextId) -> Option<&Jar> {
        Some(&self.open.get(&context)?.jar)
    }

    /// The connections for navigations of the user and of links.
    ///
    /// # Errors
    ///
    /// The context is not open.
    pub fn navigations(&self, context: ContextId) -> Result<&Partition, Misbehaviour> {
        let context = self.open.get(&context);
        context
            .map(|it| &it.navigations)
            .ok_or(Misbehaviour::ForeignId)
    }

    /// The connections of `site`, shared by its renderers as long as there is one.
    ///
    /// # Errors
    ///
    /// The context is not open.
    pub fn partition(
        &mut self,
        context: ContextId,
        site: &Site,
    ) -> Result<Arc<Partition>, Misbehaviour> {
        let context = self.open.get_mut(&context);
        let context = context.ok_or(Misbehaviour::ForeignId)?;
        if let Some(partition) = context.sites.get(site).and_then(Weak::upgrade) {
            return Ok(partition);
        }
        let sites = &mut context.sites;
        sites.retain(|_, partition| partition.strong_count() > 0);
        let partition = Arc::new(self.client.partition(&context.jar));
        sites.insert(site.clone(), Arc::downgrade(&partition));
        Ok(partition)
    }
}
