//! How a function of the host becomes one that the prelude can call.

/// Puts a function of the host into an object.
macro_rules! native {
    ($object:expr, $name:literal, $host:ident, || $body:expr) => {{
        let $host = $host.clone();
        let function = rquickjs::Function::new($object.ctx().clone(), move || $body)?;
        $object.set($name, function)?;
    }};
    ($object:expr, $name:literal, $host:ident, |$($argument:ident: $type:ty),*| $body:expr) => {{
        let $host = $host.clone();
        let function = rquickjs::Function::new(
            $object.ctx().clone(),
            move |$($argument: $type),*| $body,
        )?;
        $object.set($name, function)?;
    }};
}
pub(crate) use native;
