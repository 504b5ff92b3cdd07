//! `newsmill normalize`, as a user runs it.

#[cfg(test)]
mod command;
#[cfg(test)]
mod corpora;
#[cfg(test)]
mod files;
#[cfg(test)]
mod languages;
#[cfg(test)]
mod learning;
#[cfg(test)]
mod near;
#[cfg(test)]
mod near_languages;
#[cfg(test)]
mod near_made;
#[cfg(test)]
mod score;
#[cfg(test)]
mod unlabelled;

#[cfg(test)]
#[path = "../common/validate.rs"]
mod validate;
