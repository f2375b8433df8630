pub fn mix(first: &str, second: &str) -> String {
    let (mut a, mut b) = (first.chars(), second.chars());
    let mut mixed = String::new();
    loop {
        let (x, y) = (a.next(), b.next());
        if x.is_none() && y.is_none() {
            return mixed;
        }
        mixed.extend(x.into_iter().chain(y));
    }
}
