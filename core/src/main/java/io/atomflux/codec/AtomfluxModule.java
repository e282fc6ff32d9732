package io.atomflux.codec;

import io.atomflux.atoms.Atoms;
import io.atomflux.value.BlobRow;
import io.atomflux.value.Bytes;
import io.atomflux.value.Complex;
import io.atomflux.value.NdArray;
import io.atomflux.value.NdScalar;
import io.atomflux.value.Row;
import io.atomflux.value.Schema;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.databind.DatabindException;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.ValueDeserializer;
import tools.jackson.databind.ValueSerializer;
import tools.jackson.databind.module.SimpleModule;

/**
 * Lets a Jackson mapper write and read {@link Row}, {@link BlobRow}, {@link Schema}, {@link NdArray}, {@link NdScalar},
 * {@link Bytes} and {@link Complex} in the loss-free form that {@link Json} describes.
 *
 * <p>{@link Atoms} are an object of {@code numbers} (n), {@code positions} (n, 3), {@code cell} (3, 3), {@code pbc} (3), and,
 * if there are any, {@code arrays}, {@code info}, {@code results}, {@code constraints} and {@code other}. Arrays are nested
 * lists where that tells type and shape; in {@code arrays} and {@code results} a list always is an array. What does not fit
 * stands under its row key in {@code other}, which wins. Absent members have the defaults of {@link Atoms#fromRow}; others
 * are refused. {@link AseEnvelope} is read as well.
 *
 * <p>Add it once: {@code JsonMapper.builder().addModule(new AtomfluxModule()).build()}. JSON null read as a row is the
 * reserved row. Maps, lists and doubles outside a row stay as Jackson has them. What is not of the form is reported as
 * {@link DatabindException}.
 */
public final class AtomfluxModule extends SimpleModule {

    private static final long serialVersionUID = 1L;

    /** Creates the module. */
    public AtomfluxModule() {
        super("AtomfluxModule");
        add(Row.class, JsonWriter::write, JsonReader::row, Row.reserved());
        add(BlobRow.class, JsonWriter::write, JsonReader::blobRow, BlobRow.reserved());
        add(Schema.class, JsonWriter::write, JsonReader::schema, null);
        add(
                Atoms.class,
                (out, atoms) -> JsonWriter.write(out, AtomsJson.members(atoms)),
                tree -> AtomsJson.atoms(JsonReader.value(tree)),
                null);
        addValue(NdArray.class);
        addValue(NdScalar.class);
        addValue(Bytes.class);
        addValue(Complex.class);
    }

    private <T> void addValue(Class<T> type) {
        add(
                type,
                JsonWriter::write,
                tree -> {
                    Object value = JsonReader.value(tree);
                    if (type.isInstance(value)) {
                        return type.cast(value);
                    }
                    throw new IllegalArgumentException("JSON: %s (expected: %s)"
                            .formatted(value == null ? null : value.getClass().getSimpleName(), type.getSimpleName()));
                },
                null);
    }

    private <T> void add(
            Class<T> type,
            BiConsumer<JsonGenerator, T> writer,
            Function<@Nullable Object, T> reader,
            @Nullable T whenNull) {
        addSerializer(type, new Serializer<>(writer));
        addDeserializer(type, new Deserializer<>(reader, whenNull));
    }

    private static final class Serializer<T> extends ValueSerializer<T> {
        private final BiConsumer<JsonGenerator, T> writer;

        Serializer(BiConsumer<JsonGenerator, T> writer) {
            this.writer = writer;
        }

        @Override
        public void serialize(T value, JsonGenerator out, SerializationContext context) {
            writer.accept(out, value);
        }
    }

    private static final class Deserializer<T> extends ValueDeserializer<T> {
        private final Function<@Nullable Object, T> reader;
        private final @Nullable T whenNull;

        Deserializer(Function<@Nullable Object, T> reader, @Nullable T whenNull) {
            this.reader = reader;
            this.whenNull = whenNull;
        }

        @Override
        public T deserialize(JsonParser in, DeserializationContext context) {
            try {
                return reader.apply(JsonReader.tree(in));
            } catch (IllegalArgumentException e) {
                throw DatabindException.from(in, String.valueOf(e.getMessage()), e);
            }
        }

        @Override
        public @Nullable Object getNullValue(DeserializationContext context) {
            return whenNull;
        }
    }
}
