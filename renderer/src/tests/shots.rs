//! TEMPORARY: pictures to look at.
use super::harness::Outside;
use protocol::appearance::Percent;
use protocol::geometry::Size;
use protocol::ids::TabId;
use protocol::shell::*;
use protocol::surface::SurfacePart;

fn save(outside: &Outside, size: Size, name: &str) {
    let mut out = format!("P6\n{} {}\n255\n", size.width, size.height).into_bytes();
    for p in outside.pixels() {
        out.extend([(p >> 16) as u8, (p >> 8) as u8, p as u8]);
    }
    std::fs::write(format!("/tmp/shots/{name}.ppm"), out).expect("write");
}

fn state() -> ShellState {
    let tab = |id, title: &str, mark| TabView {
        tab: TabId(id),
        title: title.to_owned(),
        mark,
    };
    ShellState {
        tabs: vec![
            tab(1, "Welcome to Bulkhead", TabMark::Ready),
            tab(
                2,
                "An article with a title that is far too long for it",
                TabMark::Loading,
            ),
            tab(3, "Long page", TabMark::Crashed),
            tab(4, "A form that echoes", TabMark::Slow),
        ],
        active: Some(TabId(2)),
        url: "http://127.0.0.1:8000/article/lighthouse.html".to_owned(),
        host: "127.0.0.1".to_owned(),
        security: Security::Plain,
        can_go_back: true,
        can_go_forward: false,
        loading: true,
        zoom: Percent::HUNDRED,
        find: None,
        hover_link: None,
        notice: None,
        banner: None,
        card: None,
    }
}

fn shot(size: Size, part: SurfacePart, state: ShellState, name: &str) {
    let mut outside = Outside::shell(Size::new(1280, 84));
    outside.attach(part, size);
    outside.tell_shell(ToShell::State(Box::new(state)));
    let n = outside.frames_seen;
    outside.wait_pixels("frames", |o| o.frames_seen > n);
    for _ in 0..6 {
        outside.input(protocol::input::InputEvent::PointerMove {
            x: 300.0,
            y: 60.0,
            modifiers: Default::default(),
        });
    }
    save(&outside, size, name);
}

#[test]
#[ignore]
fn shots() {
    let wide = Size::new(1280, 84);
    shot(wide, SurfacePart::Strip, state(), "wide");
    shot(
        wide,
        SurfacePart::Strip,
        ShellState {
            loading: false,
            can_go_forward: true,
            security: Security::Secure,
            url: "https://www.example.org/some/path?q=1".into(),
            host: "www.example.org".into(),
            notice: Some("The page is larger than 32 MiB; the rest is not shown".into()),
            banner: Some("The sandbox is degraded: no user namespaces".into()),
            hover_link: Some("https://www.example.org/elsewhere".into()),
            ..state()
        },
        "chips",
    );
    shot(
        wide,
        SurfacePart::Strip,
        ShellState {
            loading: false,
            security: Security::Builtin,
            url: "bulkhead://welcome".into(),
            host: "welcome".into(),
            ..state()
        },
        "builtin",
    );
    let mut many = state();
    many.tabs = (0..30)
        .map(|i| TabView {
            tab: TabId(i),
            title: format!("Page {i} of many"),
            mark: TabMark::Ready,
        })
        .collect();
    shot(
        Size::new(500, 84),
        SurfacePart::Strip,
        many.clone(),
        "narrow",
    );
    shot(wide, SurfacePart::Strip, many, "many");
    let card = Card {
        tab: TabId(3),
        heading: "This tab has crashed".to_owned(),
        cause: "Signal 11 (SIGSEGV) at address 0x10. The other tabs go on; this page is shown as \
                it was last."
            .to_owned(),
        details: vec![
            "renderer p7, pid 4711, site http://127.0.0.1:8000".to_owned(),
            "last message: Done 12".to_owned(),
        ],
        buttons: vec![CardButton::Reload, CardButton::Close],
    };
    shot(
        Size::new(520, 300),
        SurfacePart::Card,
        ShellState {
            card: Some(card),
            ..state()
        },
        "card",
    );
}
