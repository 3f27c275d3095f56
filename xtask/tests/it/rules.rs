//! Each rule of `tidy` on code: shown a breach it speaks, shown what is right it is silent. All rules run in
//! every check, so a rule taken out of the table fails its test here.

use crate::tiny_tree::{check, check_tree, sound};
use xtask::tidy::length::{Exception, files_except};

const STORE: &str = "crates/store/src/index.rs";

#[test]
fn members_are_listed_in_reading_order_and_completely() {
    let manifest = |members: &str| {
        format!(
            "[workspace]\nmembers = [\n{members}\n]\n[workspace.dependencies]\nmodel = {{ path = \"crates/model\" }}\n"
        )
    };
    check(
        "Cargo.toml",
        &manifest("\"crates/store\",\n\"crates/model\",\n\"xtask\","),
        &["Cargo.toml:4: `crates/model` is listed out of reading order"],
    );
    check(
        "Cargo.toml",
        &manifest("\"crates/model\",\n\"xtask\","),
        &["crates/store/Cargo.toml:1: The crate is not listed"],
    );
    check(
        "Cargo.toml",
        &manifest("\"crates/model\",\n\"crates/store\",\n\"crates/misc\",\n\"xtask\","),
        &["Cargo.toml:5: `crates/misc` is not in the table of arrows"],
    );
    check_tree(&sound().without("Cargo.toml"), &["Cargo.toml:1: The root manifest is missing"]);
}

#[test]
fn crates_depend_only_along_the_arrows() {
    let path = "crates/model/Cargo.toml";
    let upward = ["crates/model/Cargo.toml:2: `model` may not depend on `store`"];
    check(path, "[dependencies]\nstore.workspace = true\n", &upward);
    check(path, "[dependencies]\nstore = { path = \"../store\" }\n", &upward);
    check(path, "[build-dependencies]\nstore.workspace = true\n", &upward);
    check(path, "[target.'cfg(unix)'.dependencies]\nstore.workspace = true\n", &upward);
    check(
        "crates/store/Cargo.toml",
        "[dependencies]\nmodel.workspace = true\nhttp.workspace = true\n",
        &["crates/store/Cargo.toml:3: `store` may not depend on `http`"],
    );
    check(
        "xtask/Cargo.toml",
        "[dependencies]\nmodel.workspace = true\n",
        &["xtask/Cargo.toml:2: `xtask` may not"],
    );
    check(path, "[dev-dependencies]\nstore.workspace = true\n", &[]);
    check(path, "[dependencies]\nserde.workspace = true\n", &[]);
}

#[test]
fn modules_use_only_modules_above_them() {
    let slab = "crates/store/src/slab.rs";
    let upward = |line| format!("{slab}:{line}: `slab` uses `index`, which `lib.rs` lists below it");
    check(slab, "//! M.\nuse crate::index::find;\npub fn take() { find() }\n", &[&upward(2)]);
    check(slab, "//! M.\npub fn take() { crate::index::find() }\n", &[&upward(2)]);
    check(slab, "//! M.\npub fn take() { super::index::find() }\n", &[&upward(2)]);
    check(slab, "//! M.\nuse crate::{\n    index::{find, other},\n};\npub fn take() {}\n", &[&upward(2)]);
    check(slab, "//! M. See [`crate::index`].\npub fn take() { text(\"crate::index\") }\n", &[]);
    check(slab, "//! M.\nuse crate::slab::inner;\npub fn take() {}\n", &[]);
}

#[test]
fn a_name_that_the_root_re_exports_counts_as_its_module() {
    check(
        "crates/model/src/time.rs",
        "//! Time.\nuse crate::Rule;\npub struct Millis;\n",
        &["crates/model/src/time.rs:2: `time` uses `rule`, which `lib.rs` lists below it"],
    );
}

#[test]
fn a_file_inside_a_module_is_held_to_the_modules_place() {
    let tree = sound().with("crates/store/src/slab.rs", "//! M.\nmod page;\npub fn take() {}\n");
    check_tree(
        &tree
            .clone()
            .with("crates/store/src/slab/page.rs", "//! P.\nfn f() { super::super::index::find() }\n"),
        &["crates/store/src/slab/page.rs:2: `slab` uses `index`"],
    );
    check_tree(&tree.with("crates/store/src/slab/page.rs", "//! P.\nfn f() { super::index::find() }\n"), &[]);
}

#[test]
fn the_modules_of_a_binary_keep_the_order_of_its_main() {
    let tree =
        sound().with("xtask/src/main.rs", "//! T.\nmod first;\nmod second;\nfn main() { first::go() }\n");
    let tree = tree.with("xtask/src/second.rs", "//! S.\npub fn go() {}\n");
    check_tree(
        &tree.with("xtask/src/first.rs", "//! F.\npub fn go() { crate::second::go() }\n"),
        &["xtask/src/first.rs:2: `first` uses `second`, which `main.rs` lists below it"],
    );
}

