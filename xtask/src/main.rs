//! `cargo xtask`: hands the words of the command line to [`xtask::command`] and turns the answer into an
//! exit status.

use std::io::{self, Write};
use std::process::ExitCode;

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    match xtask::command::run(&words, &mut io::stdout()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            // Nothing is left to do when even standard error is gone.
            let _ = writeln!(io::stderr(), "xtask: {why}");
            ExitCode::FAILURE
        }
    }
}
