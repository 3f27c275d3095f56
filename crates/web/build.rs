//! Builds the dashboard with npm and vite, in `OUT_DIR` so that nothing is written beside the sources, and lists its files for
//! the crate. Where that cannot be, there is a plain page that says so, unless `ALICIA_UI=required`.

#![expect(
    clippy::disallowed_methods,
    reason = "a build script reads its environment, writes files, waits for npm and speaks to cargo"
)]

use flate2::Compression;
use flate2::write::GzEncoder;
use std::fmt::Write as _;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use xxhash_rust::xxh3::xxh3_64;

/// What the dashboard is made of.
const SOURCES: [&str; 7] =
    ["src", "public", "index.html", "package.json", "package-lock.json", "vite.config.ts", "tsconfig.json"];
/// How long npm may take: a hung one must not hang cargo.
const PATIENCE: Duration = Duration::from_secs(300);
/// How often it is looked whether it is done.
const LOOK: Duration = Duration::from_millis(50);
/// Files below this size gain nothing from being packed.
const WORTH_PACKING: usize = 512;

type Outcome<T = ()> = Result<T, String>;

fn main() -> Outcome {
    for source in SOURCES {
        println!("cargo::rerun-if-changed=ui/{source}");
    }
    println!("cargo::rerun-if-changed=plain.html");
    println!("cargo::rerun-if-env-changed=ALICIA_UI");
    let out = PathBuf::from(std::env::var("OUT_DIR").unwrap_or_default());
    let wish = std::env::var("ALICIA_UI").unwrap_or_else(|_| "auto".to_owned());
    let dist = out.join("dist");
    let built = match wish.as_str() {
        "off" => Err("ALICIA_UI=off".to_owned()),
        _ => build(&out.join("ui"), &dist),
    };
    let is_real = built.is_ok();
    if let Err(why) = built {
        if wish == "required" {
            return Err(format!("the dashboard cannot be built: {why}"));
        }
        if wish != "off" {
            println!("cargo::warning=this build has no dashboard: {why}");
        }
    }
    listed(&out, &dist, is_real)
        .map_err(|error| format!("the files of the dashboard cannot be listed: {error}"))
}

/// Builds below `place` into `dist`.
fn build(place: &Path, dist: &Path) -> Outcome {
    copy_sources(place).map_err(|error| format!("its sources cannot be copied: {error}"))?;
    let (lock, stamp) = (place.join("package-lock.json"), place.join("installed.lock"));
    let wanted = fs::read(&lock).map_err(|error| error.to_string())?;
    if fs::read(&stamp).ok().as_deref() != Some(&wanted) {
        run(place, "npm", &["ci", "--ignore-scripts", "--no-audit", "--no-fund"])?;
        fs::write(&stamp, &wanted).map_err(|error| error.to_string())?;
    }
    clear(dist).map_err(|error| error.to_string())?;
    let dist = dist.display().to_string();
    run(place, "npm", &["run", "build", "--", "--outDir", &dist, "--emptyOutDir"])
}

/// Puts the sources as they are now below `place`; what npm installed stays.
fn copy_sources(place: &Path) -> io::Result<()> {
    for source in SOURCES {
        let (from, to) = (Path::new("ui").join(source), place.join(source));
        if to.is_dir() {
            fs::remove_dir_all(&to)?;
        }
        copy(&from, &to)?;
    }
    Ok(())
}

fn copy(from: &Path, to: &Path) -> io::Result<()> {
    if !from.is_dir() {
        if let Some(parent) = to.parent() {
            fs::create_dir_all(parent)?;
        }
        return fs::copy(from, to).map(|_| ());
    }
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        copy(&entry.path(), &to.join(entry.file_name()))?;
    }
    Ok(())
}

fn clear(dir: &Path) -> io::Result<()> {
    match fs::remove_dir_all(dir) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}

/// Runs a command to its end, or until patience is.
fn run(place: &Path, program: &str, arguments: &[&str]) -> Outcome {
    let said = place.join("npm.log");
    let log = fs::File::create(&said).map_err(|error| error.to_string())?;
    let errors = log.try_clone().map_err(|error| error.to_string())?;
    let mut command = Command::new(program);
    command.args(arguments).current_dir(place).stdin(Stdio::null()).stdout(log).stderr(errors);
    let mut child = command.spawn().map_err(|error| format!("{program} cannot be run: {error}"))?;
    let begun = Instant::now();
    loop {
        match child.try_wait() {
            Ok(Some(status)) if status.success() => return Ok(()),
            Ok(Some(_)) => {
                return Err(format!("{program} {} failed: {}", arguments.join(" "), end_of(&said)));
            }
            Ok(None) if begun.elapsed() < PATIENCE => std::thread::sleep(LOOK),
            _ => {
                // It may have ended just now; then there is nothing to end.
                let _ = child.kill();
                return Err(format!("{program} {} was not done in time", arguments.join(" ")));
            }
        }
    }
}

/// The last words of a log, in one line: cargo shows no more of a warning.
fn end_of(log: &Path) -> String {
    let text = fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    lines.get(lines.len().saturating_sub(6)..).unwrap_or_default().join(" | ")
}

/// Writes the list of files for the crate to include. Without a dashboard that is the plain page alone.
fn listed(out: &Path, dist: &Path, is_real: bool) -> io::Result<()> {
    if !is_real {
        clear(dist)?;
        copy(Path::new("plain.html"), &dist.join("index.html"))?;
    }
    let mut files = Vec::new();
    collect(dist, "", &mut files)?;
    files.sort();
    let mut list = format!(
        "/// Whether this build has the dashboard, or only a page that says that it has none.\npub const HAS_DASHBOARD: bool = {is_real};\n"
    );
    list.push_str("static ASSETS: &[Asset] = &[\n");
    for path in &files {
        let bytes = fs::read(dist.join(path))?;
        let packed = packed(&bytes)?;
        let gzip = match packed {
            Some(packed) => {
                let name = format!("{path}.gz");
                fs::write(dist.join(&name), packed)?;
                format!("Some(include_bytes!({:?}))", dist.join(name))
            }
            None => "None".to_owned(),
        };
        // Writing to a text cannot fail.
        let _ = writeln!(
            list,
            "    Asset {{ path: {path:?}, content_type: {:?}, bytes: include_bytes!({:?}), gzip: {gzip}, etag: \"\\\"{:016x}\\\"\", is_immutable: {} }},",
            type_of(path),
            dist.join(path),
            xxh3_64(&bytes),
            path.starts_with("assets/")
        );
    }
    list.push_str("];\n");
    fs::write(out.join("assets.rs"), list)
}

fn collect(dir: &Path, below: &str, files: &mut Vec<String>) -> io::Result<()> {
    for entry in fs::read_dir(dir)? {
        let entry = entry?;
        let name = format!("{below}{}", entry.file_name().to_string_lossy());
        if entry.path().is_dir() {
            collect(&entry.path(), &format!("{name}/"), files)?;
        } else if !name.ends_with(".gz") {
            files.push(name);
        }
    }
    Ok(())
}

/// `bytes` by gzip, if that is worth it.
fn packed(bytes: &[u8]) -> io::Result<Option<Vec<u8>>> {
    if bytes.len() < WORTH_PACKING {
        return Ok(None);
    }
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes)?;
    let packed = encoder.finish()?;
    Ok((packed.len() < bytes.len()).then_some(packed))
}

fn type_of(path: &str) -> &'static str {
    match path.rsplit('.').next() {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("woff2") => "font/woff2",
        Some("png") => "image/png",
        Some("json" | "map") => "application/json",
        _ => "application/octet-stream",
    }
}
