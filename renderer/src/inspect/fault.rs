//! Why a command is refused, and what it was given.

use crate::script::inspected::NoAnswer;
use serde_json::{Map, Value, json};

/// The error that answers a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    code: i32,
    message: String,
    data: Option<String>,
}

pub(crate) type Answer = Result<Value, Fault>;

impl Fault {
    /// The command is right, and cannot be done.
    pub(crate) fn server(message: impl Into<String>) -> Fault {
        Fault::new(-32_000, message)
    }

    /// A parameter makes no sense.
    pub(crate) fn invalid(message: impl Into<String>) -> Fault {
        Fault::new(-32_602, message)
    }

    pub(crate) fn unknown(method: &str) -> Fault {
        Fault::new(-32_601, format!("'{method}' wasn't found"))
    }

    pub(crate) fn malformed(message: &str) -> Fault {
        Fault::new(-32_600, message)
    }

    pub(crate) fn internal() -> Fault {
        Fault::new(-32_603, "Internal error")
    }

    fn new(code: i32, message: impl Into<String>) -> Fault {
        Fault {
            code,
            message: message.into(),
            data: None,
        }
    }

    pub(crate) fn param(name: &str, what: &str) -> Fault {
        Fault {
            data: Some(format!("Failed to deserialize params.{name} - {what}")),
            ..Fault::invalid("Invalid parameters")
        }
    }
}

impl From<NoAnswer> for Fault {
    fn from(reason: NoAnswer) -> Fault {
        match reason {
            NoAnswer::Stopped => Fault::server("Execution was terminated"),
            NoAnswer::Failed => Fault::internal(),
        }
    }
}

/// An answer as it is sent.
pub(crate) fn text_of(answer: Answer) -> String {
    let answer = match answer {
        Ok(result) => json!({ "result": result }),
        Err(Fault {
            code,
            message,
            data: Some(data),
        }) => json!({ "error": { "code": code, "message": message, "data": data } }),
        Err(Fault { code, message, .. }) => {
            json!({ "error": { "code": code, "message": message } })
        }
    };
    answer.to_string()
}

/// What a command was given.
pub(crate) struct Params<'a>(pub(crate) &'a Map<String, Value>);

impl<'a> Params<'a> {
    fn get<T>(
        &self,
        name: &str,
        wanted: &str,
        read: impl FnOnce(&'a Value) -> Option<T>,
    ) -> Result<Option<T>, Fault> {
        match self.0.get(name) {
            None => Ok(None),
            Some(value) => match read(value) {
                Some(value) => Ok(Some(value)),
                None => Err(Fault::param(name, wanted)),
            },
        }
    }

    pub(crate) fn text(&self, name: &str) -> Result<Option<&'a str>, Fault> {
        self.get(name, "BINDINGS: string value expected", Value::as_str)
    }

    pub(crate) fn int(&self, name: &str) -> Result<Option<i32>, Fault> {
        let read = |value: &Value| value.as_i64().and_then(|value| i32::try_from(value).ok());
        self.get(name, "BINDINGS: int32 value expected", read)
    }

    pub(crate) fn flag(&self, name: &str) -> Result<Option<bool>, Fault> {
        self.get(name, "BINDINGS: bool value expected", Value::as_bool)
    }

    pub(crate) fn list(&self, name: &str) -> Result<Option<&'a Vec<Value>>, Fault> {
        self.get(name, "CBOR: array start expected", Value::as_array)
    }

    pub(crate) fn needed<T>(name: &str, given: Option<T>) -> Result<T, Fault> {
        given.ok_or_else(|| Fault::param(name, "BINDINGS: mandatory field missing"))
    }

    pub(crate) fn need_text(&self, name: &str) -> Result<&'a str, Fault> {
        Params::needed(name, self.text(name)?)
    }

    pub(crate) fn need_int(&self, name: &str) -> Result<i32, Fault> {
        Params::needed(name, self.int(name)?)
    }

    pub(crate) fn need_flag(&self, name: &str) -> Result<bool, Fault> {
        Params::needed(name, self.flag(name)?)
    }
}

/// The error in an answer of the inspector's program.
pub(crate) fn fault_of(text: &str) -> Fault {
    answer_of(text).err().unwrap_or_else(Fault::internal)
}

/// An answer of the inspector's program.
pub(crate) fn answer_of(text: &str) -> Answer {
    let Ok(Value::Object(mut answer)) = serde_json::from_str(text) else {
        return Err(Fault::internal());
    };
    if let Some(result) = answer.remove("result") {
        return Ok(result);
    }
    let error = answer.remove("error").unwrap_or_default();
    let code = error["code"]
        .as_i64()
        .and_then(|code| i32::try_from(code).ok());
    Err(Fault {
        code: code.unwrap_or(-32_603),
        message: error["message"]
            .as_str()
            .unwrap_or("Internal error")
            .to_owned(),
        data: error["data"].as_str().map(str::to_owned),
    })
}
