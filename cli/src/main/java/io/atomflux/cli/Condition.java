package io.atomflux.cli;

import io.atomflux.artifact.Manifest;
import io.atomflux.artifact.spi.Term;
import io.atomflux.artifact.spi.TermRange;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** One condition on a manifest, as typed. */
final class Condition {

    private static final String NUMBER = "[+-]?(?:\\d+\\.?\\d*|\\.\\d+)(?:[eE][+-]?\\d+)?";
    private static final Pattern RANGE = Pattern.compile("(" + NUMBER + ")\\.\\.(" + NUMBER + ")");
    private static final Set<String> INDEXED = Set.of(Term.KEY, Term.CODEC, Term.TYPE);
    private static final Pattern SINGLE = Pattern.compile(NUMBER);

    private final String field;
    private final String value;
    private final Pattern text;
    private final double least;
    private final double most;

    private Condition(String field, String value, Pattern text, double least, double most) {
        this.field = field;
        this.value = value;
        this.text = text;
        this.least = least;
        this.most = most;
    }

    /**
     * Reads a condition.
     *
     * @throws IllegalArgumentException if it has no field or no equals sign, or its range is empty
     */
    static Condition parse(String typed) {
        int equals = typed.indexOf('=');
        if (equals < 1) {
            throw new IllegalArgumentException(
                    "condition \"%s\" (expected: FIELD=VALUE, e.g. codec=npy or temperature=295..300)"
                            .formatted(typed));
        }
        String field = typed.substring(0, equals);
        String value = typed.substring(equals + 1);
        double least = Double.NaN;
        double most = Double.NaN;
        Matcher range = RANGE.matcher(value);
        if (range.matches()) {
            least = Double.parseDouble(range.group(1));
            most = Double.parseDouble(range.group(2));
            if (least > most) {
                throw new IllegalArgumentException(
                        "condition \"%s\": nothing lies between (expected: the smaller number first)".formatted(typed));
            }
        } else if (SINGLE.matcher(value).matches()) {
            least = Double.parseDouble(value);
            most = least;
        }
        Pattern text = Pattern.compile(
                Arrays.stream(value.split("\\*", -1)).map(Pattern::quote).collect(Collectors.joining(".*")),
                Pattern.DOTALL);
        return new Condition(field, value, text, least, most);
    }

    /** Returns the range of the index that has all for which it holds; empty if no index helps. */
    Optional<TermRange> range() {
        if (!INDEXED.contains(field)) {
            return Optional.empty();
        }
        int star = value.indexOf('*');
        if (star < 0) {
            return Optional.of(TermRange.exactly(Term.ofText(field, value)));
        }
        return star == 0 ? Optional.empty() : Optional.of(TermRange.beginning(field, value.substring(0, star)));
    }

    boolean holds(Manifest manifest) {
        return switch (field) {
            case "key" -> fits(manifest.key());
            case "codec" ->
                fits(manifest.codec().map(Manifest.CodecReference::id).orElse(null));
            case "type" -> fits(manifest.type().orElse(null));
            case "generation" -> fits(manifest.generation());
            default -> within(manifest.descriptor(), field) || within(manifest.metadata(), field);
        };
    }

    /** Looks a name up, as a whole first, then part by part. */
    private boolean within(@Nullable Object value, String name) {
        if (value instanceof List<?> list) {
            return list.stream().anyMatch(item -> within(item, name));
        }
        return value instanceof Map<?, ?> map && within(map, name);
    }

    private boolean within(Map<?, ?> map, String name) {
        if (map.containsKey(name)) {
            return anyFits(map.get(name));
        }
        for (int dot = name.indexOf('.'); dot > 0; dot = name.indexOf('.', dot + 1)) {
            if (within(map.get(name.substring(0, dot)), name.substring(dot + 1))) {
                return true;
            }
        }
        return false;
    }

    private boolean anyFits(@Nullable Object value) {
        return value instanceof List<?> list ? list.stream().anyMatch(this::fits) : fits(value);
    }

    private boolean fits(@Nullable Object value) {
        if (value instanceof Number number && !Double.isNaN(least)) {
            return least <= number.doubleValue() && number.doubleValue() <= most;
        }
        return (value instanceof String || value instanceof Boolean)
                && text.matcher(value.toString()).matches();
    }
}
