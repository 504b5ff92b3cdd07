//! The records as others read them: their JSON, and the committed schemas.

#[cfg(test)]
mod json;
#[cfg(test)]
mod schemas;

#[cfg(test)]
#[path = "../common/validate.rs"]
mod validate;
