package io.atomflux.artifact.codec;

import io.atomflux.artifact.spi.ArtifactCodec;
import io.atomflux.artifact.spi.FileSink;
import io.atomflux.artifact.spi.FileSource;
import io.atomflux.error.InvalidOptionException;
import io.atomflux.error.UnsupportedDataException;
import io.atomflux.value.NdArray;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/**
 * Arrays by name as NumPy's {@code .npz}: file {@code value.npz}, a zip of {@code <name>.npy}.
 *
 * <p>Accepts a map of arrays, and one array when chosen by name, which gets NumPy's name for it, {@code arr_0}. Option {@code
 * compression} is {@code none} as {@code numpy.savez} has it, or {@code deflate} as {@code numpy.savez_compressed}; {@code
 * names}, a list, reads only some arrays, and only their bytes; {@code limit} bounds what compressed ones may become.
 * The order of names is kept.
 */
public final class NpzCodec implements ArtifactCodec {

    private static final String NAME = "value.npz";
    private static final String NAMES = "names";
    private static final String SINGLE = "single";
    private static final String ONLY = "arr_0";
    private static final Set<String> OPTIONS =
            Set.of(CodecOptions.FILE, CodecOptions.COMPRESSION, CodecOptions.LIMIT, NAMES);

    /** For {@link java.util.ServiceLoader}. */
    public NpzCodec() {}

    @Override
    public String id() {
        return "npz";
    }

    @Override
    public int version() {
        return 1;
    }

    @Override
    public boolean accepts(Object value) {
        return value instanceof NdArray || (value instanceof Map<?, ?> map && misfit(map) == null);
    }

    private static @Nullable String misfit(Map<?, ?> map) {
        if (map.isEmpty()) {
            return "no array";
        }
        for (Map.Entry<?, ?> entry : map.entrySet()) {
            if (!(entry.getKey() instanceof String name) || !ZipIndex.isSafe(name)) {
                return "name \"" + entry.getKey() + "\"";
            } else if (!(entry.getValue() instanceof NdArray)) {
                Object item = entry.getValue();
                return name + ": " + (item == null ? null : item.getClass().getName());
            }
        }
        return null;
    }

    @Override
    public Set<String> options() {
        return OPTIONS;
    }

    @Override
    public Mono<Map<String, @Nullable Object>> write(Object value, FileSink files, Map<String, Object> options) {
        CodecOptions given = new CodecOptions(id(), options, OPTIONS);
        String name = given.file(NAME);
        boolean deflated =
                given.choice(CodecOptions.COMPRESSION, "none", "deflate").equals("deflate");
        Map<String, @Nullable Object> parameters = new LinkedHashMap<>();
        parameters.put(CodecOptions.FILE, name);
        if (value instanceof NdArray) {
            parameters.put(SINGLE, true);
        }
        return files.write(name, Flux.defer(() -> ZipWriting.of(arrays(value), deflated)))
                .thenReturn(parameters);
    }

    private static Map<String, NdArray> arrays(Object value) {
        if (value instanceof NdArray array) {
            return Map.of(ONLY, array);
        }
        String misfit =
                value instanceof Map<?, ?> map ? misfit(map) : value.getClass().getName();
        if (misfit != null) {
            throw Damage.refused(
                    NAME,
                    misfit + " (expected: arrays by names of relative parts between /, without \\ : . .. or controls)");
        }
        Map<String, NdArray> arrays = new LinkedHashMap<>();
        ((Map<?, ?>) value).forEach((key, array) -> arrays.put((String) key, (NdArray) array));
        return arrays;
    }

    @Override
    public Mono<Object> read(
            FileSource files, Map<String, @Nullable Object> parameters, Class<?> wanted, Map<String, Object> options) {
        CodecOptions given = new CodecOptions(id(), options, OPTIONS);
        List<String> names = names(options.get(NAMES));
        long limit = given.limit();
        return Mono.defer(() -> {
                    String name = ValueFile.name(NAME, parameters);
                    long size = ValueFile.require(files, name).size();
                    if (names == null && size <= Integer.MAX_VALUE - 8) {
                        return ValueFile.gather(files.read(name), name, size)
                                .flatMap(bytes -> arrays(
                                        name,
                                        size,
                                        limit,
                                        null,
                                        range -> Mono.just(new ZipIndex.Part(
                                                bytes, Math.toIntExact(range.offset()), (int) range.length()))));
                    }
                    return arrays(
                            name,
                            size,
                            limit,
                            names,
                            range -> ValueFile.gather(
                                            files.read(name, range.offset(), range.length()), name, range.length())
                                    .map(bytes -> new ZipIndex.Part(bytes, 0, bytes.length)));
                })
                .flatMap(arrays -> single(arrays, parameters, wanted));
    }

    private static @Nullable List<String> names(@Nullable Object option) {
        if (option == null) {
            return null;
        } else if (option instanceof Collection<?> items && items.stream().allMatch(String.class::isInstance)) {
            return items.stream().map(String.class::cast).toList();
        }
        throw new InvalidOptionException(NAMES, option + " (expected: a list of names)");
    }

    private static Mono<Map<String, NdArray>> arrays(
            String file,
            long size,
            long limit,
            @Nullable List<String> names,
            Function<ZipIndex.Range, Mono<ZipIndex.Part>> parts) {
        return ZipIndex.read(file, size, parts).flatMap(index -> {
            List<ZipIndex.Member> wanted = new ArrayList<>();
            if (names == null) {
                wanted.addAll(index.members().values());
            } else {
                for (String name : names) {
                    ZipIndex.Member member = index.members().get(name + ".npy");
                    if (member == null) {
                        throw new InvalidOptionException(NAMES, "no array \"%s\" in file %s".formatted(name, file));
                    }
                    wanted.add(member);
                }
            }
            index.checkExpansion(wanted, limit);
            return Flux.fromIterable(wanted)
                    .concatMap(member -> index.bytes(member).map(bytes -> {
                        String in = file + " member " + member.name();
                        if (!member.name().endsWith(".npy")) {
                            throw new UnsupportedDataException(
                                    Damage.STORE, "file " + in, "is no array (expected: .npy)", null);
                        }
                        String name = member.name().substring(0, member.name().length() - 4);
                        return Map.entry(name, NpyCodec.decode(in, bytes));
                    }))
                    .collect(
                            () -> Collections.synchronizedMap(new LinkedHashMap<String, NdArray>()),
                            (map, entry) -> map.put(entry.getKey(), entry.getValue()))
                    .map(map -> Collections.unmodifiableMap(new LinkedHashMap<>(map)))
                    .subscribeOn(Schedulers.boundedElastic());
        });
    }

    private static Mono<Object> single(
            Map<String, NdArray> arrays, Map<String, @Nullable Object> parameters, Class<?> wanted) {
        boolean single = Objects.equals(parameters.get(SINGLE), true) && wanted != Map.class;
        if (arrays.size() == 1 && (single || wanted == NdArray.class)) {
            return Mono.just(arrays.values().iterator().next());
        }
        return Mono.just(arrays);
    }
}
