package io.atomflux.examples;

import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/** Numbers that a program is given by name, such as {@code stride=20}. */
final class Arguments {

    private final Map<String, Double> numbers;

    private Arguments(Map<String, Double> numbers) {
        this.numbers = numbers;
    }

    /**
     * Reads the arguments from a position on.
     *
     * @param defaults the names that there are, with what they are if not given
     */
    static Arguments of(String[] args, int from, Map<String, Double> defaults) {
        Map<String, Double> numbers = new TreeMap<>(defaults);
        for (int i = from; i < args.length; i++) {
            String[] parts = args[i].split("=", 2);
            if (parts.length < 2 || !numbers.containsKey(parts[0])) {
                throw new IllegalArgumentException(
                        "%s (expected: NAME=NUMBER, names %s)".formatted(args[i], new TreeSet<>(defaults.keySet())));
            }
            numbers.put(parts[0], Double.valueOf(parts[1]));
        }
        return new Arguments(numbers);
    }

    double number(String name) {
        Double number = numbers.get(name);
        if (number == null) {
            throw new IllegalArgumentException(name);
        }
        return number;
    }

    int integer(String name) {
        return Math.toIntExact((long) number(name));
    }
}
