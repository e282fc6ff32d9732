package io.atomflux.testkit.hub;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/** A dataset repository at one commit; immutable. Publishing another one of the same name moves its {@code main}. */
public final class ImitatedDataset {

    private final String id;
    private final Map<String, Stored> files;
    private final Map<String, Stored> converted;
    private final boolean isPrivate;
    private final Optional<String> gated;
    private final boolean disabled;
    private final Optional<String> cardData;
    private final Optional<String> viewerInfo;
    private final List<String> formerIds;
    private final String commit;
    private final String convertedCommit;

    private ImitatedDataset(Builder from) {
        id = from.id;
        files = Collections.unmodifiableMap(new TreeMap<>(from.files));
        converted = Collections.unmodifiableMap(new TreeMap<>(from.converted));
        isPrivate = from.isPrivate;
        gated = from.gated;
        disabled = from.disabled;
        cardData = from.cardData;
        viewerInfo = from.viewerInfo;
        formerIds = List.copyOf(from.formerIds);
        commit = hash(files);
        convertedCommit = hash(converted);
    }

    /**
     * Begins a dataset without files.
     *
     * @param id {@code namespace/name}
     */
    public static Builder of(String id) {
        if (!id.matches("[^/]+/[^/]+")) {
            throw new IllegalArgumentException("id: %s (expected: namespace/name)".formatted(id));
        }
        return new Builder(id);
    }

    private String hash(Map<String, Stored> content) {
        MessageDigest sha = Stored.sha("SHA-1");
        sha.update(id.getBytes(StandardCharsets.UTF_8));
        content.forEach((path, file) -> sha.update((path + file.sha256()).getBytes(StandardCharsets.UTF_8)));
        return Stored.hex(sha.digest());
    }

    /** Returns {@code namespace/name}. */
    public String id() {
        return id;
    }

    /** Returns the commit, 40 hexadecimal digits made from the content. */
    public String commit() {
        return commit;
    }

    /** Returns the commit of the branch {@code refs/convert/parquet}. */
    public String convertedCommit() {
        return convertedCommit;
    }

    /** Begins another commit, or other settings, with what this one has. */
    public Builder toBuilder() {
        Builder builder = new Builder(id);
        builder.files.putAll(files);
        builder.converted.putAll(converted);
        builder.isPrivate = isPrivate;
        builder.gated = gated;
        builder.disabled = disabled;
        builder.cardData = cardData;
        builder.viewerInfo = viewerInfo;
        builder.formerIds.addAll(formerIds);
        return builder;
    }

    Map<String, Stored> files() {
        return files;
    }

    Map<String, Stored> converted() {
        return converted;
    }

    boolean isPrivate() {
        return isPrivate;
    }

    Optional<String> gated() {
        return gated;
    }

    boolean isDisabled() {
        return disabled;
    }

    Optional<String> cardData() {
        return cardData;
    }

    Optional<String> viewerInfo() {
        return viewerInfo;
    }

    List<String> formerIds() {
        return formerIds;
    }

    @Override
    public String toString() {
        return id + "@" + commit;
    }

    /** Collects files and settings; not for several threads at once. */
    public static final class Builder {

        private final String id;
        private final Map<String, Stored> files = new TreeMap<>();
        private final Map<String, Stored> converted = new TreeMap<>();
        private final List<String> formerIds = new ArrayList<>();
        private boolean isPrivate;
        private Optional<String> gated = Optional.empty();
        private boolean disabled;
        private Optional<String> cardData = Optional.empty();
        private Optional<String> viewerInfo = Optional.empty();

        private Builder(String id) {
            this.id = id;
        }

        /** Adds or replaces a file. */
        public Builder file(String path, byte[] content) {
            files.put(path, Stored.of(path, content));
            return this;
        }

        /** Adds or replaces a file of text. */
        public Builder file(String path, String content) {
            return file(path, content.getBytes(StandardCharsets.UTF_8));
        }

        /** Adds or replaces a file whose content stays on the disk and is sent from there; reads it once for its hash. */
        public Builder file(String path, Path content) {
            files.put(path, Stored.of(path, content));
            return this;
        }

        /** Adds all files of a folder under their paths in it. */
        public Builder folder(Path folder) {
            try (Stream<Path> all = Files.walk(folder)) {
                all.filter(Files::isRegularFile)
                        .forEach(file ->
                                file(folder.relativize(file).toString().replace(File.separatorChar, '/'), file));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return this;
        }

        /** Leaves a file out. */
        public Builder remove(String path) {
            files.remove(path);
            return this;
        }

        /** Adds a shard to the branch {@code refs/convert/parquet}; they are numbered as they come. */
        public Builder converted(String configuration, String split, byte[] content) {
            String folder = configuration + "/" + split + "/";
            long number = converted.keySet().stream()
                    .filter(p -> p.startsWith(folder))
                    .count();
            String path = folder + "%04d.parquet".formatted(number);
            converted.put(path, Stored.of(path, content));
            return this;
        }

        /** Only for tokens that may read it; others cannot tell it from a missing one. */
        public Builder isPrivate(boolean yes) {
            isPrivate = yes;
            return this;
        }

        /** Shows itself to all, but delivers files only for tokens that may read it: {@code auto} or {@code manual}. */
        public Builder gated(String kind) {
            gated = Optional.of(kind);
            return this;
        }

        /** Refuses everybody. */
        public Builder disabled(boolean yes) {
            disabled = yes;
            return this;
        }

        /** The card as the hub's own parser would give it, as JSON; without it information has no card. */
        public Builder cardData(String json) {
            cardData = Optional.of(json);
            return this;
        }

        /** What the viewer tells of the dataset under {@code dataset_info}, as JSON; without it the viewer is not ready. */
        public Builder viewerInfo(String json) {
            viewerInfo = Optional.of(json);
            return this;
        }

        /** A name the repository had before, which is redirected. */
        public Builder formerId(String former) {
            formerIds.add(former);
            return this;
        }

        /** Returns the dataset. */
        public ImitatedDataset build() {
            return new ImitatedDataset(this);
        }
    }
}
