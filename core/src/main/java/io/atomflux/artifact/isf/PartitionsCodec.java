package io.atomflux.artifact.isf;

import io.atomflux.artifact.codec.Codecs;
import io.atomflux.artifact.codec.Table;
import io.atomflux.artifact.spi.ArtifactCodec;
import io.atomflux.artifact.spi.FileEntry;
import io.atomflux.artifact.spi.FileSink;
import io.atomflux.artifact.spi.FileSource;
import io.atomflux.error.CorruptDataException;
import io.atomflux.error.UnsupportedDataException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Tables in parts as the In Silico Framework 0.5 keeps them: files {@code pandas_to_parquet.<count>.<i>.parquet}. Read as {@code
 * Flux.class} it is one table after the other, each read when it is asked for; the codec {@code parquet} reads them. Never
 * written.
 *
 * <p>A set that lacks a part, or whose parts do not agree on their number, is damaged, and nothing of it is read.
 */
public final class PartitionsCodec implements ArtifactCodec {

    private static final Pattern PART = Pattern.compile("pandas_to_parquet\\.(\\d{1,9})\\.(\\d{1,9})\\.parquet");

    /** For {@link java.util.ServiceLoader}. */
    public PartitionsCodec() {}

    @Override
    public String id() {
        return "isf-partitions";
    }

    @Override
    public int version() {
        return 1;
    }

    @Override
    public boolean accepts(Object value) {
        return false;
    }

    @Override
    public Mono<Map<String, @Nullable Object>> write(Object value, FileSink files, Map<String, Object> options) {
        return Mono.error(() -> new UnsupportedDataException(
                "artifact", "value", "tables in parts are not written (expected: one table, as parquet)", null));
    }

    @Override
    public Mono<Object> read(
            FileSource files, Map<String, @Nullable Object> parameters, Class<?> wanted, Map<String, Object> options) {
        return Mono.fromCallable(() -> {
            if (wanted != Flux.class && wanted != Publisher.class) {
                throw new UnsupportedDataException(
                        "artifact", "value", "a table in parts (expected: asking for Flux.class)", null);
            }
            List<String> parts = parts(files.entries());
            ArtifactCodec parquet = Codecs.installed().require(TableCodec.PARQUET);
            boolean whole = !options.containsKey(TableCodec.COLUMNS);
            return ObjectMeta.read(files)
                    .flatMapMany(meta -> Flux.fromIterable(parts)
                            .concatMap(part -> parquet.read(files, Map.of(Layout.FILE, part), Object.class, options), 1)
                            .map(table -> meta.isPresent() ? meta.get().applied((Table) table, whole) : table));
        });
    }

    /**
     * Returns the names of all parts, in order.
     *
     * @throws CorruptDataException if one is missing, or they do not agree on their number
     */
    static List<String> parts(List<FileEntry> entries) {
        TreeMap<Long, String> found = new TreeMap<>();
        long count = -1;
        for (FileEntry entry : entries) {
            Matcher matcher = PART.matcher(entry.name());
            if (matcher.matches()) {
                long told = Long.parseLong(matcher.group(1));
                if (count >= 0 && told != count) {
                    throw damaged(entry.name(), "it is of %d parts, others are of %d".formatted(told, count));
                }
                count = told;
                found.put(Long.parseLong(matcher.group(2)), entry.name());
            }
        }
        for (long i = 0; i < count; i++) {
            if (!found.containsKey(i)) {
                throw damaged("pandas_to_parquet.%d.%d.parquet".formatted(count, i), "it is missing");
            }
        }
        if (found.isEmpty() || found.size() != count) {
            throw damaged("pandas_to_parquet", "%d parts (expected: %d)".formatted(found.size(), Math.max(count, 1)));
        }
        return List.copyOf(found.values());
    }

    private static CorruptDataException damaged(String file, String problem) {
        return new CorruptDataException("artifact", "file \"" + file + "\"", problem, null);
    }
}
