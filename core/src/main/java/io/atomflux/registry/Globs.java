package io.atomflux.registry;

import io.atomflux.adapter.Adapters;
import io.atomflux.error.InvalidOptionException;
import io.atomflux.error.NoBackendException;
import io.atomflux.spi.BackendProvider;
import io.atomflux.spi.Location;
import io.atomflux.spi.OpenOptions;
import io.atomflux.spi.RowBackend;
import io.atomflux.value.BlobRow;
import io.atomflux.value.KeyedRow;
import io.atomflux.value.Row;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Makes the store of a pattern of file names. */
final class Globs {

    private final List<BackendProvider> providers = Registry.providers(); // looked for once, not for each file
    private final Set<String> suffixes;
    private final OpenOptions options;
    private final OpenOptions withoutGroup;

    private Globs(OpenOptions options) {
        this.options = options.withReadOnly();
        this.withoutGroup = withoutGroup(this.options);
        // What a missing artefact would serve is not left out silently: opening it tells what to add.
        this.suffixes = Registry.suffixes(providers);
    }

    private static OpenOptions withoutGroup(OpenOptions options) {
        OpenOptions same = OpenOptions.ofReadOnly();
        if (options.inlineReads()) {
            same = same.withInlineReads();
        }
        for (Map.Entry<String, String> setting : options.settings().entrySet()) {
            same = same.with(setting.getKey(), setting.getValue());
        }
        return options.typed().isPresent() ? same.with(options.typed().get()) : same;
    }

    static RowBackend<?> open(String text, OpenOptions options) {
        return new Globs(options).open(GlobPattern.parse(text));
    }

    /** Checks what can be checked without looking: the suffixes written out, and that their backends take the options. */
    private RowBackend<?> open(GlobPattern pattern) {
        List<RowBackend<?>> samples = new ArrayList<>();
        @Nullable InvalidOptionException noGroup = null;
        boolean groups = false;
        for (GlobPattern.Alternative alternative : pattern.alternatives()) {
            String tail = alternative.tail();
            if (isServed(tail) || tail.indexOf('.') >= 0 && !mayBeServed(tail)) {
                Location sample = Location.of(Path.of("x" + tail)); // refused, with the reason, if nobody serves it
                try {
                    samples.add(Registry.open(sample, options, providers));
                    groups = true;
                } catch (NoBackendException nobody) { // told of the pattern, not of the sample
                    throw new NoBackendException(pattern.text(), nobody.found(), nobody.remedy());
                } catch (InvalidOptionException refused) {
                    samples.add(ungrouped(sample, refused));
                    noGroup = refused;
                }
            }
        }
        boolean all = samples.size() == pattern.alternatives().size();
        if (noGroup != null && !groups && all) {
            throw noGroup;
        }
        return all && samples.stream().allMatch(sample -> sample.rowType() == BlobRow.class)
                ? concat(pattern, BlobRow.class, Adapters::blobs)
                : concat(pattern, Row.class, Adapters::objects);
    }

    private <R extends KeyedRow<R>> RowBackend<R> concat(
            GlobPattern pattern, Class<R> rowType, Function<RowBackend<?>, RowBackend<R>> kind) {
        return Adapters.concat(new GlobSources<>(
                pattern.text(),
                rowType,
                () -> GlobWalk.of(pattern, this::isStore),
                file -> kind.apply(opened(Location.of(file))),
                GlobSources.MOST_OPEN));
    }

    /** Opens one file; the group is asked of those that have groups. */
    private RowBackend<?> opened(Location file) {
        try {
            return Registry.open(file, options, providers);
        } catch (InvalidOptionException refused) {
            return ungrouped(file, refused);
        }
    }

    private RowBackend<?> ungrouped(Location file, InvalidOptionException refused) {
        if (!refused.option().equals("group") || options.group().isEmpty()) {
            throw refused;
        }
        return Registry.open(file, withoutGroup, providers);
    }

    private boolean isStore(Path path) {
        return isServed(path.getFileName().toString());
    }

    private boolean isServed(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        return suffixes.stream().anyMatch(lower::endsWith);
    }

    /** Tells whether this is the end of a suffix, so that some of the names that end in it are served. */
    private boolean mayBeServed(String tail) {
        String lower = tail.toLowerCase(Locale.ROOT);
        return suffixes.stream().anyMatch(suffix -> suffix.endsWith(lower));
    }
}
