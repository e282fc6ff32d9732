package io.atomflux.artifact.isf;

import io.atomflux.artifact.Manifest;
import io.atomflux.artifact.spi.FileEntry;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Where the loader of a dumper looks for its data, as the In Silico Framework 0.5 has it, and what our codec calls them.
 *
 * @param usual name the codec gives, a file or a folder
 * @param file name the framework's loader opens
 * @param more parameters that a codec must have had, or has when it reads what the framework wrote
 */
record Layout(IsfDumper dumper, String usual, String file, Map<String, Object> more) {

    private static final List<Layout> ALL = List.of(
            new Layout(IsfDumper.NUMPY_TO_NPY, "value.npy", "np.npy", Map.of()),
            new Layout(IsfDumper.NUMPY_TO_NPZ, "value.npz", "np.npz", Map.of("single", true)),
            new Layout(IsfDumper.NUMPY_TO_ZARR, "value.zarr", "obj.zarr", Map.of()),
            new Layout(IsfDumper.PANDAS_TO_PARQUET, "value.parquet", "pandas_to_parquet.parquet", Map.of()));

    /** Parameter by which codecs are told the name of their file. */
    static final String FILE = "file";

    static Optional<Layout> of(IsfDumper dumper) {
        return ALL.stream().filter(layout -> layout.dumper == dumper).findFirst();
    }

    /** Finds the layout of a value that a codec wrote under its usual name or under that of the framework. */
    static Optional<Layout> of(Manifest manifest) {
        Map<String, @Nullable Object> given = new LinkedHashMap<>(
                manifest.codec().map(Manifest.CodecReference::parameters).orElse(Map.of()));
        given.remove(FILE);
        return manifest.codec()
                .flatMap(codec -> IsfDumper.ofCodec(codec.id()))
                .flatMap(Layout::of)
                .filter(layout -> given.equals(layout.more)) // not compressed in our own way, say
                .filter(layout -> !manifest.files().isEmpty()
                        && manifest.files().stream().allMatch(file -> layout.holds(file.name())));
    }

    private boolean holds(String name) {
        return !renamed(name).equals(name) || name.equals(file) || name.startsWith(file + "/");
    }

    private String renamed(String name) {
        return name.equals(usual) ? file : name.startsWith(usual + "/") ? file + name.substring(usual.length()) : name;
    }

    Map<String, @Nullable Object> parameters() {
        Map<String, @Nullable Object> parameters = new LinkedHashMap<>(more);
        parameters.put(FILE, file);
        return parameters;
    }

    /** Returns the manifest with the framework's names. */
    Manifest renamed(Manifest manifest) {
        List<FileEntry> files = new ArrayList<>();
        for (FileEntry entry : manifest.files()) {
            files.add(new FileEntry(renamed(entry.name()), entry.size(), entry.sha256()));
        }
        Manifest.CodecReference codec = manifest.codec().orElseThrow();
        Map<String, @Nullable Object> parameters = new LinkedHashMap<>(codec.parameters());
        parameters.put(FILE, file);
        return new Manifest(
                manifest.key(),
                manifest.generation(),
                manifest.type(),
                manifest.descriptor(),
                Optional.of(new Manifest.CodecReference(codec.id(), codec.version(), parameters)),
                manifest.metadata(),
                files,
                manifest.payloads());
    }
}
