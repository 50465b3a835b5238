//! Cookies: some commands of `Network` and `Storage`.

use crate::clock;
use crate::command::{Command, Params};
use crate::domains::contexts;
use crate::hub::Hub;
use crate::reply::Failure;
use crate::session::Target;
use crate::tab::Asker;
use crate::traffic::state::CookieAnswer;
use protocol::ids::ContextId;
use protocol::traffic::CookieWish;
use serde_json::Value;
use std::fmt::Write;

/// Cookies in one command.
const COOKIES_MAX: usize = 1_000;

pub fn run(
    hub: &mut Hub,
    asker: Asker,
    target: Target,
    command: &Command,
) -> Result<Option<Value>, Failure> {
    let params = &command.params;
    let (answer, wishes) = match command.method.as_str() {
        "Network.getCookies" => {
            let urls = match texts(params, "urls")? {
                Some(urls) => urls,
                None => target
                    .tab()
                    .and_then(|tab| hub.tabs.get(&tab))
                    .map(|tab| vec![tab.url.clone()])
                    .unwrap_or_default(),
            };
            let get = |url| CookieWish::Get { url: Some(url) };
            (
                CookieAnswer::Cookies,
                urls.into_iter().map(get).collect::<Vec<_>>(),
            )
        }
        "Network.getAllCookies" | "Storage.getCookies" => {
            (CookieAnswer::Cookies, vec![CookieWish::Get { url: None }])
        }
        "Network.setCookie" => (CookieAnswer::Success, vec![set(params)?]),
        "Network.setCookies" | "Storage.setCookies" => {
            let cookies = params.0.get("cookies").and_then(Value::as_array);
            let cookies = cookies.ok_or_else(|| Failure::params("cookies: array expected"))?;
            if cookies.len() > COOKIES_MAX {
                return Err(Failure::server("Too many cookies at once"));
            }
            let one = |cookie: &Value| match cookie {
                Value::Object(fields) => set(&Params(fields.clone())),
                _ => Err(Failure::params("cookies: objects expected")),
            };
            let wishes = cookies.iter().map(one).collect::<Result<_, _>>()?;
            (CookieAnswer::Nothing, wishes)
        }
        "Network.deleteCookies" => {
            let text = |name| Ok(params.optional_text(name)?.map(str::to_owned));
            let (url, domain) = (text("url")?, text("domain")?);
            if url.is_none() && domain.is_none() {
                let why = "At least one of the url and domain needs to be specified";
                return Err(Failure::with_code(-32602, why));
            }
            let wish = CookieWish::Delete {
                name: params.text("name")?.to_owned(),
                url,
                domain,
                path: text("path")?,
            };
            (CookieAnswer::Nothing, vec![wish])
        }
        "Network.clearBrowserCookies" | "Storage.clearCookies" => {
            (CookieAnswer::Nothing, vec![CookieWish::Clear])
        }
        other => return Err(Failure::no_method(other)),
    };
    // Without a name: the context of the page, or the user's own.
    let context = contexts::named(hub, command)?;
    let tab = target.tab().and_then(|tab| hub.tabs.get(&tab));
    let of_target = tab.map_or(ContextId::DEFAULT, |tab| tab.context);
    hub.ask_cookies(asker, context.unwrap_or(of_target), answer, wishes)
}

fn texts(params: &Params, name: &str) -> Result<Option<Vec<String>>, Failure> {
    let wrong = || Failure::params(format!("{name}: array of strings expected"));
    match params.0.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Array(all)) if all.len() <= COOKIES_MAX => {
            let text = |it: &Value| it.as_str().map(str::to_owned).ok_or_else(wrong);
            all.iter().map(text).collect::<Result<_, _>>().map(Some)
        }
        Some(_) => Err(wrong()),
    }
}

/// A cookie as a header of its address would set it.
fn set(params: &Params) -> Result<CookieWish, Failure> {
    let is_plain = |text: &&str| !text.contains([';', '\r', '\n', '\0']);
    let plain = |name: &str| {
        let text = params.optional_text(name)?;
        match text.is_none_or(|it| is_plain(&it)) {
            true => Ok(text),
            false => Err(Failure::with_code(-32602, "Invalid cookie fields")),
        }
    };
    let (name, value) = (params.text("name")?, params.text("value")?);
    let (domain, path) = (plain("domain")?, plain("path")?);
    plain("name")?;
    plain("value")?;
    let is_secure = params.flag("secure")?;
    let url = match (params.optional_text("url")?, domain) {
        (Some(url), _) => url.to_owned(),
        (None, Some(domain)) => {
            let scheme = if is_secure { "https" } else { "http" };
            let host = domain.trim_start_matches('.');
            format!("{scheme}://{host}{}", path.unwrap_or("/"))
        }
        (None, None) => {
            let why = "At least one of the url and domain needs to be specified";
            return Err(Failure::with_code(-32602, why));
        }
    };
    let mut text = format!("{name}={value}; Path={}", path.unwrap_or("/"));
    // A host without a dot means that host alone.
    if let Some(domain) = domain.filter(|it| it.starts_with('.')) {
        let _ = write!(text, "; Domain={domain}");
    }
    if let Some(expires) = params.optional_number("expires")?.filter(|it| *it >= 0.0) {
        let seconds = (expires - clock::wall_s()).ceil();
        let _ = write!(text, "; Max-Age={}", seconds.clamp(-1.0, 4.0e9) as i64);
    }
    if is_secure {
        text.push_str("; Secure");
    }
    if params.flag("httpOnly")? {
        text.push_str("; HttpOnly");
    }
    if let Some(same_site) = plain("sameSite")? {
        let _ = write!(text, "; SameSite={same_site}");
    }
    Ok(CookieWish::Set {
        url,
        text,
        // A domain alone says nothing of scheme and port.
        for_host: params.optional_text("url")?.is_none(),
    })
}
