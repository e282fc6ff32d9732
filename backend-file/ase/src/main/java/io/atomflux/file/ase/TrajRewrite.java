package io.atomflux.file.ase;

import io.atomflux.value.DType;
import io.atomflux.value.NdArray;
import io.atomflux.value.Row;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.Arrays;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Writes a new file of frames of an old one and of rows.
 *
 * <p>Frames of the old file keep all they have as text, calculators' names and parameters too; only the places of their
 * arrays change. Those that relied on the old first item tell of themselves if the new first one says otherwise. The table is
 * behind the items.
 */
final class TrajRewrite implements FrameTarget.Pieces {

    /** The largest table, in places, that is written as it is; of a larger one the part without places is a hole. */
    static final long LARGEST_TABLE = 1 << 22;

    private static final int FLUSH = 1 << 20;
    private static final Set<String> FIRST_ONLY = Set.of("version", "ase_version", "description");

    private final @Nullable TrajFile old;
    private final @Nullable ByteWindow window;
    private final FileChannel channel;
    private final TrajWriter writer;
    private final @Nullable String description;
    private final TextBuffer bytes = new TextBuffer();
    private UlmWriter out = new UlmWriter(bytes, UlmHeader.SIZE);
    private long[] places = new long[64];
    private int count;
    private @Nullable TrajHeader first;

    TrajRewrite(@Nullable TrajFile old, FileChannel channel, TrajWriter writer) throws IOException {
        this.old = old;
        this.window = old == null ? null : old.window();
        this.channel = channel;
        this.writer = writer;
        this.description =
                old == null || old.size() == 0 ? null : item(0, -1).members().raw("description");
    }

    private TrajItem item(int frame, long before) throws IOException {
        return Objects.requireNonNull(old).item(frame, Objects.requireNonNull(window), before, true);
    }

    @Override
    public void copy(int from, int to) throws IOException {
        long before = -1;
        for (int frame = from; frame < to; frame++) {
            TrajItem item = item(frame, before);
            before = item.end();
            try {
                copy(frame, item);
            } catch (IllegalArgumentException e) {
                throw Objects.requireNonNull(old).corrupt(frame, String.valueOf(e.getMessage()), e);
            }
        }
    }

    private void copy(int frame, TrajItem item) throws IOException {
        TrajHeader header = Objects.requireNonNull(old).headerOf(item);
        UlmWriter.Members members = out.members();
        if (first == null && frame > 0) {
            TrajWriter.begin(members, description);
        }
        if (!item.hasHeader() && !header.equals(first)) {
            TrajWriter.header(inOrderOf(item, header), members);
        }
        for (String name : item.members().names()) {
            boolean dropped = FIRST_ONLY.contains(name)
                    ? first != null || frame > 0
                    : name.equals("_little_endian") && !item.isBigEndian();
            if (!dropped) {
                copy(item, item.members(), name, members);
            }
        }
        first = first == null ? header : first;
        add(out.finish(members));
    }

    private static TrajHeader inOrderOf(TrajItem item, TrajHeader header) {
        if (!item.isBigEndian()) {
            return header;
        }
        NdArray masses = header.masses();
        return new TrajHeader(
                header.pbc(),
                header.numbers().as(DType.of(">i8")),
                masses == null ? null : masses.as(DType.of(">f8")),
                header.constraints());
    }

    private void copy(TrajItem item, UlmObject from, String name, UlmWriter.Members to) throws IOException {
        String plain = name.endsWith(".") ? name.substring(0, name.length() - 1) : null;
        UlmObject child = plain == null ? null : from.child(plain);
        if (plain == null || child == null) {
            to.raw(name, Objects.requireNonNull(from.raw(name)));
            return;
        }
        UlmObject.Place place = child.place();
        if (place != null) {
            to.array(plain, Arrays.toString(TrajItem.shape(plain, place)), place.type(), item.bytes(plain, place));
            return;
        }
        UlmWriter.Members inner = out.members();
        for (String member : child.names()) {
            copy(item, child, member, inner);
        }
        to.raw(name, inner.toString());
    }

    @Override
    public void put(Row row, int position, OptionalInt changed) throws IOException {
        TrajWriter.Frame frame = writer.frame(row, position);
        TrajWriter.Calculator kept = changed.isPresent() ? calculator(changed.getAsInt()) : null;
        long place = writer.write(frame, first, first == null ? description : null, kept, out);
        first = first == null ? frame.header() : first;
        add(place);
    }

    /** Returns what a frame tells of its calculator beside results; null if it has none. */
    private TrajWriter.@Nullable Calculator calculator(int frame) throws IOException {
        UlmObject calculator = item(frame, -1).members().child("calculator");
        if (calculator == null) {
            return null;
        }
        String name = calculator.raw("name");
        String parameters = calculator.raw("parameters");
        return new TrajWriter.Calculator(
                name == null ? TrajWriter.Calculator.UNKNOWN.name() : name,
                parameters == null ? TrajWriter.Calculator.UNKNOWN.parameters() : parameters);
    }

    private void add(long place) throws IOException {
        if (count == places.length) {
            places = Arrays.copyOf(places, Math.multiplyExact(2, count));
        }
        places[count++] = place;
        if (bytes.length() >= FLUSH) {
            flush();
        }
    }

    private void flush() throws IOException {
        long next = out.position();
        TrajTarget.write(channel, ByteBuffer.wrap(bytes.bytes(), 0, bytes.length()), next - bytes.length());
        bytes.cutTo(0);
        out = new UlmWriter(bytes, next);
    }

    /** Writes table and header; nothing may be added any more. */
    void finish() throws IOException {
        long room = UlmHeader.room(count);
        long table = UlmHeader.FIRST_TABLE;
        if (room > 1) {
            table = out.table(Arrays.copyOf(places, room > LARGEST_TABLE ? count : (int) room));
        }
        flush();
        if (room > LARGEST_TABLE && room > count) {
            TrajTarget.write(channel, TrajTarget.numbers(0), table + 8 * (room - 1));
        }
        TrajTarget.write(channel, TrajTarget.numbers(count == 0 ? -1 : places[0]), UlmHeader.FIRST_TABLE);
        TrajTarget.write(channel, new UlmHeader(UlmHeader.CURRENT, count, table).bytes(), 0);
    }
}
