package io.atomflux.recorder.npz;

import io.atomflux.codec.Json;
import io.atomflux.codec.Npy;
import io.atomflux.error.CorruptDataException;
import io.atomflux.error.LimitExceededException;
import io.atomflux.error.UnsupportedDataException;
import io.atomflux.recorder.RecordingStatus;
import io.atomflux.recorder.Sample;
import io.atomflux.value.DType;
import io.atomflux.value.NdArray;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;
import org.jspecify.annotations.Nullable;

/**
 * A finished file, ours or another program's.
 *
 * <p>Every length is compared before anything is made of that size: entries with their NumPy headers, both arrays with each
 * other, and unpacked sizes with packed ones: deflate makes 1032 bytes of one at most (zlib Technical Details, "Maximum
 * Compression Factor"). Checksums are compared when an array was read to its end.
 */
final class NpzFile implements Closeable {

    private static final int TILE = 16 << 20;
    private static final int PIECE = 1 << 20;
    private static final long MOST_EXPANSION = 1032;
    private static final double TOO_LARGE = 0x1p63;
    private static final int MOST_ITERATION_RUNS = 1 << 16;

    private final String store;
    private final ZipFile zip;
    private final Member time;
    private final Member data;
    private final int length;
    private final @Nullable Map<?, ?> comment;

    private record Member(ZipEntry entry, Npy.Header header) {}

    private NpzFile(String store, ZipFile zip) throws IOException {
        this.store = store;
        this.zip = zip;
        this.time = member("time");
        this.data = member("data");
        DType times = time.header().dtype();
        if (!times.isReal() || time.header().shape().size() != 1) {
            throw refused(
                    "time",
                    "%s of %s (expected: one number for each sample)"
                            .formatted(time.header().shape(), times.name()));
        }
        List<Integer> shape = data.header().shape();
        this.length = time.header().shape().get(0);
        if (shape.isEmpty() || shape.get(shape.size() - 1) != length) {
            throw corrupt("data", "shape %s with %d times (expected: time as the last axis)".formatted(shape, length));
        }
        DType type = data.header().dtype();
        if (!type.isReal() && type.kind() != DType.Kind.COMPLEX) {
            throw refused("data", "elements of type %s (expected: numbers or booleans)".formatted(type.name()));
        }
        long frame = length == 0 ? 0 : data.header().dataLength() / length;
        if (frame > Integer.MAX_VALUE - 8) {
            throw new LimitExceededException(
                    "bytes of a frame of " + store, frame, Integer.MAX_VALUE - 8, "record fewer trajectories at once");
        }
        this.comment = comment(zip.getComment());
    }

    static NpzFile open(String store, Path file) throws IOException {
        ZipFile zip;
        try {
            zip = new ZipFile(file.toFile());
        } catch (ZipException | EOFException e) {
            throw new CorruptDataException(store, "archive", "no zip file, or cut: " + e.getMessage(), e);
        }
        NpzFile opened = null;
        try {
            opened = new NpzFile(store, zip);
        } catch (ArithmeticException | IllegalArgumentException e) {
            throw new CorruptDataException(store, "archive", String.valueOf(e.getMessage()), e);
        } finally {
            if (opened == null) {
                zip.close();
            }
        }
        return opened;
    }

    private CorruptDataException corrupt(String array, String problem) {
        return new CorruptDataException(store, "array " + array, problem, null);
    }

    private UnsupportedDataException refused(String array, String problem) {
        return new UnsupportedDataException(store, "array " + array, problem, null);
    }

    private Member member(String name) throws IOException {
        ZipEntry entry = zip.getEntry(name + ".npy");
        if (entry == null) {
            throw refused(
                    name, "no such array among %s (expected: time and data, as PySDE writes them)".formatted(names()));
        }
        long packed = entry.getCompressedSize();
        long size = entry.getSize();
        if (packed < 0 || size < Npy.START || size / MOST_EXPANSION > packed) {
            throw corrupt(name, "%d bytes packed as %d".formatted(size, packed));
        }
        Npy.Header header;
        try (Elements in = new Elements(name, entry)) {
            header = in.header();
        }
        if (header.dataOffset() + header.dataLength() != size) {
            throw corrupt(
                    name,
                    "%d bytes (expected: %d for %s of shape %s)"
                            .formatted(
                                    size,
                                    header.dataOffset() + header.dataLength(),
                                    header.dtype().name(),
                                    header.shape()));
        }
        return new Member(entry, header);
    }

