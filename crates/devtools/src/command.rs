//! What a client sends: one command a message. Every client may lie.

use crate::reply::Failure;
use serde_json::{Map, Value};

/// A command.
#[derive(Clone, Debug, PartialEq)]
pub struct Command {
    pub id: i64,
    pub method: String,
    pub params: Params,
    pub session: Option<String>,
}

/// A text that is no command: why, and which one it was to be.
#[derive(Debug, PartialEq)]
pub struct Malformed {
    pub id: Option<i64>,
    pub failure: Failure,
}

/// Reads a command.
pub fn parse(text: &str) -> Result<Command, Malformed> {
    let malformed = |id, code, message: &str| Malformed {
        id,
        failure: Failure::with_code(code, message),
    };
    let value: Value = serde_json::from_str(text)
        .map_err(|error| malformed(None, -32700, &format!("JSON: {error}")))?;
    let Value::Object(mut fields) = value else {
        return Err(malformed(None, -32700, "JSON: an object is expected"));
    };
    let Some(id) = fields.get("id").and_then(Value::as_i64) else {
        let message = "Message must have integer 'id' property";
        return Err(malformed(None, -32600, message));
    };
    let Some(Value::String(method)) = fields.remove("method") else {
        let message = "Message must have string 'method' property";
        return Err(malformed(Some(id), -32600, message));
    };
    let session = match fields.remove("sessionId") {
        None => None,
        Some(Value::String(session)) => Some(session),
        Some(_) => {
            let message = "Message may have string 'sessionId' property";
            return Err(malformed(Some(id), -32600, message));
        }
    };
    let params = match fields.remove("params") {
        None | Some(Value::Null) => Map::new(),
        Some(Value::Object(params)) => params,
        Some(_) => {
            let message = "Message may have object 'params' property";
            return Err(malformed(Some(id), -32600, message));
        }
    };
    Ok(Command {
        id,
        method,
        params: Params(params),
        session,
    })
}

/// The parameters of a command.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Params(pub Map<String, Value>);

impl Params {
    /// A parameter that must be there.
    pub fn text(&self, name: &str) -> Result<&str, Failure> {
        self.optional_text(name)?.ok_or_else(|| missing(name))
    }

    pub fn optional_text(&self, name: &str) -> Result<Option<&str>, Failure> {
        match self.0.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(wrong(name, "string value expected")),
        }
    }

    /// A number that must be there.
    pub fn number(&self, name: &str) -> Result<f64, Failure> {
        self.optional_number(name)?.ok_or_else(|| missing(name))
    }

    pub fn optional_number(&self, name: &str) -> Result<Option<f64>, Failure> {
        match self.0.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::Number(number)) => Ok(number.as_f64()),
            Some(_) => Err(wrong(name, "double value expected")),
        }
    }

    /// A whole number that is not negative.
    pub fn optional_count(&self, name: &str) -> Result<Option<u32>, Failure> {
        match self.optional_number(name)? {
            None => Ok(None),
            Some(number) if number.fract() == 0.0 && (0.0..=4.0e9).contains(&number) => {
                Ok(Some(number as u32))
            }
            Some(_) => Err(wrong(name, "int32 value expected")),
        }
    }

    /// A whole number that must be there.
    pub fn count(&self, name: &str) -> Result<u32, Failure> {
        self.optional_count(name)?.ok_or_else(|| missing(name))
    }

    pub fn flag(&self, name: &str) -> Result<bool, Failure> {
        match self.0.get(name) {
            None | Some(Value::Null) => Ok(false),
            Some(Value::Bool(flag)) => Ok(*flag),
            Some(_) => Err(wrong(name, "bool value expected")),
        }
    }

    /// A flag that must be there.
    pub fn needed_flag(&self, name: &str) -> Result<bool, Failure> {
        self.0.get(name).ok_or_else(|| missing(name))?;
        self.flag(name)
    }

    pub fn object(&self, name: &str) -> Result<Option<Params>, Failure> {
        match self.0.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::Object(fields)) => Ok(Some(Params(fields.clone()))),
            Some(_) => Err(wrong(name, "object expected")),
        }
    }
}

fn missing(name: &str) -> Failure {
    wrong(name, "mandatory field missing")
}

fn wrong(name: &str, what: &str) -> Failure {
    Failure::params(format!(
        "Failed to deserialize params.{name} - BINDINGS: {what}"
    ))
}
