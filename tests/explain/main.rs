//! `newsmill explain`, as a user runs it.

#[cfg(test)]
mod compare;
#[cfg(test)]
mod page;

#[cfg(test)]
#[path = "../common/validate.rs"]
mod validate;

#[cfg(test)]
mod tutorial;
