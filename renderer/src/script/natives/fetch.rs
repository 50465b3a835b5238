//! Requests, headers and bytes, which come as a text of one character a byte. What a page may ask
//! for is decided by the network process; what no honest page asks for is left out here already.

use crate::load::scripted::Order;
use crate::script::handles::{List, OrName, OrNull, Refusal};
use crate::script::host::Host;
use crate::script::native::native;
use crate::script::natives::encoding::bytes_of;
use data_url::DataUrl;
use protocol::fetch::FetchOptions;
use protocol::limits::{REQUEST_BODY_BYTES_MAX, URL_BYTES_MAX};
use protocol::web::{
    Credentials, Header, Mode, Redirect, ReferrerPolicy, is_forbidden_header, is_forbidden_method,
    is_header_value, is_token, normal_method,
};
use rquickjs::{Ctx, Object, Result, TypedArray};
use std::rc::Rc;

/// A request as the prelude describes it.
fn order(
    id: u32,
    how: &[String],
    headers: &[String],
    body: Option<Vec<u8>>,
) -> std::result::Result<Order, Refusal> {
    const REFUSED: Refusal = Refusal("NotSupportedError");
    let [url, method, mode, credentials, redirect, referrer] = how else {
        return Err(REFUSED);
    };
    let headers = headers.chunks_exact(2).map(|pair| Header {
        name: pair[0].to_ascii_lowercase(),
        value: pair[1].clone(),
    });
    let options = FetchOptions {
        mode: match &**mode {
            "no-cors" => Mode::NoCors,
            "same-origin" => Mode::SameOrigin,
            _ => Mode::Cors,
        },
        credentials: match &**credentials {
            "include" => Credentials::Include,
            "omit" => Credentials::Omit,
            _ => Credentials::SameOrigin,
        },
        redirect: match &**redirect {
            "error" => Redirect::Error,
            "manual" => Redirect::Manual,
            _ => Redirect::Follow,
        },
        referrer: match &**referrer {
            "no-referrer" => ReferrerPolicy::None,
            "origin" => ReferrerPolicy::Origin,
            "same-origin" => ReferrerPolicy::SameOrigin,
            "strict-origin" => ReferrerPolicy::StrictOrigin,
            _ => ReferrerPolicy::StrictOriginWhenCrossOrigin,
        },
        method: method.clone(),
        headers: headers.collect(),
        body_bytes: body.as_ref().map(|body| body.len() as u32),
    };
    let is_too_large = body
        .as_ref()
        .is_some_and(|body| body.len() > REQUEST_BODY_BYTES_MAX);
    if is_too_large {
        return Err(Refusal::QUOTA);
    }
    if url.len() > URL_BYTES_MAX || options.check().is_err() {
        return Err(REFUSED);
    }
    Ok(Order {
        id,
        url: url.clone(),
        options,
        body,
        is_stream: false,
    })
}

/// The type and the bytes of a `data:` address.
fn data<'js>(ctx: &Ctx<'js>, url: &str) -> Option<(String, Result<TypedArray<'js, u8>>)> {
    let data = DataUrl::process(url).ok()?;
    let (bytes, _) = data.decode_to_vec().ok()?;
    let bytes = TypedArray::new_copy(ctx.clone(), bytes);
    Some((data.mime_type().to_string(), bytes))
}

pub(super) fn add<'js>(natives: &Object<'js>, host: &Rc<Host>) -> Result<()> {
    native!(
        natives,
        "fetch",
        host,
        |id: u32, how: Vec<String>, headers: Vec<String>, body: Option<String>, is_stream: bool| {
            let body = body.as_deref().map(bytes_of);
            let order = order(id, &how, &headers, body).map(|order| Order { is_stream, ..order });
            OrName(order.and_then(|order| host.requests.borrow_mut().add(order).map(|()| true)))
        }
    );
    native!(natives, "cookies", host, || {
        let link = host.link.borrow().clone();
        link.map(|link| link.read_cookies()).unwrap_or_default()
    });
    native!(natives, "setCookie", host, |text: String| {
        if let Some(link) = &*host.link.borrow() {
            link.write_cookie(text);
        }
    });
    native!(natives, "abortFetch", host, |id: u32| host
        .requests
        .borrow_mut()
        .abort(id));
    native!(natives, "addBlob", host, |url: String, bytes: String| {
        let added = host.requests.borrow_mut().add_blob(url, bytes_of(&bytes));
        OrName(added.map(|()| true))
    });
    native!(natives, "removeBlob", host, |url: String| host
        .requests
        .borrow_mut()
        .remove_blob(&url));
    add_bytes(natives, host)?;
    add_checks(natives, host)
}

fn add_bytes<'js>(natives: &Object<'js>, host: &Rc<Host>) -> Result<()> {
    native!(natives, "dataUrl", host, |ctx: Ctx<'js>, url: String| {
        let _ = &host;
        match data(&ctx, &url) {
            Some((kind, bytes)) => {
                let found = Object::new(ctx)?;
                found.set("kind", kind)?;
                found.set("bytes", bytes?)?;
                Ok::<_, rquickjs::Error>(OrNull(Some(found)))
            }
            None => Ok(OrNull(None)),
        }
    });
    native!(
        natives,
        "decodeBytes",
        host,
        |label: String, bytes: String| {
            let _ = &host;
            let encoding = encoding_rs::Encoding::for_label(label.as_bytes());
            let encoding = encoding.unwrap_or(encoding_rs::UTF_8);
            encoding.decode(&bytes_of(&bytes)).0.into_owned()
        }
    );
    native!(natives, "decodeForm", host, |bytes: String| {
        let _ = &host;
        let bytes = bytes_of(&bytes);
        let pairs = url::form_urlencoded::parse(&bytes);
        let pairs = pairs.map(|(name, value)| List(vec![name.into_owned(), value.into_owned()]));
        List(pairs.collect())
    });
    Ok(())
}

fn add_checks(natives: &Object<'_>, host: &Rc<Host>) -> Result<()> {
    native!(natives, "isToken", host, |text: String| {
        let _ = &host;
        is_token(&text)
    });
    native!(natives, "isHeaderValue", host, |text: String| {
        let _ = &host;
        is_header_value(&text)
    });
    native!(
        natives,
        "isForbiddenHeader",
        host,
        |name: String, value: String| {
            let _ = &host;
            is_forbidden_header(&name, &value)
        }
    );
    native!(
        natives,
        "isSafelistedHeader",
        host,
        |name: String, value: String| {
            let _ = &host;
            Header { name, value }.is_safelisted()
        }
    );
    native!(natives, "isForbiddenMethod", host, |method: String| {
        let _ = &host;
        is_forbidden_method(&method)
    });
    native!(natives, "normalMethod", host, |method: String| {
        let _ = &host;
        normal_method(&method)
    });
    Ok(())
}
