package io.atomflux.hub.catalog;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.common.Anchor;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.NodeEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/**
 * YAML of a card, as maps, lists, texts, {@link Long}, {@link Double}, {@link Boolean} and null, the same as {@link JsonTree}.
 *
 * <p>Made from the parser's events instead of by its constructor, because that follows nesting without bound. What is bounded
 * here: depth, the number of values, and the number of values that aliases stand for. Tags are read only where they say what
 * YAML itself knows ({@code !!str}); nothing is ever constructed from one. Plain scalars follow the core schema of <a
 * href="https://yaml.org/spec/1.2.2/#103-core-schema">YAML 1.2, section 10.3</a>.
 */
final class YamlTree {

    /** What is wrong with a text, and where. */
    static final class BadYamlException extends Exception {

        private static final long serialVersionUID = 1L;
        private final int line;

        BadYamlException(int line, String problem, @Nullable Throwable cause) {
            super(problem, cause);
            this.line = line;
        }

        /** Returns the line, from 1. */
        int line() {
            return line;
        }

        /** Returns what is wrong there. */
        String problem() {
            return String.valueOf(getMessage());
        }
    }

    private static final int DEEPEST = 100;
    private static final int MOST_VALUES = 1_000_000;
    private static final Pattern INTEGER = Pattern.compile("[-+]?[0-9]+");
    private static final Pattern OTHER_INTEGER = Pattern.compile("0o[0-7]+|0x[0-9a-fA-F]+");
    private static final Pattern REAL = Pattern.compile("[-+]?(?:\\.[0-9]+|[0-9]+(?:\\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?");
    private static final int LONGEST_NUMBER = 400;
    private static final String CORE = "tag:yaml.org,2002:";

    /** A value that an alias may stand for, and how many values it is made of. */
    private record Anchored(@Nullable Object value, int values) {}

    private final Iterator<Event> events;
    private final Map<Anchor, Anchored> anchors = new HashMap<>();
    private int values;

    private YamlTree(Iterator<Event> events) {
        this.events = events;
    }

    /** Reads the first document of a text; null if there is none. */
    static @Nullable Object read(String text) throws BadYamlException {
        LoadSettings settings = LoadSettings.builder()
                .setCodePointLimit(text.length() + 1)
                .setUseMarks(true)
                .build();
        try {
            return new YamlTree(new Parse(settings).parseString(text).iterator()).document();
        } catch (MarkedYamlEngineException e) {
            throw new BadYamlException(line(e.getProblemMark()), "broken YAML: " + e.getProblem(), e);
        } catch (YamlEngineException e) {
            throw new BadYamlException(1, "broken YAML: " + e.getMessage(), e);
        }
    }

    private @Nullable Object document() throws BadYamlException {
        while (events.hasNext()) {
            Event event = events.next();
            if (event instanceof NodeEvent node) {
                Object value = value(node, 0);
                while (events.hasNext()) {
                    Event more = events.next();
                    if (more instanceof NodeEvent) {
                        throw bad(more, "a second document");
                    }
                }
                return value;
            }
        }
        return null;
    }

    private @Nullable Object value(NodeEvent event, int depth) throws BadYamlException {
        count(event, 1);
        if (depth > DEEPEST) {
            throw bad(event, "nested more than %d levels deep".formatted(DEEPEST));
        }
        int before = values;
        Object value;
        switch (event.getEventId()) {
            case Alias -> {
                Anchor alias = ((AliasEvent) event).getAlias();
                Anchored anchored = anchors.get(alias);
                if (anchored == null) {
                    throw bad(event, "alias *%s of nothing, or of what it is part of".formatted(alias.getValue()));
                }
                count(event, anchored.values());
                return anchored.value();
            }
            case Scalar -> value = scalar((ScalarEvent) event);
            case SequenceStart -> value = list(tagged((CollectionStartEvent) event, "seq"), depth);
            case MappingStart -> value = map(tagged((CollectionStartEvent) event, "map"), depth);
            default -> throw bad(event, "no value");
        }
        Optional<Anchor> anchor = event.getAnchor();
        if (anchor.isPresent()) {
            anchors.put(anchor.get(), new Anchored(value, values - before + 1));
        }
        return value;
    }

