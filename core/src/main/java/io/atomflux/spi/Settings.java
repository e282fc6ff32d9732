package io.atomflux.spi;

import io.atomflux.error.InvalidOptionException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;

/**
 * Reads a backend's options given by name, and reports all faults at once.
 *
 * <p>Each getter names one option the backend knows; {@link #finish} refuses the ones left over. For one thread.
 */
public final class Settings {

    private final Map<String, String> rest;
    private final TreeSet<String> known = new TreeSet<>();
    private final List<String> faults = new ArrayList<>();
    private final List<String> faultyNames = new ArrayList<>();

    public Settings(Map<String, String> settings) {
        this.rest = new LinkedHashMap<>(settings);
    }

    /** Reads text. */
    public String text(String name, String otherwise) {
        known.add(name);
        String value = rest.remove(name);
        return value == null ? otherwise : value;
    }

    /** Reads {@code true} or {@code false}. */
    public boolean flag(String name, boolean otherwise) {
        String given = text(name, String.valueOf(otherwise));
        String value = given.toLowerCase(Locale.ROOT);
        if (!value.equals("true") && !value.equals("false")) {
            fault(name, "%s (expected: true or false)".formatted(given));
        }
        return value.equals("true");
    }

    /** Reads an integer within bounds. */
    public long integer(String name, long otherwise, long least, long most) {
        String value = text(name, String.valueOf(otherwise));
        try {
            long number = Long.parseLong(value.strip());
            if (number >= least && number <= most) {
                return number;
            }
        } catch (NumberFormatException e) {
            // reported below
        }
        fault(name, "%s (expected: an integer from %d to %d)".formatted(value, least, most));
        return otherwise;
    }

    /** Reads a number of bytes: an integer, optionally followed by K, M, G or T (powers of 1024). */
    public long bytes(String name, long otherwise) {
        String given = text(name, String.valueOf(otherwise));
        String value = given.strip().toUpperCase(Locale.ROOT);
        int shift = value.isEmpty() ? -1 : "KMGT".indexOf(value.charAt(value.length() - 1));
        String digits = shift < 0 ? value : value.substring(0, value.length() - 1);
        try {
            long number = Math.multiplyExact(Long.parseLong(digits.strip()), 1L << 10 * (shift + 1));
            if (number > 0) {
                return number;
            }
        } catch (NumberFormatException | ArithmeticException e) {
            // reported below
        }
        fault(name, "%s (expected: a positive number of bytes, e.g. 64M or 10G)".formatted(given));
        return otherwise;
    }

    /** Reports a fault found by the caller. */
    public void fault(String name, String problem) {
        faultyNames.add(name);
        faults.add(name + "=" + problem);
    }

    /**
     * Ends reading.
     *
     * @throws InvalidOptionException if an option was malformed or is unknown; names all of them
     */
    public void finish() {
        for (String name : rest.keySet()) {
            faultyNames.add(name);
            faults.add(name + " is unknown (expected: " + (known.isEmpty() ? "no options" : String.join(", ", known))
                    + ")");
        }
        if (!faults.isEmpty()) {
            throw new InvalidOptionException(String.join(", ", faultyNames), String.join("; ", faults));
        }
    }
}
