//! Tools drive the browser by two descriptors that it gets at its start.

use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use testkit::{process, server, wait};

/// Puts the two ends of the pipe where the browser looks for them.
const SHELL: &str = r#"exec "$@" 3<&0 4>&1 </dev/null >/dev/null"#;

/// A browser, and the ends of its pipe.
struct Piped {
    child: Child,
    to: Option<ChildStdin>,
    from: BufReader<ChildStdout>,
    pending: Vec<Value>,
    id: i64,
    _folder: tempfile::TempDir,
}

impl Piped {
    fn start(arguments: &[&str]) -> Piped {
        let folder = tempfile::tempdir().expect("a folder");
        let mut child = Command::new("sh")
            .args(["-c", SHELL, "sh"])
            .arg(testkit::executable())
            .args(["--headless", "--remote-debugging-pipe"])
            .args(arguments)
            .env("XDG_RUNTIME_DIR", folder.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("it starts");
        Piped {
            to: child.stdin.take(),
            from: BufReader::new(child.stdout.take().expect("piped")),
            child,
            pending: Vec::new(),
            id: 0,
            _folder: folder,
        }
    }

    fn write(&mut self, text: &str) {
        let to = self.to.as_mut().expect("open");
        to.write_all(text.as_bytes()).expect("it reads");
        to.write_all(&[0]).expect("it reads");
    }

    fn next(&mut self) -> Value {
        let mut bytes = Vec::new();
        self.from.read_until(0, &mut bytes).expect("it writes");
        assert_eq!(bytes.pop(), Some(0), "a message has an end");
        serde_json::from_slice(&bytes).expect("JSON")
    }

    fn wait(&mut self, is_it: impl Fn(&Value) -> bool) -> Value {
        if let Some(at) = self.pending.iter().position(&is_it) {
            return self.pending.remove(at);
        }
        loop {
            let message = self.next();
            if is_it(&message) {
                return message;
            }
            self.pending.push(message);
        }
    }

    fn ask(&mut self, method: &str, params: Value) -> Value {
        self.id += 1;
        let id = self.id;
        self.write(&json!({"id": id, "method": method, "params": params}).to_string());
        let mut answer = self.wait(|it| it["id"] == id);
        assert_eq!(answer.get("error"), None, "{method}");
        answer["result"].take()
    }

    /// The process of that role.
    fn pid_of(&mut self, role: &str) -> i32 {
        let processes = self.ask("Bulkhead.processes", json!({}));
        let rows = processes["processes"].as_array().expect("rows").clone();
        let row = rows.iter().find(|it| it["role"] == role);
        let pid = row.and_then(|it| it["process"].as_i64());
        pid.and_then(|it| i32::try_from(it).ok()).expect("it runs")
    }

    fn stderr(&mut self) -> String {
        let mut text = String::new();
        let mut stderr = self.child.stderr.take().expect("piped");
        stderr.read_to_string(&mut text).expect("text");
        text
    }
}

impl Drop for Piped {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn a_client_at_the_pipe_drives_the_browser_and_ends_it() {
    let site = server::pages(&[("/", "<!DOCTYPE html><title>first</title><p>one")]);
    let mut piped = Piped::start(&[]);
    let version = piped.ask("Browser.getVersion", json!({}));
    assert_eq!(version["protocolVersion"], "1.3");
    piped.write("no JSON");
    let answer = piped.wait(|it| it["error"]["code"] == -32700);
    assert_eq!(answer.get("id"), None);
    piped.ask("Target.setDiscoverTargets", json!({"discover": true}));
    let url = format!("http://{site}/");
    piped.ask("Target.createTarget", json!({"url": url}));
    piped.wait(|it| it["params"]["targetInfo"]["title"] == "first");
    piped.ask("Browser.close", json!({}));
    assert!(piped.child.wait().expect("it ends").success());
    let stderr = piped.stderr();
    assert!(!stderr.contains("DevTools listening"), "{stderr}");
}

#[test]
fn a_client_that_closes_the_pipe_ends_the_browser() {
    let mut piped = Piped::start(&[]);
    piped.ask("Browser.getVersion", json!({}));
    piped.to = None;
    assert!(piped.child.wait().expect("it ends").success());
}

#[test]
fn a_client_at_the_pipe_survives_the_devtools_process() {
    let mut piped = Piped::start(&["--remote-debugging-port", "0"]);
    let before = piped.pid_of("devtools");
    process::signal(before, nix::sys::signal::Signal::SIGKILL);
    process::wait_until_gone(before);
    let after = wait::until("the next devtools process", || {
        let after = piped.pid_of("devtools");
        (after != before).then_some(after)
    });
    assert!(process::is_running(after));
    piped.ask("Browser.close", json!({}));
    assert!(piped.child.wait().expect("it ends").success());
    let stderr = piped.stderr();
    assert!(stderr.contains("DevTools listening"), "{stderr}");
}

#[test]
fn descriptors_that_are_not_there_are_said_so() {
    for (shell, why) in [
        (r#"exec "$@" 3<&- 4>&-"#, "descriptor 3 is not open"),
        (r#"exec "$@" 3</dev/null"#, "descriptor 3 is no pipe"),
        (r#"exec "$@" 3<&0 4>&-"#, "descriptor 4 is not open"),
        (
            r#"exec "$@" 3<&0 4<&0"#,
            "descriptor 4 is not open for writing",
        ),
    ] {
        let output = Command::new("sh")
            .args(["-c", shell, "sh"])
            .arg(testkit::executable())
            .args(["--headless", "--remote-debugging-pipe"])
            .stdin(Stdio::piped())
            .output()
            .expect("it starts");
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{stderr}");
        assert!(stderr.contains(why), "{stderr}");
    }
}

#[test]
fn the_port_is_written_where_tools_look_for_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let profile = folder.path().join("profile");
    let path = profile.to_str().expect("text");
    let mut piped = Piped::start(&["--remote-debugging-port", "0", "--user-data-dir", path]);
    piped.ask("Browser.close", json!({}));
    assert!(piped.child.wait().expect("it ends").success());
    let written = std::fs::read_to_string(profile.join("DevToolsActivePort")).expect("a file");
    let (port, path) = written.split_once('\n').expect("two lines");
    let address = format!("ws://127.0.0.1:{port}{path}");
    let stderr = piped.stderr();
    assert!(stderr.contains(&address), "{address} is not in {stderr}");
}
