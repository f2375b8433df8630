class TrailMix {
    static String mix(String first, String second) {
        throw new UnsupportedOperationException("Write me");
    }
}
