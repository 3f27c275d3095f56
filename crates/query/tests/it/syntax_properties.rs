//! No text makes the parser panic, and what it prints it reads again.