    private Set<String> names() {
        Set<String> names = new TreeSet<>();
        zip.stream().limit(20).forEach(entry -> names.add(entry.getName()));
        return names;
    }

    /** Returns what would be lost if only this recording was kept. */
    Set<String> others() {
        Set<String> names = names();
        names.removeAll(Set.of("time.npy", "data.npy"));
        if (comment != null) {
            names.remove("iteration.npy");
        }
        return names;
    }

    private @Nullable Map<?, ?> comment(@Nullable String text) {
        if (text == null || !text.startsWith("{") || !text.contains(Head.FORMAT)) {
            return null; // another program's
        }
        try {
            return Json.read(text) instanceof Map<?, ?> map && Head.FORMAT.equals(map.get("format")) ? map : null;
        } catch (IllegalArgumentException e) {
            throw new CorruptDataException(store, "comment of the archive", String.valueOf(e.getMessage()), e);
        }
    }

    /** Tells how far it is. Without our comment the state is unknown, and iterations are counted by the stride given. */
    Head head(int stride) throws IOException {
        if (comment != null) {
            Head head = Head.of(store, "comment of the archive", comment);
            if (head.committed() != length || (length > 0 && !head.frames().equals(layout()))) {
                throw corrupt(
                        "data",
                        "%s at %d times (expected: %s at %d, as the comment says)"
                                .formatted(layout(), length, head.layout(), head.committed()));
            }
            return head;
        }
        double last = 0;
        if (length > 0) {
            try (Times times = new Times(0)) {
                for (ByteBuffer marks = times.next(); marks != null; marks = times.next()) {
                    last = marks.getDouble(marks.limit() - Frames.MARK);
                }
            }
        }
        return new Head(
                "",
                "0".repeat(16),
                length,
                length == 0 ? 0 : 1,
                RecordingStatus.UNKNOWN,
                "",
                length == 0 ? null : layout(),
                stride,
                1,
                length == 0 ? 0 : (length - 1L) * stride,
                last,
                Map.of());
    }

    private Layout layout() {
        List<Integer> shape = data.header().shape();
        return new Layout(little(data.header().dtype()), shape.subList(0, shape.size() - 1));
    }

    private static DType little(DType type) {
        return type.isBigEndian() ? DType.of(type.code().replace('>', '<')) : type;
    }

    /** Unpacks it; at most so many bytes. */
    void expand(Frames to, Head head, long limit) throws IOException {
        if (data.header().dataLength() > limit) {
            throw new LimitExceededException(
                    "bytes of %s when it is unpacked".formatted(store),
                    data.header().dataLength(),
                    limit,
                    "allow more by NpzRecording.limit(bytes), and see that there is room for it");
        }
        try (Times times = new Times(head.stride())) {
            long at = 0;
            for (ByteBuffer marks = times.next(); marks != null; marks = times.next()) {
                int count = marks.remaining() / Frames.MARK;
                to.putMarks(at, marks);
                at += count;
            }
        }
        try (Elements in = new Elements("data", data.entry())) {
            in.header();
            if (data.header().fortranOrder() && data.header().shape().size() > 1) {
                frames(in, to);
            } else {
                rows(in, to);
            }
            in.end();
        }
        to.complete(length);
    }

    /** Time varies fastest. */
    private void rows(Elements in, Frames to) throws IOException {
        Layout layout = to.layout();
        int cells = layout.cells();
        long row = (long) length * layout.item();
        int tile = (int) Math.max(1, Math.min(cells, TILE / Math.max(1, row)));
        long times = row <= TILE ? length : (long) Math.max(1, TILE / layout.item() / to.chunk()) * to.chunk();
        byte[] buffer = new byte[(int) Math.min(tile * times * layout.item(), Integer.MAX_VALUE - 8)];
        for (int cell = 0; cell < cells; cell += tile) {
            int count = Math.min(tile, cells - cell);
            for (long from = 0; from < length; from += times) {
                long until = Math.min(length, from + times);
                in.read(
                        buffer,
                        (int) (count * (until - from) * layout.item()),
                        data.header().dtype());
                to.putRows(length, cell, count, from, until, buffer);
            }
        }
    }

