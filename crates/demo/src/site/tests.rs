//! What each address of the site answers.

use super::*;
use flate2::read::GzDecoder;
use std::io::Read;

fn get(target: &str) -> Response {
    respond(&Request::get(target))
}

fn bytes(response: &Response) -> Vec<u8> {
    match &response.body {
        Body::Full(bytes) | Body::Cut { bytes, .. } => bytes.to_vec(),
        Body::None => Vec::new(),
        Body::Stream(stream) => stream
            .clone()
            .take(10_000)
            .flat_map(|piece| piece.bytes)
            .collect(),
    }
}

fn text(response: &Response) -> String {
    String::from_utf8(bytes(response)).expect("the page is UTF-8")
}

fn header<'a>(response: &'a Response, name: &str) -> Option<&'a str> {
    response
        .headers
        .iter()
        .find(|(n, _)| *n == name)
        .map(|(_, value)| value.as_ref())
}

#[test]
fn every_local_link_of_the_site_leads_somewhere() {
    let mut unseen = vec!["/".to_owned()];
    let mut seen = Vec::new();
    while let Some(target) = unseen.pop() {
        if seen.contains(&target) {
            continue;
        }
        seen.push(target.clone());
        let response = get(&target);
        assert!(
            response.status < 400 || target.starts_with("/status/"),
            "{target}"
        );
        let endless = matches!(response.body, Body::Stream(Stream::Endless { .. }));
        if endless || header(&response, "Content-Type") != Some(HTML) {
            continue;
        }
        let page = String::from_utf8_lossy(&bytes(&response)).into_owned();
        for attribute in ["href=\"", "src=\"", "action=\""] {
            for (at, _) in page.match_indices(attribute) {
                let link = page[at + attribute.len()..]
                    .split('"')
                    .next()
                    .expect("a value");
                if let Some(fragment) = link.strip_prefix('#') {
                    assert!(
                        page.contains(&format!("id=\"{fragment}\"")),
                        "{target}{link}"
                    );
                } else if link.starts_with('/') {
                    unseen.push(link.split('#').next().expect("a path").to_owned());
                } else {
                    assert!(link.starts_with("data:"), "{target} names {link}");
                }
            }
        }
    }
    for page in [
        "/article",
        "/long",
        "/form",
        "/animated",
        "/break",
        "/img/lighthouse.gif",
    ] {
        assert!(
            seen.contains(&page.to_owned()),
            "{page} is linked from nowhere"
        );
    }
}

#[test]
fn break_it_addresses_are_never_links() {
    for target in ["/", "/break", "/article", "/long", "/form", "/animated"] {
        assert!(!text(&get(target)).contains("href=\"bulkhead:"), "{target}");
    }
}

#[test]
fn methods_other_than_get_and_head_are_not_allowed() {
    let response = respond(&Request {
        method: Method::Other,
        ..Request::get("/")
    });
    assert_eq!(response.status, 405);
    assert_eq!(header(&response, "Allow"), Some("GET, HEAD"));
}

#[test]
fn unknown_pages_are_not_found_and_their_names_are_escaped() {
    let response = get("/<script>");
    assert_eq!(response.status, 404);
    assert!(text(&response).contains("&lt;script&gt;"));
    for target in [
        "/status/99",
        "/status/600",
        "/status/x",
        "/redirect/101",
        "/redirect/-1",
    ] {
        assert_eq!(get(target).status, 404, "{target}");
    }
}

#[test]
fn echo_shows_fields_escaped() {
    let page = text(&get("/echo?name=%3Cb%3E&note=a+b"));
    assert!(page.contains("<td>name</td><td>&lt;b&gt;</td>"), "{page}");
    assert!(page.contains("<td>note</td><td>a b</td>"), "{page}");
    assert!(text(&get("/echo")).contains("nothing"));
}

#[test]
fn form_data_is_decoded_and_damage_is_kept_as_text() {
    let page = text(&get("/echo?a=1+2&b=%C3%BC&&c&d=100%&e=%zz&f=%ff"));
    for (name, value) in [
        ("a", "1 2"),
        ("b", "ü"),
        ("c", ""),
        ("d", "100%"),
        ("e", "%zz"),
        ("f", "\u{fffd}"),
    ] {
        let row = format!("<td>{name}</td><td>{value}</td>");
        assert!(page.contains(&row), "{page} has no {row}");
    }
    assert_eq!(page.matches("<tr><td>").count(), 6);
}

#[test]
fn redirects_count_down_to_a_page() {
    assert_eq!(header(&get("/redirect/2"), "Location"), Some("/redirect/1"));
    assert_eq!(get("/redirect/0").status, 200);
    assert_eq!(
        header(&get("/redirect-loop"), "Location"),
        Some("/redirect-loop")
    );
}

