pub fn strokes(hour: u32) -> Option<u32> {
    todo!("{hour}")
}
