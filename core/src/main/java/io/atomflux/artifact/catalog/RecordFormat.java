package io.atomflux.artifact.catalog;

import io.atomflux.artifact.spi.StoredRecord;
import io.atomflux.artifact.spi.Term;
import io.atomflux.error.CorruptDataException;
import io.atomflux.error.LimitExceededException;
import io.atomflux.value.Bytes;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Records as bytes: a version byte (1); revision, identity and set of files, each a length (i32, -1 for none) and UTF-8; the
 * number of terms (i32), each a field and a value with lengths; the manifest up to the end.
 */
final class RecordFormat {

    private static final byte VERSION = 1;
    private static final int LONGEST = 8 << 20;

    private RecordFormat() {}

    static Bytes write(StoredRecord record) {
        List<byte[]> fields = new ArrayList<>(record.terms().size());
        byte[] revision = utf8(record.revision());
        byte[] identity = record.identity().map(RecordFormat::utf8).orElse(new byte[0]);
        byte[] fileSet = record.fileSet().map(RecordFormat::utf8).orElse(new byte[0]);
        long size = 1L + 4 * Integer.BYTES + revision.length + identity.length + fileSet.length;
        for (Term term : record.terms()) {
            byte[] field = utf8(term.field());
            fields.add(field);
            size += 2 * Integer.BYTES + field.length + term.value().length();
        }
        size += record.manifest().length();
        if (size > LONGEST) {
            throw new LimitExceededException(
                    "bytes of the manifest and the index terms of \"" + record.key() + "\"",
                    size,
                    LONGEST,
                    "keep what is large in a file of the artifact");
        }
        ByteBuffer out = ByteBuffer.allocate((int) size).put(VERSION);
        out.putInt(revision.length).put(revision);
        out.putInt(record.identity().isPresent() ? identity.length : -1).put(identity);
        out.putInt(record.fileSet().isPresent() ? fileSet.length : -1).put(fileSet);
        out.putInt(fields.size());
        for (int i = 0; i < fields.size(); i++) {
            Bytes value = record.terms().get(i).value();
            out.putInt(fields.get(i).length).put(fields.get(i));
            out.putInt(value.length()).put(value.asBuffer());
        }
        return Bytes.wrap(out.put(record.manifest().asBuffer()).array());
    }

    static StoredRecord read(String store, String key, Bytes bytes) {
        ByteBuffer in = bytes.asBuffer();
        try {
            byte version = in.get();
            if (version != VERSION) {
                throw new CorruptDataException(
                        store,
                        "record \"" + key + "\"",
                        "format %d (expected: %d; a newer Atomflux may have written it)".formatted(version, VERSION),
                        null);
            }
            String revision = text(in).orElseThrow(IllegalArgumentException::new);
            Optional<String> identity = text(in);
            Optional<String> fileSet = text(in);
            int count = in.getInt();
            if (count < 0 || count > in.remaining() / (2 * Integer.BYTES)) {
                throw new IllegalArgumentException("%d terms".formatted(count));
            }
            List<Term> terms = new ArrayList<>(count);
            for (int i = 0; i < count; i++) {
                String field = text(in).orElseThrow(IllegalArgumentException::new);
                terms.add(new Term(field, Bytes.wrap(bytes(in, in.getInt()))));
            }
            return new StoredRecord(key, revision, identity, terms, Bytes.wrap(bytes(in, in.remaining())), fileSet);
        } catch (BufferUnderflowException | IllegalArgumentException e) {
            throw new CorruptDataException(store, "record \"" + key + "\"", "its bytes end early or disagree", e);
        }
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static Optional<String> text(ByteBuffer in) {
        int length = in.getInt();
        return length == -1 ? Optional.empty() : Optional.of(new String(bytes(in, length), StandardCharsets.UTF_8));
    }

    private static byte[] bytes(ByteBuffer in, int length) {
        if (length < 0 || length > in.remaining()) {
            throw new IllegalArgumentException("length %d".formatted(length));
        }
        byte[] bytes = new byte[length];
        in.get(bytes);
        return bytes;
    }
}
