//! How the scripts' engine gets its modules, and what becomes of `import()`.
//!
//! An `import()` of what is not there yet gets a module that has nothing but `then`: a promise
//! that is resolved with such a thing waits for it, and so for the real one.

use crate::script::host::Host;
use crate::script::limits::IMPORTS_WAITING_MAX;
use crate::script::modules::{Graph, Import, Text};
use crate::script::scripts;
use rquickjs::function::This;
use rquickjs::loader::{ImportAttributes, Loader, Resolver};
use rquickjs::module::Declared;
use rquickjs::{
    CatchResultExt, Ctx, Error, Exception, Function, Module, Object, Persistent, Promise, Result,
    Runtime, Value,
};
use std::rc::Rc;
use url::Url;

/// Begins the names of modules that stand for those which are still to come. No address has it.
const AWAITED: char = '\u{1}';
/// Begins the names that are those of modules already.
const RESOLVED: char = '\u{2}';
/// What stands for a module that is still to come.
const STAND_IN: &str = "const wait = import.meta.wait; \
    export const then = (resolve, reject) => wait(resolve, reject);";

/// Gives an engine the modules of a realm.
pub(crate) fn connect(runtime: &Runtime, host: &Rc<Host>) {
    runtime.set_loader(Names(host.clone()), Texts(host.clone()));
}

struct Names(Rc<Host>);

impl Resolver for Names {
    fn resolve<'js>(
        &mut self,
        ctx: &Ctx<'js>,
        base: &str,
        name: &str,
        _attributes: Option<ImportAttributes<'js>>,
    ) -> Result<String> {
        if let Some(name) = name.strip_prefix(RESOLVED) {
            return Ok(name.to_owned());
        }
        let modules = self.0.modules.borrow().clone();
        let base = Url::parse(base);
        let base = base.unwrap_or_else(|_| self.0.read().base_url().clone());
        let url = modules.resolve(&base, name);
        let url = url.map_err(|reason| Exception::throw_type(ctx, &reason))?;
        modules.want(&url);
        match modules.graph(url.as_str()) {
            Graph::Ready => Ok(url.into()),
            Graph::Failed(reason) => Err(Exception::throw_type(ctx, &reason)),
            Graph::Waiting => Ok(format!("{AWAITED}{url}")),
        }
    }
}

struct Texts(Rc<Host>);

impl Loader for Texts {
    fn load<'js>(
        &mut self,
        ctx: &Ctx<'js>,
        name: &str,
        _attributes: Option<ImportAttributes<'js>>,
    ) -> Result<Module<'js, Declared>> {
        if let Some(awaited) = name.strip_prefix(AWAITED) {
            return stand_in(ctx, &self.0, name, awaited);
        }
        let text = self.0.modules.borrow().text(name);
        let Some(text) = text else {
            let reason = format!("{name}: the module is not there");
            return Err(Exception::throw_type(ctx, &reason));
        };
        if text.is_json {
            return json(ctx, name, &text);
        }
        self.0.sources.add(name, &text.text, true);
        let module = Module::declare(ctx.clone(), name, text.text.as_str())?;
        describe(&module, &self.0, name, &text)?;
        Ok(module)
    }
}

fn json<'js>(ctx: &Ctx<'js>, name: &str, text: &Text) -> Result<Module<'js, Declared>> {
    if let Err(error) = serde_json::from_str::<serde_json::Value>(&text.text) {
        return Err(Exception::throw_syntax(ctx, &format!("{name}: {error}")));
    }
    let literal = serde_json::to_string(&text.text).unwrap_or_default();
    Module::declare(
        ctx.clone(),
        name,
        format!("export default JSON.parse({literal})"),
    )
}

/// What `import.meta` of a module has.
fn describe(module: &Module<'_, Declared>, host: &Rc<Host>, name: &str, text: &Text) -> Result<()> {
    let meta: Object<'_> = module.meta()?;
    meta.set("url", text.url.as_str())?;
    let (host, base) = (host.clone(), name.to_owned());
    let resolve = Function::new(module.ctx().clone(), move |ctx: Ctx<'_>, name: String| {
        let modules = host.modules.borrow().clone();
        let base = Url::parse(&base).map_err(|_| Error::Unknown)?;
        let url = modules.resolve(&base, &name);
        url.map(String::from)
            .map_err(|reason| Exception::throw_type(&ctx, &reason))
    })?;
    meta.set("resolve", resolve)
}

fn stand_in<'js>(
    ctx: &Ctx<'js>,
    host: &Rc<Host>,
    name: &str,
    awaited: &str,
) -> Result<Module<'js, Declared>> {
    let module = Module::declare(ctx.clone(), name, STAND_IN)?;
    let (host, awaited) = (host.clone(), awaited.to_owned());
    let wait = move |ctx: Ctx<'js>, resolve: Function<'js>, reject: Function<'js>| {
        let mut imports = host.imports.borrow_mut();
        if imports.len() >= IMPORTS_WAITING_MAX {
            return Err(Exception::throw_range(&ctx, "too many imports wait"));
        }
        imports.push(Import {
            name: awaited.clone(),
            resolve: Persistent::save(&ctx, resolve),
            reject: Persistent::save(&ctx, reject),
        });
        Ok(())
    };
    let meta: Object<'js> = module.meta()?;
    meta.set("wait", Function::new(ctx.clone(), wait)?)?;
    Ok(module)
}

/// Runs a module of the document that is there, with all that it imports.
pub(crate) fn run<'js>(host: &Rc<Host>, ctx: &Ctx<'js>, name: &str) {
    let before = host.current_script.replace(None);
    let run = Module::import(ctx, format!("{RESOLVED}{name}"));
    host.current_script.set(before);
    let told = run.and_then(|promise| {
        let host = host.clone();
        let report = Function::new(ctx.clone(), move |ctx: Ctx<'js>, reason: Value<'js>| {
            scripts::report_value(&host, &ctx, reason);
        })?;
        then(&promise, Value::new_undefined(ctx.clone()), report)
    });
    if let Err(error) = told.catch(ctx) {
        scripts::report(host, ctx, error);
    }
}

fn then<'js>(promise: &Promise<'js>, done: Value<'js>, failed: Function<'js>) -> Result<()> {
    let then: Function<'js> = promise.then()?;
    then.call::<_, ()>((This(promise.clone()), done, failed))
}

/// Takes an `import()` whose module is there, or never will be.
pub(crate) fn next(host: &Host) -> Option<(Import, Graph)> {
    let modules = host.modules.borrow().clone();
    let mut imports = host.imports.borrow_mut();
    let at = imports
        .iter()
        .position(|import| modules.graph(&import.name) != Graph::Waiting)?;
    let import = imports.remove(at);
    let graph = modules.graph(&import.name);
    Some((import, graph))
}

/// Settles an `import()`.
pub(crate) fn settle(ctx: &Ctx<'_>, import: Import, graph: Graph) -> Result<()> {
    let resolve = import.resolve.restore(ctx)?;
    let reject = import.reject.restore(ctx)?;
    match graph {
        Graph::Failed(reason) => {
            let error = Exception::from_message(ctx.clone(), &reason)?;
            let class: Function<'_> = ctx.globals().get("TypeError")?;
            let error = match class.call::<_, Value<'_>>((reason,)) {
                Ok(error) => error,
                Err(_) => error.into_value(),
            };
            reject.call::<_, ()>((error,))
        }
        Graph::Ready | Graph::Waiting => {
            let promise = Module::import(ctx, format!("{RESOLVED}{}", import.name))?;
            then(&promise, resolve.into_value(), reject)
        }
    }
}
