//! What the fuzzer and a test feed: the lines of a client.

use crate::hub::{Hub, Output};
use crate::session::{ClientId, Target};
use protocol::bootstrap::DevtoolsConfig;
use protocol::devtools::ToDevtools;
use protocol::ids::{ContextId, NavigationId, TabId};

/// Has a client of a page send these lines.
///
/// # Panics
/// When a command is answered twice, or a client is sent what is none of its business: bugs.
pub fn exercise(input: &[u8]) {
    let mut hub = Hub::new(DevtoolsConfig::default());
    let (tab, client) = (TabId(1), ClientId(1));
    let url = "http://a.b/".to_owned();
    hub.take_broker(
        ToDevtools::Opened {
            tab,
            context: ContextId::DEFAULT,
            url: url.clone(),
        },
        None,
    );
    hub.take_broker(ToDevtools::Inspector { tab }, None);
    let committed = ToDevtools::Committed {
        tab,
        navigation: NavigationId(1),
        url,
        error: None,
        status: 200,
        content_type: None,
        title: String::new(),
    };
    hub.take_broker(committed, None);
    while hub.poll().is_some() {}
    hub.connect(client, Target::Page(tab))
        .expect("the first session");
    for line in String::from_utf8_lossy(input).lines() {
        hub.take_text(client, line);
        let mut answers = 0;
        while let Some(output) = hub.poll() {
            if let Output::Send(to, text) = output {
                assert_eq!(to, client);
                answers += u32::from(!text.contains("\"method\""));
            }
        }
        assert!(answers <= 1, "{line}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_any_kind_are_taken() {
        exercise(b"{\"id\":1,\"method\":\"Page.enable\"}\n{\"id\":2}\n\xff\xfe\n\n[[[[");
        exercise(b"{\"id\":1,\"method\":\"Target.getTargets\",\"params\":{\"filter\":[{}]}}");
    }
}