#[test]
fn files_have_at_most_600_lines() {
    let long = |lines: usize| format!("//! Long.\n{}", "const A: u8 = 1;\n".repeat(lines - 1));
    check(STORE, &long(600), &[]);
    check(STORE, &long(601), &["crates/store/src/index.rs:601: 601 lines, 600 are the limit"]);
    check("crates/store/tests/it/finds.rs", &long(900), &[]);
}

#[test]
fn an_exception_from_the_file_limit_is_a_ratchet() {
    let long =
        |lines: usize| sound().with(STORE, &format!("//! Long.\n{}", "const A: u8 = 1;\n".repeat(lines - 1)));
    let exception = |reason| [Exception { path: STORE, lines: 700, reason }];
    assert_eq!(files_except(&long(700), &exception("one table")), []);
    assert_eq!(files_except(&long(701), &exception("one table")).len(), 1);
    assert_eq!(files_except(&long(600), &exception("one table")).len(), 1);
    assert_eq!(files_except(&long(700), &exception("")).len(), 1);
    assert_eq!(files_except(&sound().without(STORE), &exception("one table")).len(), 1);
}

#[test]
fn functions_have_at_most_70_lines() {
    let function =
        |head: &str, lines: usize| format!("//! F.\n{head} {{\n{}}}\n", "    one();\n".repeat(lines - 2));
    check(STORE, &function("fn find()", 70), &[]);
    check(STORE, &function("fn find()", 71), &["crates/store/src/index.rs:2: `find` has 71 lines, 70 are"]);
    check(
        STORE,
        &function("impl A { fn of<T>(a: [u8; 4], b: fn(u8) -> u8) -> T where T: B", 71)
            .replace("}\n", "} }\n"),
        &["crates/store/src/index.rs:2: `of` has 71 lines"],
    );
    check(STORE, &format!("//! F.\ntrait A {{ fn find();{} }}\n", "\n".repeat(90)), &[]);
    check(STORE, &format!("//! F.\nfn find() {{ text(\"{{\") }}{}\n", "\n".repeat(90)), &[]);
}

#[test]
fn a_source_file_begins_by_saying_what_it_is() {
    let expect = ["crates/store/src/index.rs:1: Does not begin with `//!`"];
    check(STORE, "pub fn find() {}\n", &expect);
    check(STORE, "//!\npub fn find() {}\n", &expect);
    check(STORE, "\n//! Late.\npub fn find() {}\n", &expect);
    check("crates/store/tests/it/finds.rs", "fn none() {}\n", &[]);
}

#[test]
fn a_file_that_no_mod_leads_to_is_dead() {
    check(
        "crates/store/src/old.rs",
        "//! Old.\n",
        &["crates/store/src/old.rs:1: No `mod` leads to this file"],
    );
    check(
        "crates/store/src/slab/deep.rs",
        "//! Deep.\n",
        &["crates/store/src/slab/deep.rs:1: No `mod` leads"],
    );
    check(
        "crates/store/tests/it/lost.rs",
        "fn lost() {}\n",
        &["crates/store/tests/it/lost.rs:1: No `mod` leads"],
    );
    check("crates/store/tests/more.rs", "fn more() {}\n", &[]);
    check("crates/store/build.rs", "fn main() {}\n", &[]);
    check(
        "crates/store/src/lib.rs",
        "//! Keeps.\npub mod slab;\n// mod index;\n",
        &["crates/store/src/index.rs:1: No `mod` leads to this file"],
    );
    let nested = sound().with("crates/store/src/slab.rs", "//! M.\nmod page;\npub fn take() {}\n");
    check_tree(&nested.clone().with("crates/store/src/slab/page.rs", "//! P.\n"), &[]);
    check_tree(&nested.with("crates/store/src/slab/page/mod.rs", "//! P.\n"), &[]);
}

#[test]
fn every_exception_to_a_lint_is_a_sentence() {
    let allow = ["crates/store/src/index.rs:2: `allow` hides a lint for good"];
    check(STORE, "//! A.\n#[allow(dead_code)]\nfn a() {}\n", &allow);
    check(STORE, "//! A.\n#![allow(dead_code, reason = \"no\")]\nfn a() {}\n", &allow);
    check(STORE, "//! A.\n#[cfg_attr(test, allow(dead_code))]\nfn a() {}\n", &allow);
    let expect = ["crates/store/src/index.rs:2: `expect` without a reason"];
    check(STORE, "//! A.\n#[expect(dead_code)]\nfn a() {}\n", &expect);
    check(STORE, "//! A.\n#[expect(\n    dead_code,\n    reason = \"why\",\n)]\nfn a() {}\n", &[]);
    check(STORE, "//! A.\n#[derive(Debug)]\nfn a() { b.expect(\"#[allow(x)]\"); allow(1) }\n", &[]);
    let tests = "crates/store/tests/it/finds.rs";
    check(tests, "#[allow(unused)]\nfn a() {}\n", &["crates/store/tests/it/finds.rs:1: `allow` hides"]);
}