    private void count(Event event, int more) throws BadYamlException {
        values += more;
        if (values > MOST_VALUES) {
            throw bad(event, "more than %d values, counting what aliases stand for".formatted(MOST_VALUES));
        }
    }

    private List<@Nullable Object> list(Event start, int depth) throws BadYamlException {
        List<@Nullable Object> list = new ArrayList<>();
        for (Event event = next(start); event.getEventId() != Event.ID.SequenceEnd; event = next(start)) {
            list.add(value((NodeEvent) event, depth + 1));
        }
        return list;
    }

    private Map<String, @Nullable Object> map(Event start, int depth) throws BadYamlException {
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        for (Event event = next(start); event.getEventId() != Event.ID.MappingEnd; event = next(start)) {
            if (!(event instanceof ScalarEvent key)) {
                throw bad(event, "a key that is no text");
            }
            value(key, depth + 1); // checks its tag, remembers its anchor
            String name = key.getValue();
            if (map.containsKey(name)) {
                throw bad(event, "key '%s' twice".formatted(name));
            }
            map.put(name, value((NodeEvent) next(start), depth + 1));
        }
        return map;
    }

    private Event next(Event start) throws BadYamlException {
        if (!events.hasNext()) {
            throw bad(start, "no end of what begins here");
        }
        return events.next();
    }

    private static Event tagged(CollectionStartEvent event, String kind) throws BadYamlException {
        Optional<String> tag = event.getTag();
        if (tag.isPresent() && !tag.get().equals("!") && !tag.get().equals(CORE + kind)) {
            throw bad(event, "tag %s".formatted(tag.get()));
        }
        return event;
    }

    private static @Nullable Object scalar(ScalarEvent event) throws BadYamlException {
        Optional<String> tag = event.getTag();
        if (tag.isEmpty()) {
            return event.isPlain() ? resolved(event.getValue()) : event.getValue();
        }
        return switch (tag.get()) {
            case "!", CORE + "str" -> event.getValue();
            case CORE + "int", CORE + "float", CORE + "bool", CORE + "null" -> resolved(event.getValue());
            default -> throw bad(event, "tag %s".formatted(tag.get()));
        };
    }

    private static @Nullable Object resolved(String text) {
        return switch (text) {
            case "", "~", "null", "Null", "NULL" -> null;
            case "true", "True", "TRUE" -> true;
            case "false", "False", "FALSE" -> false;
            case ".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF" -> Double.POSITIVE_INFINITY;
            case "-.inf", "-.Inf", "-.INF" -> Double.NEGATIVE_INFINITY;
            case ".nan", ".NaN", ".NAN" -> Double.NaN;
            default -> number(text);
        };
    }

    private static Object number(String text) {
        if (text.length() > LONGEST_NUMBER) {
            return text;
        } else if (INTEGER.matcher(text).matches()) {
            return integer(new BigInteger(text));
        } else if (OTHER_INTEGER.matcher(text).matches()) {
            return integer(new BigInteger(text.substring(2), text.charAt(1) == 'o' ? 8 : 16));
        } else if (REAL.matcher(text).matches()) {
            return Double.valueOf(text);
        }
        return text;
    }

    private static Object integer(BigInteger number) {
        return number.bitLength() <= 63 ? (Object) number.longValue() : (Object) number.doubleValue();
    }

    private static BadYamlException bad(Event event, String problem) {
        return new BadYamlException(line(event.getStartMark()), problem, null);
    }

    private static int line(Optional<Mark> mark) {
        return mark.map(Mark::getLine).orElse(0) + 1;
    }
}
