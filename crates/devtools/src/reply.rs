//! Answers and errors as Chromium writes them.

use serde_json::{Value, json};

/// Why a command failed.
#[derive(Clone, Debug, PartialEq)]
pub struct Failure {
    pub code: i64,
    pub message: String,
    pub data: Option<String>,
}

/// What came of a command.
pub type Outcome = Result<Value, Failure>;

impl Failure {
    /// The server could not do it.
    pub fn server(message: impl Into<String>) -> Failure {
        Failure::with_code(-32000, message)
    }

    /// A parameter is missing or of another type.
    pub fn params(data: impl Into<String>) -> Failure {
        Failure {
            data: Some(data.into()),
            ..Failure::with_code(-32602, "Invalid parameters")
        }
    }

    /// There is no such method.
    pub fn no_method(method: &str) -> Failure {
        Failure::with_code(-32601, format!("'{method}' wasn't found"))
    }

    /// The target's process has died.
    pub fn crashed() -> Failure {
        Failure::server("Target crashed")
    }

    /// The document that was asked is gone.
    pub fn navigated() -> Failure {
        Failure::server("Inspected target navigated or closed")
    }

    /// There is no such target.
    pub fn no_target() -> Failure {
        Failure::with_code(-32602, "No target with given id found")
    }

    pub fn with_code(code: i64, message: impl Into<String>) -> Failure {
        Failure {
            code,
            message: message.into(),
            data: None,
        }
    }

    fn to_json(&self) -> Value {
        let mut error = json!({"code": self.code, "message": self.message});
        if let Some(data) = &self.data {
            error["data"] = json!(data);
        }
        error
    }
}

/// The text of an answer.
pub fn answer(id: Option<i64>, session: Option<&str>, outcome: Outcome) -> String {
    let mut message = match outcome {
        Ok(result) => json!({"result": result}),
        Err(failure) => json!({"error": failure.to_json()}),
    };
    if let Some(id) = id {
        message["id"] = json!(id);
    }
    if let Some(session) = session {
        message["sessionId"] = json!(session);
    }
    message.to_string()
}

/// The text of an event.
pub fn event(session: Option<&str>, method: &str, params: Value) -> String {
    let mut message = json!({"method": method, "params": params});
    if let Some(session) = session {
        message["sessionId"] = json!(session);
    }
    message.to_string()
}
