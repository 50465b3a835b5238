//! The pages that the bench compares: first pages, references and long chapters of nine manuals.

/// One page of a Debian package.
pub struct Page {
    /// The manual's name.
    pub manual: &'static str,
    /// The package that has it.
    pub package: &'static str,
    /// Below `/usr/share/doc`.
    pub path: &'static str,
}

/// All of them.
pub const PAGES: &[Page] = &[
    page("Apache", "apache2-doc", "apache2-doc/manual/en/index.html"),
    page(
        "Apache",
        "apache2-doc",
        "apache2-doc/manual/en/install.html",
    ),
    page(
        "Apache",
        "apache2-doc",
        "apache2-doc/manual/en/glossary.html",
    ),
    page(
        "Apache",
        "apache2-doc",
        "apache2-doc/manual/en/mod/core.html",
    ),
    page(
        "Apache",
        "apache2-doc",
        "apache2-doc/manual/en/mod/directives.html",
    ),
    page(
        "Apache",
        "apache2-doc",
        "apache2-doc/manual/en/howto/htaccess.html",
    ),
    page(
        "Apache",
        "apache2-doc",
        "apache2-doc/manual/en/vhosts/examples.html",
    ),
    page("Apache", "apache2-doc", "apache2-doc/manual/en/logs.html"),
    page(
        "Apache",
        "apache2-doc",
        "apache2-doc/manual/en/ssl/ssl_howto.html",
    ),
    page(
        "mdBook",
        "rust-doc",
        "rust-doc/html/book/ch01-00-getting-started.html",
    ),
    page(
        "mdBook",
        "rust-doc",
        "rust-doc/html/book/ch03-02-data-types.html",
    ),
    page(
        "mdBook",
        "rust-doc",
        "rust-doc/html/book/ch10-01-syntax.html",
    ),
    page(
        "mdBook",
        "rust-doc",
        "rust-doc/html/book/appendix-02-operators.html",
    ),
    page("mdBook", "rust-doc", "rust-doc/html/reference/tokens.html"),
    page("mdBook", "rust-doc", "rust-doc/html/reference/types.html"),
    page(
        "mdBook",
        "rust-doc",
        "rust-doc/html/rust-by-example/hello/print.html",
    ),
    page("mdBook", "rust-doc", "rust-doc/html/nomicon/vec/vec.html"),
    page(
        "mdBook",
        "rust-doc",
        "rust-doc/html/edition-guide/editions/index.html",
    ),
    page("rustdoc", "rust-doc", "rust-doc/html/std/index.html"),
    page(
        "rustdoc",
        "rust-doc",
        "rust-doc/html/std/vec/struct.Vec.html",
    ),
    page(
        "rustdoc",
        "rust-doc",
        "rust-doc/html/std/option/enum.Option.html",
    ),
    page("rustdoc", "rust-doc", "rust-doc/html/std/keyword.fn.html"),
    page(
        "rustdoc",
        "rust-doc",
        "rust-doc/html/core/iter/trait.Iterator.html",
    ),
    page("rustdoc", "rust-doc", "rust-doc/html/alloc/index.html"),
    page(
        "rustdoc",
        "rust-doc",
        "rust-doc/html/std/macro.println.html",
    ),
    page("rustdoc", "rust-doc", "rust-doc/html/error-index.html"),
    page("rustdoc", "rust-doc", "rust-doc/html/proc_macro/index.html"),
    page("Python", "python3-doc", "python3-doc/html/index.html"),
    page(
        "Python",
        "python3-doc",
        "python3-doc/html/library/functions.html",
    ),
    page(
        "Python",
        "python3-doc",
        "python3-doc/html/library/socket.html",
    ),
    page(
        "Python",
        "python3-doc",
        "python3-doc/html/tutorial/controlflow.html",
    ),
    page(
        "Python",
        "python3-doc",
        "python3-doc/html/reference/expressions.html",
    ),
    page(
        "Python",
        "python3-doc",
        "python3-doc/html/whatsnew/3.11.html",
    ),
    page("Python", "python3-doc", "python3-doc/html/glossary.html"),
    page("Python", "python3-doc", "python3-doc/html/genindex-A.html"),
    page("Python", "python3-doc", "python3-doc/html/faq/general.html"),
    page(
        "PostgreSQL",
        "postgresql-doc-15",
        "postgresql-doc-15/html/index.html",
    ),
    page(
        "PostgreSQL",
        "postgresql-doc-15",
        "postgresql-doc-15/html/sql-select.html",
    ),
    page(
        "PostgreSQL",
        "postgresql-doc-15",
        "postgresql-doc-15/html/datatype-numeric.html",
    ),
    page(
        "PostgreSQL",
        "postgresql-doc-15",
        "postgresql-doc-15/html/tutorial-sql.html",
    ),
    page(
        "PostgreSQL",
        "postgresql-doc-15",
        "postgresql-doc-15/html/functions-string.html",
    ),
    page(
        "PostgreSQL",
        "postgresql-doc-15",
        "postgresql-doc-15/html/runtime-config-resource.html",
    ),
    page(
        "PostgreSQL",
        "postgresql-doc-15",
        "postgresql-doc-15/html/bookindex.html",
    ),
    page(
        "PostgreSQL",
        "postgresql-doc-15",
        "postgresql-doc-15/html/sql-commands.html",
    ),
    page("git", "git-doc", "git-doc/git.html"),
    page("git", "git-doc", "git-doc/git-add.html"),
    page("git", "git-doc", "git-doc/git-rebase.html"),
    page("git", "git-doc", "git-doc/MyFirstContribution.html"),
    page("git", "git-doc", "git-doc/user-manual.html"),
    page("git", "git-doc", "git-doc/giteveryday.html"),
    page("git", "git-doc", "git-doc/gitglossary.html"),
    page("git", "git-doc", "git-doc/git-config.html"),
    page("SQLite", "sqlite3-doc", "sqlite3/index.html"),
    page("SQLite", "sqlite3-doc", "sqlite3/about.html"),
    page("SQLite", "sqlite3-doc", "sqlite3/lang_select.html"),
    page("SQLite", "sqlite3-doc", "sqlite3/arch.html"),
    page("SQLite", "sqlite3-doc", "sqlite3/datatype3.html"),
    page("SQLite", "sqlite3-doc", "sqlite3/cli.html"),
    page("SQLite", "sqlite3-doc", "sqlite3/fileformat2.html"),
    page("SQLite", "sqlite3-doc", "sqlite3/whentouse.html"),
    page("SQLite", "sqlite3-doc", "sqlite3/c3ref/intro.html"),
    page("Javadoc", "openjdk-17-doc", "openjdk-17-doc/api/index.html"),
    page(
        "Javadoc",
        "openjdk-17-doc",
        "openjdk-17-doc/api/help-doc.html",
    ),
    page(
        "Javadoc",
        "openjdk-17-doc",
        "openjdk-17-doc/api/java.base/module-summary.html",
    ),
    page(
        "Javadoc",
        "openjdk-17-doc",
        "openjdk-17-doc/api/java.base/java/lang/String.html",
    ),
    page(
        "Javadoc",
        "openjdk-17-doc",
        "openjdk-17-doc/api/java.base/java/util/package-summary.html",
    ),
    page(
        "Javadoc",
        "openjdk-17-doc",
        "openjdk-17-doc/api/java.base/java/util/List.html",
    ),
    page(
        "Javadoc",
        "openjdk-17-doc",
        "openjdk-17-doc/api/java.base/java/lang/Thread.State.html",
    ),
    page(
        "Javadoc",
        "openjdk-17-doc",
        "openjdk-17-doc/api/allpackages-index.html",
    ),
    page(
        "Debian Policy",
        "debian-policy",
        "debian-policy/policy.html/index.html",
    ),
    page(
        "Debian Policy",
        "debian-policy",
        "debian-policy/policy.html/ch-controlfields.html",
    ),
    page(
        "Debian Policy",
        "debian-policy",
        "debian-policy/menu-policy-1.html",
    ),
    page(
        "Debian Policy",
        "debian-policy",
        "debian-policy/fhs/fhs-3.0.html",
    ),
    page(
        "Debian Policy",
        "debian-policy",
        "debian-policy/perl-policy-1.html",
    ),
];

const fn page(manual: &'static str, package: &'static str, path: &'static str) -> Page {
    Page {
        manual,
        package,
        path,
    }
}