#[test]
fn other_site_is_this_server_under_its_other_name() {
    let under = |host: &str| {
        let request = Request {
            host: host.to_owned(),
            ..Request::get("/other-site")
        };
        header(&respond(&request), "Location").map(str::to_owned)
    };
    assert_eq!(
        under("127.0.0.1:81").as_deref(),
        Some("http://localhost:81/article")
    );
    assert_eq!(
        under("localhost:81").as_deref(),
        Some("http://127.0.0.1:81/article")
    );
    assert_eq!(under("evil.example"), None);
}

#[test]
fn statuses_that_have_no_body_have_none() {
    assert_eq!(get("/status/204").body, Body::None);
    assert_eq!(get("/status/500").status, 500);
    assert!(text(&get("/status/404")).contains("404 Not Found"));
}

#[test]
fn cut_promises_more_than_it_sends() {
    let Body::Cut { bytes, promised } = get("/cut").body else {
        panic!("not cut")
    };
    assert!(promised > bytes.len());
}

#[test]
fn gzip_decodes_to_the_plain_page() {
    let plain = respond(&Request {
        accepts_gzip: false,
        ..Request::get("/gzip")
    });
    assert_eq!(header(&plain, "Content-Encoding"), None);
    let packed = get("/gzip");
    assert_eq!(header(&packed, "Content-Encoding"), Some("gzip"));
    let mut unpacked = Vec::new();
    GzDecoder::new(bytes(&packed).as_slice())
        .read_to_end(&mut unpacked)
        .expect("valid gzip");
    assert_eq!(unpacked, bytes(&plain));
}

#[test]
fn odd_encodings_are_odd() {
    let nul = bytes(&get("/nul"));
    assert!(nul.contains(&0) && std::str::from_utf8(&nul).is_err());
    let latin1 = get("/latin1");
    assert_eq!(
        header(&latin1, "Content-Type"),
        Some("text/html; charset=iso-8859-1")
    );
    assert!(
        bytes(&latin1).windows(2).any(|pair| pair == [0xfc, 0xdf]),
        "no \u{fc}\u{df}"
    );
}

#[test]
fn streams_have_the_sizes_they_are_named_for() {
    let huge = bytes(&get("/huge"));
    assert!(
        (3_000_000..8_000_000).contains(&huge.len()),
        "{}",
        huge.len()
    );
    assert!(huge.ends_with(b"</html>\n"));
    let Body::Stream(slow) = get("/slow").body else {
        panic!("not streamed")
    };
    let pause: std::time::Duration = slow.map(|piece| piece.pause).sum();
    assert_eq!(pause.as_millis(), 2000);
    let Body::Stream(endless) = get("/endless").body else {
        panic!("not streamed")
    };
    assert_eq!(endless.take(1_000).count(), 1_000);
}

#[test]
fn every_attack_is_a_page_with_its_script_and_is_linked_from_break_it() {
    let table = text(&get("/break"));
    assert!(!table.contains("<!-- attacks -->"));
    for name in attacks::names() {
        let path = format!("/attack/{name}");
        assert!(table.contains(&format!("href=\"{path}\"")), "{path}");
        let page = text(&get(&path));
        let (_, script) = page.split_once("<script>").expect("a script");
        assert!(script.contains("const attack = async (say, show) => {"));
        assert_eq!(page.matches("</script>").count(), 2, "{path}");
    }
    assert_eq!(get("/attack/nothing").status, 404);
    assert_eq!(get("/attack/").status, 404);
}

#[test]
fn account_is_that_of_the_cookie_in_every_form() {
    let ask = |target: &str, cookies: &str| {
        let request = Request {
            cookies: cookies.to_owned(),
            ..Request::get(target)
        };
        text(&respond(&request))
    };
    let cookies = "a=1; vault=p%3Cb%3E%22%26x";
    for (form, shown) in [
        ("", "password: p&lt;b&gt;&quot;&amp;x<"),
        (".json", "\"p<b>\\\"&x\""),
        (".js", "window.accountPassword = \"p<b>\\\"&x\";"),
        (".css", "--password: \"p<b>\\\"&x\";"),
        (".svg", "p&lt;b&gt;&quot;&amp;x</text>"),
    ] {
        let target = format!("/vault/account{form}");
        let account = ask(&target, cookies);
        assert!(account.contains(shown), "{account}");
        assert!(!ask(&target, "b=1").contains("p<b>"));
    }
    assert_eq!(get("/vault/account.txt").status, 404);
}

#[test]
fn the_vault_is_on_the_other_site() {
    let to = header(&get("/steal/to-vault"), "Location").map(str::to_owned);
    assert_eq!(to.as_deref(), Some("http://localhost/vault"));
    let to = header(&get("/steal/redirect"), "Location").map(str::to_owned);
    assert_eq!(to.as_deref(), Some("http://localhost/vault/account.json"));
}
