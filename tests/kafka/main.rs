//! Tests against a real Apache Kafka.
//!
//! Below: what a test stands on (a broker, a client that owes nothing to the code under test, a proxy that breaks
//! things on purpose); above: the tests. Each broker dies with its test and takes its files with it.

#[cfg(test)]
mod again;
#[cfg(test)]
mod alerts;
#[cfg(test)]
mod boards;
#[cfg(test)]
mod breaker;
#[cfg(test)]
mod chaos;
#[cfg(test)]
mod compression;
#[cfg(test)]
mod dead_letters;
#[cfg(test)]
mod debugging;
#[cfg(test)]
mod doctor;
#[cfg(test)]
mod equality;
#[cfg(test)]
mod explain;
#[cfg(test)]
mod refused;
#[cfg(test)]
mod rights;
#[cfg(test)]
mod secrecy;
#[cfg(test)]
mod security;
#[cfg(test)]
mod smoke;
#[cfg(test)]
mod spans;
#[cfg(test)]
mod traps;

#[cfg(test)]
mod broker;
#[cfg(test)]
mod client;
#[cfg(test)]
mod dice;
#[cfg(test)]
mod feeding;
#[cfg(test)]
mod fleet;
#[cfg(test)]
mod http;
#[cfg(test)]
mod jars;
#[cfg(test)]
mod oracle;
#[cfg(test)]
mod pager;
#[cfg(test)]
mod pages;
#[cfg(test)]
mod prometheus;
#[cfg(test)]
mod proxy;
#[cfg(test)]
mod tether;
#[cfg(test)]
mod wait;
#[cfg(test)]
mod wire;

#[cfg(test)]
#[path = "../common/validate.rs"]
mod validate;

/// Brokers that live shortly: the quick compiler only, and a heap that leaves room for the replicas.
#[cfg(test)]
const JVM: [&str; 4] = ["-Xms256m", "-Xmx768m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"];
