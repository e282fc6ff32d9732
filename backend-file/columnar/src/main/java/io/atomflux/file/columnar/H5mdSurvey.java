package io.atomflux.file.columnar;

import io.atomflux.file.columnar.Described.Column;
import io.atomflux.file.columnar.Described.Reading;
import io.atomflux.file.columnar.tree.Reference;
import io.atomflux.file.columnar.tree.Tree;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a particles group has, whoever wrote it, found by looking at the elements.
 *
 * <p>The rows are the times of the positions (else of the species, else of whatever else is there). An element taken at other
 * times than these is left out, as its values belong to no rows; one that ends early is missing in the last rows.
 *
 * @param frames the number of rows
 * @param columns by key: what each element is
 * @param overTime all that has steps and times, that of the positions first
 * @param leftOut what is there and is no column, with the reason
 * @param shared paths of time-dependent elements that are not the group's alone
 */
record H5mdSurvey(
        long frames,
        Map<String, Column> columns,
        List<H5mdElement> overTime,
        List<String> leftOut,
        List<String> shared) {

    /** The key of steps that a file of another program has for each row, as their number is not that of the row. */
    static final String STEP = "info.step";

    /** The key of times, alike. */
    static final String TIME = "info.time";

    private static final int DEEPEST = 16;
    private static final List<String> LEADING = List.of("position", "species");

    /** Looks at a group, whose path below the particles is there. */
    static H5mdSurvey of(Tree tree, String group) throws IOException {
        return new Looking(tree, group).look();
    }

    /** Looks through one group once. */
    private static final class Looking {

        private final Tree tree;
        private final String group;
        private final Map<String, Column> columns = new TreeMap<>();
        private final List<H5mdElement> overTime = new ArrayList<>();
        private final List<String> leftOut = new ArrayList<>();
        private final List<String> shared = new ArrayList<>();
        private @Nullable H5mdElement leading;

        Looking(Tree tree, String group) {
            this.tree = tree;
            this.group = group;
        }

        H5mdSurvey look() throws IOException {
            Map<String, H5mdElement> particles = elements(H5mdNames.particles(group), "box");
            Map<String, H5mdElement> box = elements(H5mdNames.box(group), "");
            Map<String, H5mdElement> observed = new LinkedHashMap<>();
            observables(H5mdNames.observables(group), "", 0, List.of(), observed);
            leading = leading(particles, box, observed);
            long atoms = atoms(particles);
            for (Map.Entry<String, H5mdElement> entry : particles.entrySet()) {
                particle(entry.getKey(), entry.getValue(), atoms);
            }
            box(box);
            for (Map.Entry<String, H5mdElement> entry : observed.entrySet()) {
                observable(entry.getKey(), entry.getValue());
            }
            shared();
            connectivity();
            steps();
            boolean still = leading == null && columns.values().stream().anyMatch(Column::perAtom);
            return new H5mdSurvey(
                    leading != null ? leading.frames() : still ? 1 : 0, columns, overTime, leftOut, shared);
        }

        private Map<String, H5mdElement> elements(String path, String except) throws IOException {
            Map<String, H5mdElement> found = new LinkedHashMap<>();
            for (String name : tree.names(path)) {
                if (!name.equals(except)) {
                    H5mdElement element =
                            H5mdElement.at(tree, path + "/" + name).orElse(null);
                    if (element != null) {
                        found.put(name, element);
                    } else {
                        leftOut.add("/" + path + "/" + name + " (no element of H5MD)");
                    }
                }
            }
            return found;
        }

        @SafeVarargs
        private static @Nullable H5mdElement leading(Map<String, H5mdElement>... places) {
            for (String name : LEADING) {
                H5mdElement element = places[0].get(name);
                if (element != null && element.value() != null && !element.fixed()) {
                    return element;
                }
            }
            for (Map<String, H5mdElement> place : places) {
                for (H5mdElement element : place.values()) {
                    if (element.value() != null && !element.fixed()) {
                        return element;
                    }
                }
            }
            return null;
        }

        /** Returns the number of particles that positions or species have room for, -1 if neither is there. */
        private static long atoms(Map<String, H5mdElement> particles) {
            for (String name : LEADING) {
                H5mdElement element = particles.get(name);
                if (element != null && element.inner().rank() > 0) {
                    return element.inner().at(0);
                }
            }
            return -1;
        }

        private void particle(String name, H5mdElement element, long atoms) throws IOException {
            if (!belongs(element)) {
                return;
            }
            String key = H5mdNames.particleKey(name, origin(element));
            boolean perAtom =
                    element.inner().rank() > 0 && (atoms < 0 || element.inner().at(0) == atoms) && !PerAtom.never(key);
            Reading reading = null;
            if (key.equals(H5mdNames.NUMBERS) && element.value() != null) {
                Optional<H5mdReadings.Species> species = H5mdReadings.species(tree, element);
                key = species.isPresent() ? species.get().key() : key;
                reading = species.isPresent() ? species.get().reading() : null;
            }
            put(key, element.column(key, perAtom, reading));
        }

        private void box(Map<String, H5mdElement> box) throws IOException {
            for (Map.Entry<String, H5mdElement> entry : box.entrySet()) {
                H5mdElement element = entry.getValue();
                switch (entry.getKey()) {
                    case "edges" -> {
                        if (belongs(element)) {
                            put("cell", element.column("cell", false, H5mdReadings.edges(element)));
                        }
                    }
                    case "pbc" -> {
                        if (belongs(element)) {
                            put("pbc", element.column("pbc", false, H5mdReadings.flags(element)));
                        }
                    }
                    default -> leftOut.add("/" + element.path() + " (not known of a box)");
                }
            }
            Object boundary = tree.attributes(H5mdNames.box(group)).get("boundary");
            Optional<Reading> said = H5mdReadings.boundary(boundary);
            if (!columns.containsKey("pbc") && said.isPresent()) {
                put("pbc", new Column("pbc", null, false, true, said.get(), false, null));
            }
        }

        private void observable(String name, H5mdElement element) throws IOException {
            if (belongs(element)) {
                String key = H5mdNames.observableKey(name, origin(element));
                put(key, element.column(key, false, null));
            }
        }

        /** Collects the observables of a group, those in sub-groups too, by their path in it. */
        private void observables(
                String path, String before, int depth, List<String> except, Map<String, H5mdElement> found)
                throws IOException {
            for (String name : tree.names(path)) {
                if (except.contains(name)) {
                    continue;
                }
                String below = path + "/" + name;
                H5mdElement element = H5mdElement.at(tree, below).orElse(null);
                if (element != null) {
                    found.put(before + name, element);
                } else if (tree.hasGroup(below) && depth < DEEPEST) {
                    observables(below, before + name + "/", depth + 1, List.of(), found);
                }
            }
        }

        /** Looks at observables that are of no particles group: they are of all of them. */
        private void shared() throws IOException {
            Map<String, H5mdElement> found = new LinkedHashMap<>();
            observables("observables", "", 0, groups(tree), found);
            for (Map.Entry<String, H5mdElement> entry : found.entrySet()) {
                H5mdElement element = entry.getValue();
                String key = H5mdNames.observableKey(entry.getKey(), origin(element));
                if (!columns.containsKey(key) && belongs(element)) {
                    put(key, element.column(key, false, null));
                    if (!element.fixed()) {
                        shared.add("/" + element.path());
                    }
                }
            }
        }

        private void connectivity() throws IOException {
            for (String name : List.of("bonds", "bond_orders")) {
                for (String path : List.of(H5mdNames.connectivity(group) + "/" + name, "connectivity/" + name)) {
                    H5mdElement element = H5mdElement.at(tree, path).orElse(null);
                    boolean own = !path.equals("connectivity/" + name)
                            || new Reference(H5mdNames.particles(group))
                                    .equals(tree.attributes(path).get("particles_group"));
                    String column = "connectivity/" + name;
                    if (element != null && own && !columns.containsKey(column) && belongs(element)) {
                        put(column, element.column(column, false, null));
                    }
                }
            }
        }

        /** Gives rows the steps and times that are written for each of them; those of znh5md only count the rows. */
        private void steps() throws IOException {
            if (leading == null
                    || "znh5md".equals(tree.attributes("h5md/creator").get("name"))) {
                return;
            }
            if (leading.hasSteps()) {
                columns.putIfAbsent(STEP, new Column(STEP, leading.step(), false, false, null, true, null));
            }
            if (leading.hasTimes()) {
                columns.putIfAbsent(TIME, new Column(TIME, leading.time(), false, false, null, true, null));
            }
        }

        /** Tells whether the values of an element belong to the rows. */
        private boolean belongs(H5mdElement element) throws IOException {
            if (element.value() == null) {
                leftOut.add("/" + element.path() + " ("
                        + Objects.requireNonNull(element.damage()).getMessage() + ")");
                return false;
            }
            if (element.fixed()) {
                return true;
            }
            if (leading == null || H5mdSteps.aligned(tree, leading, element)) {
                overTime.add(element);
                if (element == leading) {
                    overTime.remove(overTime.size() - 1);
                    overTime.add(0, element);
                }
                return true;
            }
            leftOut.add("/" + element.path() + " (taken at other steps than /" + leading.path() + ")");
            return false;
        }

        private @Nullable Object origin(H5mdElement element) throws IOException {
            return tree.attributes(element.path()).get(H5mdNames.ORIGIN);
        }

        private void put(String key, Column column) {
            if (columns.putIfAbsent(key, column) != null) {
                leftOut.add("/" + (column.array() == null ? key : column.array().path()) + " (another is " + key + ")");
            }
        }
    }

    /** Lists the particles groups, sorted. */
    static List<String> groups(Tree tree) throws IOException {
        List<String> groups = new ArrayList<>();
        for (String name : tree.names("particles")) {
            if (tree.hasGroup("particles/" + name)) {
                groups.add(name);
            }
        }
        return groups;
    }
}