    /** The first axis varies fastest and time slowest: one frame after another, their axes reversed. */
    private void frames(Elements in, Frames to) throws IOException {
        Layout layout = to.layout();
        Npy.Header frame = new Npy.Header(layout.dtype(), layout.shape(), true, 0);
        List<Sample<NdArray>> some = new ArrayList<>();
        ByteBuffer marks = null;
        for (int at = 0; at < length; at++) {
            byte[] bytes = new byte[Math.toIntExact(layout.frameBytes())];
            in.read(bytes, bytes.length, data.header().dtype());
            marks = marks != null && marks.hasRemaining() ? marks : to.marks(at, Math.min(length, at + to.chunk()));
            double time = marks.getDouble();
            some.add(new Sample<>(marks.getLong(), time, Npy.decode(frame, bytes, 0)));
            if (some.size() == to.chunk() || at == length - 1) {
                to.append(at + 1L - some.size(), some, false);
                some.clear();
            }
        }
    }

    @Override
    public void close() throws IOException {
        zip.close();
    }

    /** Times with their iterations, from both arrays or what stands for them. */
    private final class Times implements Closeable {

        private final Elements in;
        private final @Nullable Elements iterations;
        private final List<long[]> runs;
        private final int stride;
        private int at;
        private int run;
        private long inRun;

        Times(int stride) throws IOException {
            this.stride = stride;
            this.runs = runs();
            this.in = new Elements("time", time.entry());
            in.header();
            Elements third = null;
            if (comment != null && comment.get("iterations") == null) {
                Member member = member("iteration");
                if (!member.header().dtype().equals(DType.INT64)
                        || !member.header().shape().equals(List.of(length))) {
                    in.close();
                    throw corrupt("iteration", "%s (expected: int64 (%d))".formatted(member.header(), length));
                }
                third = new Elements("iteration", member.entry());
                third.header();
            }
            this.iterations = third;
        }

        private List<long[]> runs() {
            List<long[]> found = new ArrayList<>();
            if (comment == null || comment.get("iterations") == null) {
                return found;
            }
            long together = 0;
            if (comment.get("iterations") instanceof List<?> all && all.size() <= MOST_ITERATION_RUNS) {
                for (Object one : all) {
                    if (!(one instanceof List<?> parts)
                            || parts.size() != 3
                            || !parts.stream().allMatch(Number.class::isInstance)) {
                        throw corrupt("iteration", "run " + one);
                    }
                    long[] numbers = parts.stream()
                            .mapToLong(part -> ((Number) part).longValue())
                            .toArray();
                    if (numbers[2] < 1 || numbers[2] > length) {
                        throw corrupt("iteration", "run " + one);
                    }
                    together += numbers[2];
                    found.add(numbers);
                }
            }
            if (together != length) {
                throw corrupt("iteration", "runs of %d in all (expected: %d)".formatted(together, length));
            }
            return found;
        }

        /** Returns the next of them as {@link Frames#marks} has them; null at the end. */
        @Nullable
        ByteBuffer next() throws IOException {
            int count = Math.min(length - at, PIECE / Frames.MARK);
            if (count == 0) {
                in.end();
                if (iterations != null) {
                    iterations.end();
                }
                return null;
            }
            DType type = little(time.header().dtype());
            byte[] bytes = new byte[count * type.itemSize()];
            in.read(bytes, bytes.length, time.header().dtype());
            NdArray times = NdArray.wrap(type, new int[] {count}, bytes, 0);
            byte[] numbers = new byte[iterations == null ? 0 : count * Long.BYTES];
            if (iterations != null) {
                iterations.read(numbers, numbers.length, DType.INT64);
            }
            ByteBuffer third = ByteBuffer.wrap(numbers).order(ByteOrder.LITTLE_ENDIAN);
            ByteBuffer marks = ByteBuffer.allocate(count * Frames.MARK).order(ByteOrder.LITTLE_ENDIAN);
            for (int i = 0; i < count; i++, at++) {
                double value = times.doubleAt(i);
                boolean whole = type.kind() == DType.Kind.INT || type.kind() == DType.Kind.UINT;
                if (!Double.isFinite(value)) {
                    throw corrupt("time", "%s at %d (expected: a finite number)".formatted(value, at));
                } else if (whole && (Math.abs(value) >= TOO_LARGE || (long) value != times.longAt(i))) {
                    throw refused(
                            "time",
                            "%s at %d (expected: one that a 64-bit float holds exactly)".formatted(times.at(i), at));
                }
                long iteration = iterations == null ? iteration() : third.getLong();
                if (iteration < 0) {
                    throw corrupt("iteration", "%d at %d (expected: 0 or more)".formatted(iteration, at));
                }
                marks.putDouble(value).putLong(iteration);
            }
            return marks.flip();
        }

