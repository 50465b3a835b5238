//! The modules of a document: the engine asks for them while it compiles, and can not wait. So the
//! names that a module imports are found first, by an engine apart, and fetched; what imports
//! others is ready once all of them are there.

use crate::document::responses::Responses;
use crate::script::arrivals::Arrival;
use crate::script::import_map::ImportMap;
use crate::script::limits::{HEAP_BYTES_MAX, MODULES_MAX, SCRIPT_BYTES_MAX, STACK_BYTES_MAX};
use crate::script::types::is_javascript;
use blitz_dom::BaseDocument;
use blitz_traits::net::NetProvider;
use rquickjs::loader::{ImportAttributes, Loader, Resolver};
use rquickjs::module::Declared;
use rquickjs::{Context, Ctx, Function, Module, Persistent, Result, Runtime};
use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::rc::Rc;
use url::Url;

/// How far a module and all that it imports are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Graph {
    Waiting,
    Ready,
    /// Why it will never be ready.
    Failed(String),
}

/// A module by its name, which is its address.
enum Source {
    Wanted { is_json: bool },
    Fetching { arrival: Arrival, is_json: bool },
    There(Rc<Text>),
    Failed(String),
}

/// A module that is there.
pub(crate) struct Text {
    pub(crate) text: String,
    pub(crate) is_json: bool,
    /// What it takes for its address.
    pub(crate) url: String,
    imports: Vec<String>,
}

/// An `import()` that waits.
pub(crate) struct Import {
    pub(crate) name: String,
    pub(crate) resolve: Persistent<Function<'static>>,
    pub(crate) reject: Persistent<Function<'static>>,
}

/// The modules of one document.
#[derive(Default)]
pub(crate) struct Modules(RefCell<State>);

#[derive(Default)]
struct State {
    map: ImportMap,
    sources: HashMap<String, Source>,
    /// Those of `sources` that are ready.
    ready: HashSet<String>,
    inline: usize,
}

impl Modules {
    /// Adds an import map.
    pub(crate) fn add_map(&self, text: &str, base: &Url) -> std::result::Result<(), String> {
        self.0.borrow_mut().map.add(text, base)
    }

    /// What a name stands for in the module, or script, of that name.
    pub(crate) fn resolve(&self, base: &Url, name: &str) -> std::result::Result<Url, String> {
        self.0.borrow().map.resolve(base, name)
    }

    /// Adds the text of a module that stands in the document; returns its name.
    pub(crate) fn add_inline(&self, base: &Url, text: &str) -> String {
        let mut state = self.0.borrow_mut();
        state.inline += 1;
        let mut url = base.clone();
        url.set_fragment(Some(&format!("inline-module-{}", state.inline)));
        let name = String::from(url);
        state.put(&name, text.to_owned(), false, base.as_str());
        name
    }

    /// Asks for a module.
    pub(crate) fn want(&self, url: &Url) {
        self.0.borrow_mut().want(url, false);
    }

    /// Fetches what is wanted, and looks at what has come.
    pub(crate) fn advance(
        &self,
        net: &dyn NetProvider,
        document: &BaseDocument,
        responses: &Responses,
    ) {
        let mut state = self.0.borrow_mut();
        loop {
            let mut arrived = Vec::new();
            for (name, source) in &mut state.sources {
                if let Source::Wanted { is_json } = *source
                    && let Ok(url) = Url::parse(name)
                {
                    let arrival = Arrival::of_module(net, document.id(), url);
                    *source = Source::Fetching { arrival, is_json };
                }
                if let Source::Fetching { arrival, is_json } = source
                    && arrival.is_there()
                {
                    let text = arrival.take(responses, "utf-8");
                    arrived.push((name.clone(), text, *is_json));
                }
            }
            if arrived.is_empty() {
                return;
            }
            for (name, arrived, is_json) in arrived {
                let failed = match arrived {
                    None => format!("{name}: the module could not be loaded"),
                    Some(it) if !is_of_type(&it.mime, is_json) => {
                        format!("{name}: the type {:?} is none of a module", it.mime)
                    }
                    Some(it) if it.text.len() > SCRIPT_BYTES_MAX => {
                        format!("{name}: the module is too large")
                    }
                    Some(it) => {
                        state.put(&name, it.text, is_json, &name);
                        continue;
                    }
                };
                state.sources.insert(name, Source::Failed(failed));
            }
        }
    }

    /// How far a module is.
    pub(crate) fn graph(&self, name: &str) -> Graph {
        let mut state = self.0.borrow_mut();
        if state.ready.contains(name) {
            return Graph::Ready;
        }
        let mut seen = HashSet::new();
        let mut waiting = vec![name.to_owned()];
        while let Some(name) = waiting.pop() {
            if !seen.insert(name.clone()) {
                continue;
            }
            match state.sources.get(&name) {
                Some(Source::There(text)) => waiting.extend(text.imports.iter().cloned()),
                Some(Source::Failed(reason)) => return Graph::Failed(reason.clone()),
                _ => return Graph::Waiting,
            }
        }
        state.ready.extend(seen);
        Graph::Ready
    }

