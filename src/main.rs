//! The program: arguments and settings, handed over to the command line or the workbench.

fn main() {}
