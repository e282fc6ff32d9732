package io.atomflux.examples;

import java.util.Map;
import java.util.TreeMap;

/** Numbers that a program is given by name, such as {@code stride=20}. */
final class Arguments {

    private final Map<String, Integer> numbers;

    private Arguments(Map<String, Integer> numbers) {
        this.numbers = numbers;
    }

    /**
     * Reads the arguments from a position on.
     *
     * @param usual the names that there are, with what they are if not given
     */
    static Arguments of(String[] args, int from, Map<String, Integer> usual) {
        Map<String, Integer> numbers = new TreeMap<>(usual);
        for (int i = from; i < args.length; i++) {
            String[] parts = args[i].split("=", 2);
            if (parts.length < 2 || !numbers.containsKey(parts[0])) {
                throw new IllegalArgumentException(
                        "%s (expected: NAME=NUMBER, names %s)".formatted(args[i], numbers.keySet()));
            }
            numbers.put(parts[0], Integer.valueOf(parts[1]));
        }
        return new Arguments(numbers);
    }

    int get(String name) {
        Integer number = numbers.get(name);
        if (number == null) {
            throw new IllegalArgumentException("%s (expected: one of %s)".formatted(name, numbers.keySet()));
        }
        return number;
    }
}