    /// A module that is there.
    pub(crate) fn text(&self, name: &str) -> Option<Rc<Text>> {
        match self.0.borrow().sources.get(name) {
            Some(Source::There(text)) => Some(text.clone()),
            _ => None,
        }
    }
}

impl State {
    fn want(&mut self, url: &Url, is_json: bool) {
        let name = url.as_str();
        if self.sources.contains_key(name) {
            return;
        }
        let source = match self.sources.len() >= MODULES_MAX {
            true => Source::Failed(format!("{name}: there are too many modules")),
            false => Source::Wanted { is_json },
        };
        self.sources.insert(name.to_owned(), source);
    }

    /// A module is there; what it imports is wanted.
    fn put(&mut self, name: &str, text: String, is_json: bool, url: &str) {
        let found = match is_json {
            true => Vec::new(),
            false => imports(name, &text),
        };
        let mut imports = Vec::new();
        if let Ok(base) = Url::parse(name) {
            for (wanted, is_json) in found {
                // The engine says again what is wrong with a name, where that can be caught.
                if let Ok(url) = self.map.resolve(&base, &wanted) {
                    self.want(&url, is_json);
                    imports.push(String::from(url));
                }
            }
        }
        let url = url.to_owned();
        let text = Text {
            text,
            is_json,
            url,
            imports,
        };
        self.sources
            .insert(name.to_owned(), Source::There(Rc::new(text)));
    }
}

fn is_of_type(mime: &str, is_json: bool) -> bool {
    match is_json {
        true => mime.ends_with("/json") || mime.ends_with("+json"),
        false => is_javascript(mime),
    }
}

/// The names that a module imports, and whether as JSON. Its text is compiled by an engine that is
/// there for this alone; where it has an error, the scripts' engine finds it again.
fn imports(name: &str, text: &str) -> Vec<(String, bool)> {
    let found = Found::default();
    let Ok(runtime) = Runtime::new() else {
        return Vec::new();
    };
    runtime.set_memory_limit(HEAP_BYTES_MAX);
    runtime.set_max_stack_size(STACK_BYTES_MAX);
    runtime.set_loader(found.clone(), Empty);
    if let Ok(context) = Context::full(&runtime) {
        context.with(|ctx| {
            let _ = Module::declare(ctx.clone(), name, text);
            // An exception must not outlive the context.
            let _ = ctx.catch();
        });
    }
    found.0.take()
}

/// Notes what is imported.
#[derive(Clone, Default)]
struct Found(Rc<RefCell<Vec<(String, bool)>>>);

impl Resolver for Found {
    fn resolve<'js>(
        &mut self,
        _ctx: &Ctx<'js>,
        _base: &str,
        name: &str,
        attributes: Option<ImportAttributes<'js>>,
    ) -> Result<String> {
        let kind = attributes.and_then(|attributes| attributes.get_type().ok().flatten());
        let is_json = kind.as_deref() == Some("json");
        self.0.borrow_mut().push((name.to_owned(), is_json));
        Ok("empty".to_owned())
    }
}

/// Gives a module without anything, which does for compiling.
struct Empty;

impl Loader for Empty {
    fn load<'js>(
        &mut self,
        ctx: &Ctx<'js>,
        name: &str,
        _attributes: Option<ImportAttributes<'js>>,
    ) -> Result<Module<'js, Declared>> {
        Module::declare(ctx.clone(), name, "")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_names_that_a_module_imports_are_found() {
        let text = "import a, {b} from './a.js'; import './b.js'; export * from 'c'; \
            export {x} from './d.js'; import j from './e.json' with {type: 'json'}; \
            const no = \"import './f.js'\"; await import('./g.js'); /* import './h.js' */";
        let mut found = imports("http://site.test/m.js", text);
        found.sort();
        let names: Vec<&str> = found.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["./a.js", "./b.js", "./d.js", "./e.json", "c"]);
        assert!(found.contains(&("./e.json".to_owned(), true)));
        assert_eq!(imports("x", "import from from"), []);
        assert_eq!(imports("x", &"import ".repeat(100_000)), []);
    }

    #[test]
    fn a_module_is_ready_when_all_that_it_imports_is_there() {
        let modules = Modules::default();
        let base = Url::parse("http://site.test/").expect("a URL");
        let root = modules.add_inline(&base, "import '/a.js'");
        assert_eq!(modules.graph(&root), Graph::Waiting);
        let put = |name: &str, text: &str| {
            let mut state = modules.0.borrow_mut();
            state.put(name, text.to_owned(), false, name);
        };
        put("http://site.test/a.js", "import '/b.js'; import '/a.js'");
        assert_eq!(modules.graph(&root), Graph::Waiting);
        put("http://site.test/b.js", "import '/a.js'");
        assert_eq!(modules.graph(&root), Graph::Ready, "a circle ends");
    }
}
