//! `vrrpd runner`, as far as the tests need it.

fn main() -> std::io::Result<()> {
    vrrp_checks::runner::serve(Vec::new())
}
