class TrailMix {
    static String mix(String first, String second) {
        StringBuilder mixed = new StringBuilder();
        for (int at = 0; at < Math.max(first.length(), second.length()); at++) {
            mixed.append(first, Math.min(at, first.length()), Math.min(at + 1, first.length()));
            mixed.append(second, Math.min(at, second.length()), Math.min(at + 1, second.length()));
        }
        return mixed.toString();
    }
}
