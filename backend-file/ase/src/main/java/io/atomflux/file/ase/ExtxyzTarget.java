package io.atomflux.file.ase;

import io.atomflux.value.Row;
import io.atomflux.value.Version;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** A file of text frames while it is changed: frames not concerned are copied as text. */
final class ExtxyzTarget implements FrameTarget {

    private final @Nullable FrameFile file;
    private final FileChanges changes;
    private final FrameWriter writer;
    private final FrameParser parser = new FrameParser();

    /**
     * Prepares changes.
     *
     * @param file as it is, or null if there is none
     */
    ExtxyzTarget(@Nullable FrameFile file, FileChanges changes, FrameWriter writer) {
        this.file = file;
        this.changes = changes;
        this.writer = writer;
    }

    private FrameFile opened() {
        return Objects.requireNonNull(file, "file");
    }

    @Override
    public long size() throws IOException {
        return file == null ? 0 : file.size();
    }

    @Override
    public Row row(int frame) throws IOException {
        byte[] bytes = opened().frameBytes(frame);
        return opened().parse(parser, bytes, 0, bytes.length, frame);
    }

    @Override
    public Version version(int frame) throws IOException {
        return FrameVersion.of(opened().frameBytes(frame));
    }

    @Override
    public void create() throws IOException {
        changes.create();
    }

    @Override
    public void append(List<Row> rows) throws IOException {
        long size = size();
        TextBuffer text = new TextBuffer();
        for (int i = 0; i < rows.size(); i++) {
            writer.write(rows.get(i), size + i, text);
        }
        changes.requireNothingHidden(file);
        if (text.length() == 0) {
            changes.create();
        } else {
            changes.append(file, text.bytes(), text.length());
        }
    }

    @Override
    public void clear() throws IOException {
        changes.replace(out -> {});
    }

    @Override
    public void rewrite(Content content) throws IOException {
        changes.requireNothingHidden(file);
        changes.replace(out -> content.writeTo(new Pieces() {
            @Override
            public void copy(int from, int to) throws IOException {
                if (from < to) {
                    opened().transfer(from, to, out.channel());
                }
            }

            @Override
            public void put(Row row, int position, OptionalInt changed) throws IOException {
                TextBuffer text = new TextBuffer();
                writer.write(row, position, text);
                out.write(text.bytes(), text.length());
            }
        }));
    }
}