#[test]
fn nothing_unfinished_is_left_behind() {
    let at = |line: usize, what: &str| format!("{STORE}:{line}: `{what}`");
    check(STORE, "//! A.\n// TODO: more\n", &[&at(2, "TODO")]);
    check(STORE, "//! A.\n/* one\n   FIXME(me) */\n", &[&at(3, "FIXME")]);
    check(STORE, "//! A.\nfn a() { todo!() }\n", &[&at(2, "todo!")]);
    check(STORE, "//! A.\nfn a() { unimplemented!(\"b\") }\n", &[&at(2, "unimplemented!")]);
    check(STORE, "//! A.\n// TODOS of the day\nfn a() { text(\"TODO\"); todo() }\n", &[]);
}

#[test]
fn a_matches_that_checks_nothing_is_found() {
    let tests = "crates/store/tests/it/finds.rs";
    let expect = ["crates/store/tests/it/finds.rs:2: The answer of `matches!` is thrown away"];
    check(tests, "fn a() {\n    matches!(b, Some((1, _)));\n}\n", &expect);
    check(tests, "fn a() { b();\n matches!(\n b,\n Some(_)\n) ; }\n", &expect);
    check(tests, "fn a() {\n    assert!(matches!(b, Some(_)));\n    let c = matches!(b, None);\n}\n", &[]);
    check(tests, "fn a() -> bool {\n    matches!(b, Some(_))\n}\n", &[]);
}

#[test]
fn names_are_imported_by_name() {
    let expect = ["crates/store/src/index.rs:2: `use "];
    check(STORE, "//! A.\nuse model::*;\n", &expect);
    check(STORE, "//! A.\npub use super::*;\n", &expect);
    check(STORE, "//! A.\nuse std::{\n    io::{self, *},\n};\n", &expect);
    check(STORE, "//! A.\nfn a(b: &u8) -> impl Fn() + use<'_> { let c = *b; d }\n", &[]);
    check("crates/store/tests/it/finds.rs", "use proptest::prelude::*;\n", &[]);
}

#[test]
fn topics_stand_in_one_file() {
    let text = "//! A.\nconst A: &str = \"alicia/metrics/summary\";\n";
    check(STORE, text, &["crates/store/src/index.rs:2: The topic \"alicia/metrics/summary\" belongs into"]);
    check(STORE, "//! Sends `alicia/metrics`.\nconst A: &str = \"to alicia/metrics\";\n", &[]);
    check("crates/store/tests/it/finds.rs", "const A: &str = \"alicia/metrics\";\n", &[]);
    let demo =
        sound().with("crates/store/src/lib.rs", "//! K.\npub mod slab;\npub mod index;\npub mod demo;\n");
    check_tree(&demo.with("crates/store/src/demo.rs", text), &[]);
    let bus = "[workspace]\nmembers = [\"crates/model\", \"crates/store\", \"crates/bus\", \"xtask\"]\n[workspace.dependencies]\n";
    let bus = sound().with("Cargo.toml", bus).with("crates/bus/Cargo.toml", "");
    let bus = bus.with("crates/bus/src/lib.rs", "//! B.\nmod topics;\n");
    check_tree(&bus.with("crates/bus/src/topics.rs", text), &[]);
}

#[test]
fn the_product_knows_no_machine() {
    let at = |line: usize, what: &str| format!("{STORE}:{line}: `{what}` is a place on one machine");
    check(STORE, "//! A.\nconst A: &str = \"/tmp/data\";\n", &[&at(2, "/tmp/")]);
    check(STORE, "//! A.\nconst A: &str = \"/tmp\";\n", &[&at(2, "/tmp/")]);
    check(STORE, "//! A.\n// as in /home/me\n", &[&at(2, "/home/")]);
    check(STORE, "//! A.\nconst A: &str = \"file:/root/x\";\n", &[&at(2, "/root/")]);
    check(STORE, "//! A.\nconst A: [&str; 3] = [\"/app/tmp/x\", \"/homes\", \"and/home/out\"];\n", &[]);
    check("crates/store/tests/it/finds.rs", "const A: &str = \"/tmp/data\";\n", &[]);
}

#[test]
fn no_large_file_gets_into_history() {
    check("docs/recording.json", &"x".repeat(100 << 10), &[]);
    check(
        "docs/recording.json",
        &"x".repeat((100 << 10) + 1),
        &["docs/recording.json:1: 101 KiB, 100 are the limit"],
    );
    check("Cargo.lock", &"x".repeat(200 << 10), &[]);
}
