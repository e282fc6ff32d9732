package io.atomflux.file.ase;

import io.atomflux.error.Outcome;
import io.atomflux.error.WriteFailedException;
import io.atomflux.file.compressed.Spool;
import io.atomflux.spi.Columns;
import io.atomflux.value.Row;
import io.atomflux.value.Version;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * A trajectory while it is changed.
 *
 * <p>An append goes behind all bytes there are, those included that a killed writer left: first the items, and their places
 * into the part of the table that does not count yet; then, synced, the new table's place if the table had to grow; then,
 * synced again, the number of items, eight bytes that show all of them at once. Whoever reads meanwhile, ASE too, sees the
 * frames before or the frames after, and so does everyone after a crash or a power cut at any point. Every other change, and
 * every one of a compressed file, writes a new file beside and renames it over the old one.
 */
final class TrajTarget implements FrameTarget {

    private final @Nullable TrajFile file;
    private final Path path;
    private final FileChanges changes;
    private final TrajWriter writer;
    private final String store;
    private final Spool.Settings scratch;

    TrajTarget(
            @Nullable TrajFile file,
            Path path,
            FileChanges changes,
            TrajWriter writer,
            String store,
            Spool.Settings scratch) {
        this.scratch = scratch;
        this.file = file;
        this.path = path;
        this.changes = changes;
        this.writer = writer;
        this.store = store;
    }

    private TrajFile opened() {
        return Objects.requireNonNull(file, "file");
    }

    @Override
    public long size() {
        return file == null ? 0 : file.size();
    }

    @Override
    public Row row(int frame) throws IOException {
        return new TrajReader(opened(), Columns.ALL).row(frame);
    }

    @Override
    public Version version(int frame) throws IOException {
        return FrameVersion.of(row(frame));
    }

    @Override
    public void create() throws IOException {
        if (file == null) {
            clear();
        }
    }

    @Override
    public void clear() throws IOException {
        changes.replaceFile(out -> new TrajRewrite(null, out, writer).finish(), scratch);
    }

    @Override
    public void rewrite(Content content) throws IOException {
        changes.replaceFile(
                out -> {
                    TrajRewrite rewrite = new TrajRewrite(file, out, writer);
                    content.writeTo(rewrite);
                    rewrite.finish();
                },
                scratch);
    }

    @Override
    public void append(List<Row> rows) throws IOException {
        List<TrajWriter.Frame> frames = new ArrayList<>(rows.size());
        for (Row row : rows) {
            frames.add(writer.frame(row, size() + frames.size()));
        }
        if (frames.isEmpty()) {
            create();
        } else if (file == null && !tableIsHuge(0, frames.size())) {
            changes.replaceFile(out -> create(frames, out), scratch);
        } else if (file == null || !file.canGrow() || tableIsHuge(file.size(), frames.size())) {
            int size = (int) size();
            rewrite(out -> {
                out.copy(0, size);
                for (int i = 0; i < rows.size(); i++) {
                    out.put(rows.get(i), size + i, OptionalInt.empty());
                }
            });
        } else {
            append(frames, file);
        }
    }

    /** Tells whether the table would have to grow to one that is better not held in memory; rewriting leaves it a hole. */
    private static boolean tableIsHuge(int size, int more) {
        long room = UlmHeader.room((long) size + more);
        return room > UlmHeader.room(size) && room > TrajRewrite.LARGEST_TABLE;
    }

    /** Writes a new file as ASE would have, frame after frame. */
    private void create(List<TrajWriter.Frame> frames, FileChannel channel) throws IOException {
        UlmHeader empty = new UlmHeader(UlmHeader.CURRENT, 0, UlmHeader.FIRST_TABLE);
        Appended added = appended(frames, empty, UlmHeader.SIZE, channel);
        write(channel, new UlmHeader(UlmHeader.CURRENT, frames.size(), added.table()).bytes(), 0);
        write(channel, added.oldTable(), empty.table());
        write(channel, added.bytes(), UlmHeader.SIZE);
    }

    /**
     * The bytes of new items.
     *
     * @param bytes to write behind the file
     * @param oldTable places of new items that fit into the table there is, behind those that count
     * @param table where the table is then
     */
    private record Appended(ByteBuffer bytes, ByteBuffer oldTable, long table) {}

