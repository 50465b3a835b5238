//! A realm that is inspected: commands about its values and nodes, and worlds beside the page's.
//!
//! Trusts: the inspector's program. Never: gives a page anything of it, or is there before it is
//! asked for.

use crate::script::handles::{Handle, id_of};
use crate::script::hearer::{Hearer, Teller};
use crate::script::inspected::{Entry, Inspected, NoAnswer, World, make};
use crate::script::limits::WORLDS_MAX;
use crate::script::realm::Realm;
use crate::script::worlds::Worlds;
use blitz_dom::NodeId;
use rquickjs::function::{IntoArgs, Rest};
use rquickjs::object::Property;
use rquickjs::{
    CatchResultExt, Context, Ctx, Exception, FromJs, Function, Object, Persistent, Value,
};
use std::cell::RefCell;
use std::rc::Rc;

impl Realm {
    /// Begins to inspect the realm, for that one to hear. The document must be lent. Returns false
    /// if there is no memory.
    pub(crate) fn inspect(&self, teller: &Rc<dyn Teller>, isolate: &str) -> bool {
        if let Some(inspected) = self.inspected.get() {
            inspected.hearer.replace(Some(teller.clone()));
            return true;
        }
        let hearer: Hearer = Rc::new(RefCell::new(Some(teller.clone())));
        match self.begin_to_inspect(hearer, isolate) {
            Ok(inspected) => self.inspected.set(Box::new(inspected)).is_ok(),
            Err(error) => {
                tracing::error!("the inspector does not begin: {error}");
                false
            }
        }
    }

    fn begin_to_inspect(&self, hearer: Hearer, isolate: &str) -> Result<Inspected, String> {
        let text = |error: rquickjs::Error| error.to_string();
        let means = self.task(|ctx| {
            let means: Object<'_> = self.entries.inspected.clone().restore(ctx)?.call(())?;
            Ok(Persistent::save(ctx, means))
        });
        let means = means.ok_or_else(|| "the scripts are stopped".to_owned())?;
        let context = Context::full(&self.runtime).map_err(text)?;
        // As for the page's own context: it ends with the process.
        std::mem::forget(context.clone());
        let worlds = Rc::new(Worlds::default());
        context.with(|ctx| {
            let made = make(&ctx, means, worlds, hearer, isolate).catch(&ctx);
            made.map_err(|error| error.to_string())
        })
    }

    /// Whether the inspector's program is there.
    pub(crate) fn is_inspected(&self) -> bool {
        self.inspected.get().is_some()
    }

    /// Nobody hears any more.
    pub(crate) fn end_inspection(&self, sessions: impl Iterator<Item = u32>) {
        if let Some(inspected) = self.inspected.get() {
            for session in sessions {
                let _: Result<(), NoAnswer> = self.ask(&inspected.end, (session,));
            }
            inspected.hearer.replace(None);
        }
    }

    fn ask<A, T>(&self, entry: &Entry, arguments: A) -> Result<T, NoAnswer>
    where
        A: for<'js> IntoArgs<'js>,
        T: for<'js> FromJs<'js>,
    {
        let asked = self.task(|ctx| {
            let answer = entry.clone().restore(ctx)?.call::<_, T>(arguments);
            // What the program itself throws is not the page's to hear of.
            Ok(answer.catch(ctx).ok())
        });
        match asked.flatten() {
            Some(answer) => Ok(answer),
            None if self.host.is_stopped.get() => Err(NoAnswer::Stopped),
            None => Err(NoAnswer::Failed),
        }
    }

    fn program(&self) -> Result<&Inspected, NoAnswer> {
        let program = self.inspected.get().map(|inspected| &**inspected);
        program.ok_or(NoAnswer::Failed)
    }

    /// Runs a command about values. The answer is JSON; an empty one comes later.
    pub(crate) fn run_command(
        &self,
        session: u32,
        call: u32,
        method: &str,
        params: &str,
    ) -> Result<String, NoAnswer> {
        self.ask(&self.program()?.run, (session, call, method, params))
    }

    /// Whether a session hears of the console and of exceptions.
    pub(crate) fn set_listening(&self, session: u32, listens: bool) {
        if let Some(inspected) = self.inspected.get() {
            let _: Result<(), NoAnswer> = self.ask(&inspected.listen, (session, listens));
        }
    }

    /// A session has ended: what it holds is let go of.
    pub(crate) fn end_session(&self, session: u32) {
        if let Some(inspected) = self.inspected.get() {
            let _: Result<(), NoAnswer> = self.ask(&inspected.end, (session,));
        }
    }