        private long iteration() {
            if (runs.isEmpty()) {
                return (long) at * stride;
            }
            if (inRun == runs.get(run)[2]) {
                run++;
                inRun = 0;
            }
            long[] now = runs.get(run);
            return now[0] + now[1] * inRun++;
        }

        @Override
        public void close() throws IOException {
            try (in) {
                if (iterations != null) {
                    iterations.close();
                }
            }
        }
    }

    /** The bytes of one array. */
    private final class Elements implements Closeable {

        private final String name;
        private final ZipEntry entry;
        private final CheckedInputStream in;

        Elements(String name, ZipEntry entry) throws IOException {
            this.name = name;
            this.entry = entry;
            InputStream stream;
            try {
                stream = zip.getInputStream(entry);
            } catch (ZipException e) { // e.g. a method of compression that is not known
                throw new UnsupportedDataException(store, "array " + name, String.valueOf(e.getMessage()), e);
            }
            if (stream == null) {
                throw corrupt(name, "no such entry");
            }
            this.in = new CheckedInputStream(stream, new CRC32());
        }

        Npy.Header header() throws IOException {
            byte[] start = new byte[Npy.START];
            fill(start, start.length);
            try {
                int offset = Npy.dataOffset(ByteBuffer.wrap(start));
                if (offset < Npy.START) {
                    throw new IllegalArgumentException("header ends at %d".formatted(offset));
                }
                byte[] rest = new byte[offset - start.length];
                fill(rest, rest.length);
                ByteBuffer all =
                        ByteBuffer.allocate(offset).put(start).put(rest).flip();
                return Npy.header(all);
            } catch (UnsupportedOperationException e) {
                throw new UnsupportedDataException(store, "array " + name, String.valueOf(e.getMessage()), e);
            } catch (IllegalArgumentException e) {
                throw new CorruptDataException(store, "array " + name, String.valueOf(e.getMessage()), e);
            }
        }

        /** Reads elements as little-endian ones. */
        void read(byte[] target, int count, DType type) throws IOException {
            fill(target, count);
            if (type.isBigEndian()) {
                int part = type.kind() == DType.Kind.COMPLEX ? type.itemSize() / 2 : type.itemSize();
                for (int at = 0; at < count; at += part) {
                    for (int i = at, j = at + part - 1; i < j; i++, j--) {
                        byte swapped = target[i];
                        target[i] = target[j];
                        target[j] = swapped;
                    }
                }
            }
        }

        private void fill(byte[] target, int count) throws IOException {
            try {
                if (in.readNBytes(target, 0, count) < count) {
                    throw corrupt(name, "ends too early");
                }
            } catch (ZipException | EOFException e) {
                throw new CorruptDataException(store, "array " + name, String.valueOf(e.getMessage()), e);
            }
        }

        /** Checks that all was read, and was what was written. */
        void end() throws IOException {
            try {
                if (in.read() >= 0) {
                    throw corrupt(name, "more bytes than its header says");
                }
            } catch (ZipException | EOFException e) {
                throw new CorruptDataException(store, "array " + name, String.valueOf(e.getMessage()), e);
            }
            if (in.getChecksum().getValue() != entry.getCrc()) {
                throw corrupt(
                        name,
                        "checksum %08x (expected: %08x)"
                                .formatted(in.getChecksum().getValue(), entry.getCrc()));
            }
        }

        @Override
        public void close() throws IOException {
            in.close();
        }
    }
}
