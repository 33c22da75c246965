//! Files from the network: with progress, resumed, and checked.
