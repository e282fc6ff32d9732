package io.atomflux.artifact;

import io.atomflux.artifact.spi.ArtifactCodec;
import io.atomflux.spi.LeaseLock;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** How to open a store of artifacts; immutable. */
public final class ArtifactOptions {

    private static final ArtifactOptions NONE = new ArtifactOptions(new Draft());

    private final List<ArtifactType<?>> types;
    private final List<ArtifactCodec> codecs;
    private final Optional<String> defaultCodec;
    private final Duration retention;
    private final Provenance provenance;
    private final boolean readOnly;
    private final boolean checkingReferences;
    private final Optional<String> layout;
    private final Clock clock;
    private final Optional<LeaseLock> locks;
    private final Map<String, String> settings;

    private static final class Draft {
        private List<ArtifactType<?>> types = List.of();
        private List<ArtifactCodec> codecs = List.of();
        private @Nullable String defaultCodec;
        private Duration retention = Duration.ofMinutes(10);
        private Provenance provenance = Provenance.standard();
        private boolean readOnly;
        private boolean checkingReferences;
        private @Nullable String layout;
        private Clock clock = Clock.systemUTC();
        private @Nullable LeaseLock locks;
        private Map<String, String> settings = Map.of();
    }

    private ArtifactOptions(Draft draft) {
        this.types = draft.types;
        this.codecs = draft.codecs;
        this.defaultCodec = Optional.ofNullable(draft.defaultCodec);
        this.retention = draft.retention;
        this.provenance = draft.provenance;
        this.readOnly = draft.readOnly;
        this.checkingReferences = draft.checkingReferences;
        this.layout = Optional.ofNullable(draft.layout);
        this.clock = draft.clock;
        this.locks = Optional.ofNullable(draft.locks);
        this.settings = draft.settings;
    }

    private ArtifactOptions changed(Consumer<Draft> change) {
        Draft draft = new Draft();
        draft.types = types;
        draft.codecs = codecs;
        draft.defaultCodec = defaultCodec.orElse(null);
        draft.retention = retention;
        draft.provenance = provenance;
        draft.readOnly = readOnly;
        draft.checkingReferences = checkingReferences;
        draft.layout = layout.orElse(null);
        draft.clock = clock;
        draft.locks = locks.orElse(null);
        draft.settings = settings;
        change.accept(draft);
        return new ArtifactOptions(draft);
    }

    /** The codecs on the class path, no data classes, a retention of ten minutes, {@link Provenance#standard}. */
    public static ArtifactOptions none() {
        return NONE;
    }

    /**
     * Adds data classes.
     *
     * @throws IllegalArgumentException if two have one tag
     */
    public ArtifactOptions types(ArtifactType<?>... more) {
        List<ArtifactType<?>> all = new ArrayList<>(types);
        for (ArtifactType<?> type : more) {
            if (all.stream().anyMatch(other -> other.tag().equals(type.tag()))) {
                throw new IllegalArgumentException(
                        "data class \"%s\": registered twice (expected: each tag once)".formatted(type.tag()));
            }
            all.add(type);
        }
        return changed(draft -> draft.types = List.copyOf(all));
    }

    /** Adds codecs, which are asked before those on the class path; their ids must be new. */
    public ArtifactOptions codecs(ArtifactCodec... more) {
        List<ArtifactCodec> all = new ArrayList<>(codecs);
        all.addAll(List.of(more));
        return changed(draft -> draft.codecs = List.copyOf(all));
    }

    /** Chooses the codec for all values it accepts, where a put names none. */
    public ArtifactOptions defaultCodec(String id) {
        return changed(draft -> draft.defaultCodec = Objects.requireNonNull(id, "id"));
    }

    /**
     * Sets how long files that were replaced, deleted or never published are kept: longer than anybody reads an artifact
     * without {@link io.atomflux.artifact.spi.FileSource#local}, or pauses while he writes one.
     */
    public ArtifactOptions retention(Duration value) {
        if (value.isNegative()) {
            throw new IllegalArgumentException("retention: %s (expected: zero or more)".formatted(value));
        }
        return changed(draft -> draft.retention = value);
    }

    /** Sets who says how artifacts came about; {@link Provenance#none} for nobody. Time and codec are always told. */
    public ArtifactOptions provenance(Provenance value) {
        return changed(draft -> draft.provenance = Objects.requireNonNull(value, "provenance"));
    }

    /** Opens for reading: every change is refused, and a missing place is never made. */
    public ArtifactOptions readOnly() {
        return changed(draft -> draft.readOnly = true);
    }

    /**
     * Refuses to delete or rename what other artifacts refer to, see {@link ArtifactType#references}.
     *
     * <p>Looked up before, so an artifact put at that moment may be left with a reference to nothing; {@link
     * ArtifactStore#verify} tells of such.
     */
    public ArtifactOptions checkReferences() {
        return changed(draft -> draft.checkingReferences = true);
    }

    /** Says which layout a folder has, or is given, in place of looking at it: {@code folder}, {@code evaluator}, {@code isf}. */
    public ArtifactOptions layout(String name) {
        return changed(draft -> draft.layout = Objects.requireNonNull(name, "layout"));
    }

    /** Sets the clock that metadata are stamped by. */
    public ArtifactOptions clock(Clock value) {
        return changed(draft -> draft.clock = Objects.requireNonNull(value, "clock"));
    }

    /** Takes the locks of {@link ArtifactStore#getOrCompute} from elsewhere than the storage, e.g. from Redis. */
    public ArtifactOptions locks(LeaseLock value) {
        return changed(draft -> draft.locks = Objects.requireNonNull(value, "locks"));
    }

    /** Adds a setting of the storage by name, as the query of a location does. */
    public ArtifactOptions with(String name, String value) {
        Map<String, String> more = new LinkedHashMap<>(settings);
        more.put(Objects.requireNonNull(name, "name"), Objects.requireNonNull(value, "value"));
        return changed(draft -> draft.settings = Map.copyOf(more));
    }

    List<ArtifactType<?>> types() {
        return types;
    }

    List<ArtifactCodec> codecs() {
        return codecs;
    }

    Optional<String> defaultCodec() {
        return defaultCodec;
    }

    Duration retention() {
        return retention;
    }

    Provenance provenance() {
        return provenance;
    }

    boolean isReadOnly() {
        return readOnly;
    }

    boolean isCheckingReferences() {
        return checkingReferences;
    }

    Optional<String> layout() {
        return layout;
    }

    Clock clock() {
        return clock;
    }

    Optional<LeaseLock> locks() {
        return locks;
    }

    Map<String, String> settings() {
        return settings;
    }

    /** Shows no settings, which may hold secrets. */
    @Override
    public String toString() {
        return "ArtifactOptions[types=%s, readOnly=%s, layout=%s, settings=%s]"
                .formatted(
                        types.stream().map(ArtifactType::tag).toList(),
                        readOnly,
                        layout.orElse("detected"),
                        settings.keySet());
    }
}
