pub fn mix(first: &str, second: &str) -> String {
    todo!("{first} {second}")
}