    /** Writes items and, where ASE would have, larger tables between them. */
    private Appended appended(List<TrajWriter.Frame> frames, UlmHeader before, long end, FileChannel channel)
            throws IOException {
        TextBuffer bytes = new TextBuffer();
        UlmWriter out = new UlmWriter(bytes, end);
        TrajHeader first = before.count() == 0 ? null : opened().first();
        long room = UlmHeader.room(before.count());
        long[] fresh = new long[frames.size()];
        int inOld = (int) Math.min(fresh.length, room - before.count());
        List<Long> tables = new ArrayList<>();
        for (int i = 0; i < fresh.length; i++) {
            TrajWriter.Frame frame = frames.get(i);
            fresh[i] = writer.write(frame, first, null, null, out);
            first = first == null ? frame.header() : first;
            if (before.count() + i >= room) {
                room = UlmHeader.room(room + 1);
                long[] grown = Arrays.copyOf(places(channel, before), Math.toIntExact(room));
                tables.add(out.table(grown));
            }
        }
        for (long table : tables) {
            long slots = UlmHeader.room(UlmHeader.room(before.count()) + 1);
            for (int i = 0; i < tables.indexOf(table); i++) {
                slots = UlmHeader.room(slots + 1);
            }
            ByteBuffer slot = ByteBuffer.wrap(
                            bytes.bytes(),
                            (int) (table - end) + 8 * before.count(),
                            bytes.length() - (int) (table - end) - 8 * before.count())
                    .order(ByteOrder.LITTLE_ENDIAN);
            for (int i = 0; i < Math.min(fresh.length, slots - before.count()); i++) {
                slot.putLong(fresh[i]);
            }
        }
        return new Appended(
                ByteBuffer.wrap(bytes.bytes(), 0, bytes.length()),
                numbers(Arrays.copyOf(fresh, inOld)),
                tables.isEmpty() ? before.table() : tables.get(tables.size() - 1));
    }

    private static long[] places(FileChannel channel, UlmHeader header) throws IOException {
        ByteBuffer bytes =
                ByteBuffer.allocate(Math.multiplyExact(8, header.count())).order(ByteOrder.LITTLE_ENDIAN);
        while (bytes.hasRemaining()) {
            if (channel.read(bytes, header.table() + bytes.position()) < 0) {
                throw new EOFException("file ends inside its table");
            }
        }
        long[] places = new long[header.count()];
        bytes.flip().asLongBuffer().get(places);
        return places;
    }

    private void append(List<TrajWriter.Frame> frames, TrajFile current) throws IOException {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            UlmHeader before = current.header();
            long end = channel.size();
            Appended added = appended(frames, before, end, channel);
            Step step = Step.HIDDEN;
            try {
                write(channel, added.bytes(), end);
                write(channel, added.oldTable(), before.table() + 8L * before.count());
                channel.force(true);
                if (added.table() != before.table()) {
                    step = Step.TABLE;
                    write(channel, numbers(added.table()), UlmHeader.TABLE_AT);
                    channel.force(false);
                }
                step = Step.SHOWN;
                write(channel, numbers((long) before.count() + frames.size()), UlmHeader.COUNT_AT);
                channel.force(false);
            } catch (IOException e) {
                if (step == Step.SHOWN) {
                    throw new WriteFailedException(store, Outcome.UNKNOWN, e);
                }
                if (step == Step.HIDDEN) {
                    cut(channel, end, e);
                }
                throw changes.failed(e);
            }
        }
    }

    /** How far an append has come: nothing refers to its bytes; the table is among them; it may be visible. */
    private enum Step {
        HIDDEN,
        TABLE,
        SHOWN
    }

    private static void cut(FileChannel channel, long end, IOException cause) {
        try {
            channel.truncate(end);
        } catch (IOException e) {
            cause.addSuppressed(e); // they stay as a gap
        }
    }

    static ByteBuffer numbers(long... numbers) {
        ByteBuffer bytes = ByteBuffer.allocate(8 * numbers.length).order(ByteOrder.LITTLE_ENDIAN);
        Arrays.stream(numbers).forEach(bytes::putLong);
        return bytes.flip();
    }

    static void write(FileChannel channel, ByteBuffer bytes, long position) throws IOException {
        long at = position;
        while (bytes.hasRemaining()) {
            at += channel.write(bytes, at);
        }
    }
}
