package io.atomflux.hub.catalog;

import java.util.ArrayList;
import java.util.List;

/**
 * A pattern of paths.
 *
 * <p>{@code **} stands only as a whole step, for no folder or several, and at the end for everything below; {@link GlobStep}
 * says what the other steps match; there are no braces. Source: {@code fsspec}, {@code utils.py}, {@code glob_translate}.
 *
 * <p>Matched by going back to the last star only, so a match takes at most (length of the path) × (length of the pattern)
 * steps.
 */
final class Glob {

    private static final String DEEP = "**";

    private final List<GlobStep> steps;

    private Glob(List<GlobStep> steps) {
        this.steps = steps;
    }

    /**
     * Parses a pattern.
     *
     * @throws IllegalArgumentException if {@code **} is part of a step
     */
    static Glob of(String pattern) {
        List<GlobStep> steps = new ArrayList<>();
        for (String text : pattern.split("/", -1)) {
            if (text.equals(DEEP)) {
                if (steps.isEmpty() || !isDeep(steps.get(steps.size() - 1))) {
                    steps.add(GlobStep.of(text));
                }
            } else if (text.contains(DEEP)) {
                throw new IllegalArgumentException(
                        "'**' within '%s' (expected: alone between slashes)".formatted(text));
            } else {
                steps.add(GlobStep.of(text));
            }
        }
        if (isDeep(steps.get(steps.size() - 1))) {
            steps.add(GlobStep.of("*")); // everything below has a name
        }
        return new Glob(List.copyOf(steps));
    }

    /** Tells whether a text is a pattern at all, not a path. */
    static boolean isMagic(String text) {
        return text.indexOf('*') >= 0 || text.indexOf('?') >= 0 || text.indexOf('[') >= 0;
    }

    /** Returns the steps, where {@code **} is never the last and never follows itself. */
    List<GlobStep> steps() {
        return steps;
    }

    static boolean isDeep(GlobStep step) {
        return step.text().equals(DEEP);
    }

    boolean matches(String path) {
        String[] names = path.split("/", -1);
        int name = 0;
        int step = 0;
        int deep = -1; // the last ** met, and the name at which what follows it was tried last
        int tried = 0;
        while (name < names.length) {
            if (step < steps.size() && isDeep(steps.get(step))) {
                deep = step;
                tried = name;
                step++;
            } else if (step < steps.size() && steps.get(step).matches(names[name])) {
                step++;
                name++;
            } else if (deep >= 0) {
                tried++;
                name = tried;
                step = deep + 1;
            } else {
                return false;
            }
        }
        return step == steps.size();
    }
}
