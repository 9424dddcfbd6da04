//! Writes every page with sample data into a folder, to look at pages without a server:
//! `cargo run -p dqops-users-console --example gallery -- FOLDER`.

mod people;
mod places;
mod sample;
mod signed_out;

use std::{env, error::Error, fs, path::PathBuf};

use askama::Template;

/// Where the pages go.
struct Gallery {
    folder: PathBuf,
    names: Vec<String>,
}

impl Gallery {
    fn put(&mut self, name: &str, page: &impl Template) -> Result<(), Box<dyn Error>> {
        fs::write(self.folder.join(format!("{name}.html")), page.render()?)?;
        self.names.push(name.to_owned());
        Ok(())
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let folder = env::args_os().nth(1).map(PathBuf::from).ok_or("which folder?")?;
    fs::create_dir_all(&folder)?;
    let assets = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("assets");
    for name in ["app.css", "app.js", "favicon.svg"] {
        fs::copy(assets.join(name), folder.join(name))?;
    }
    let mut gallery = Gallery { folder, names: Vec::new() };
    signed_out::put(&mut gallery)?;
    people::put(&mut gallery)?;
    places::put(&mut gallery)?;
    let link = |name: &String| format!("<li><a href=\"{name}.html\">{name}</a></li>");
    let links = gallery.names.iter().map(link).collect::<Vec<_>>().join("\n");
    let head = "<!DOCTYPE html><html lang=\"en\"><meta charset=\"utf-8\"><title>Gallery</title>";
    fs::write(gallery.folder.join("index.html"), format!("{head}\n<ul>\n{links}</ul>\n"))?;
    Ok(())
}