    /// Makes a world, or makes the page's own known. Returns whether it is there.
    pub(crate) fn add_world(&self, world: &World<'_>) -> bool {
        let Ok(inspected) = self.program() else {
            return false;
        };
        if inspected.worlds.count() >= WORLDS_MAX {
            return false;
        }
        let context = match world.is_default {
            true => self.context.clone(),
            false => match Context::full(&self.runtime) {
                Ok(context) => context,
                Err(_) => return false,
            },
        };
        std::mem::forget(context.clone());
        let global = context.with(|ctx| Persistent::save(&ctx, ctx.globals()));
        inspected.worlds.add(world.id, global.clone());
        let (id, name, unique) = (world.id, world.name, world.unique);
        let made = self.task(|ctx| {
            let add = inspected.world.clone().restore(ctx)?;
            let global = global.restore(ctx)?;
            let added = add.call::<_, ()>((id, name, unique, world.is_default, global));
            Ok(added.catch(ctx).is_ok())
        });
        made == Some(true)
    }

    /// Puts a function into a world that tells the inspector of its calls.
    pub(crate) fn bind(&self, context: u32, name: &str) {
        let Ok(inspected) = self.program() else {
            return;
        };
        let (hearer, worlds) = (inspected.hearer.clone(), inspected.worlds.clone());
        self.task(|ctx| {
            let inside = worlds.enter(ctx, context)?;
            let function = teller_of(inside.clone(), name.to_owned(), context, hearer)?;
            let property = Property::from(function).writable().configurable();
            inside.globals().prop(name, property.enumerable())
        });
    }

    /// Runs a script that comes before those of the document.
    pub(crate) fn run_first(&self, context: u32, source: &str) {
        if let Ok(inspected) = self.program() {
            let _: Result<(), NoAnswer> = self.ask(&inspected.start, (context, source));
        }
    }

    /// The node that an object of a session stands for; or JSON with what is wrong.
    pub(crate) fn node_of(
        &self,
        session: u32,
        object: &str,
    ) -> Result<Result<NodeId, String>, NoAnswer> {
        let entry = &self.program()?.node;
        let answer: NodeAnswer = self.ask(entry, (session, object))?;
        Ok(answer.0)
    }

    /// An object that stands for a node, as JSON.
    pub(crate) fn resolve(
        &self,
        session: u32,
        node: NodeId,
        context: Option<u32>,
        group: Option<&str>,
    ) -> Result<String, NoAnswer> {
        let context = context.map_or(-1.0, f64::from);
        let arguments = (session, Handle(node), context, group);
        self.ask(&self.program()?.resolve, arguments)
    }

    /// Changes a node as a script would. The answer is JSON.
    pub(crate) fn change_node(
        &self,
        what: &str,
        node: NodeId,
        first: &str,
        second: &str,
    ) -> Result<String, NoAnswer> {
        let arguments = (what, Handle(node), first, second);
        self.ask(&self.program()?.change, arguments)
    }

    /// How many bytes the scripts use, and how many there are.
    pub(crate) fn memory(&self) -> (i64, i64) {
        let usage = self.runtime.memory_usage();
        (usage.memory_used_size, usage.malloc_size)
    }
}

/// A function of a page's that tells the inspector of its calls.
fn teller_of<'js>(
    inside: Ctx<'js>,
    name: String,
    context: u32,
    hearer: Hearer,
) -> rquickjs::Result<Function<'js>> {
    let told = move |ctx: Ctx<'js>, arguments: Rest<Value<'js>>| {
        let payload = match &arguments.0[..] {
            [only] if only.is_string() => String::from_js(&ctx, only.clone())?,
            _ => return Err(Exception::throw_message(&ctx, WRONG_ARGUMENTS)),
        };
        let teller = hearer.borrow().clone();
        if let Some(teller) = teller {
            teller.bound(&name, &payload, context);
        }
        Ok(())
    };
    Function::new(inside, told)
}

const WRONG_ARGUMENTS: &str = "Invalid arguments: should be exactly one string.";

/// A node's number, or a text.
struct NodeAnswer(Result<NodeId, String>);

impl<'js> FromJs<'js> for NodeAnswer {
    fn from_js(ctx: &Ctx<'js>, value: Value<'js>) -> rquickjs::Result<Self> {
        Ok(NodeAnswer(match value.as_number() {
            Some(number) => Ok(id_of(number)),
            None => Err(String::from_js(ctx, value)?),
        }))
    }
}
