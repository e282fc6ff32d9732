package io.atomflux.artifact.mltraq;

import io.atomflux.artifact.spi.ArtifactKey;
import io.atomflux.error.CorruptDataException;
import io.atomflux.error.InvalidNameException;
import io.atomflux.error.LimitExceededException;
import io.atomflux.error.UnsupportedDataException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The part of tar that archives of directories need: regular files and directories, in the GNU format.
 *
 * <p>Source: "Basic Tar Format" and "GNU Extensions to the Archive Format" of the GNU tar manual 1.35: blocks of 512 bytes;
 * name at 0, mode 100, owner 108 and 116, size 124, time 136, sum 148, type 156, magic 257; a name of more than 100 bytes
 * comes before as the content of an entry of type {@code L}. Pax headers (types {@code x} and {@code g}, POSIX.1-2001) are
 * read for {@code path} and {@code size}. Calls block.
 */
final class Tar {

    private static final int BLOCK = 512;
    private static final int RECORD = 20 * BLOCK;
    private static final int NAME = 100;
    private static final int LONGEST_NAME = 1 << 16;
    private static final long LARGEST_OCTAL = 0x1_FFFF_FFFFL; // 11 octal digits

    private Tar() {}

    /**
     * Writes files.
     *
     * @param names relative to the folder, parts between slashes
     * @param prefix put before each name; empty for none
     */
    static void write(Path folder, List<String> names, String prefix, OutputStream out) throws IOException {
        long total = 0;
        for (String name : names) {
            Path file = folder.resolve(name);
            long size = Files.size(file);
            total += entry(prefix.isEmpty() ? name : prefix + "/" + name, size, Files.getLastModifiedTime(file), out);
            try (InputStream in = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS)) {
                long copied = in.transferTo(new Bounded(out, size, name));
                if (copied != size) {
                    throw new IOException(name + " became shorter while it was read");
                }
            }
            total += size + pad(size, out);
        }
        out.write(new byte[2 * BLOCK]);
        long rest = (total + 2 * BLOCK) % RECORD;
        out.write(new byte[rest == 0 ? 0 : (int) (RECORD - rest)]);
    }

    private static long entry(String name, long size, FileTime time, OutputStream out) throws IOException {
        byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
        long written = 0;
        if (bytes.length > NAME) {
            header("././@LongLink".getBytes(StandardCharsets.US_ASCII), bytes.length + 1, 0, 'L', out);
            out.write(bytes);
            out.write(0);
            written = BLOCK + bytes.length + 1 + pad(bytes.length + 1, out);
        }
        header(Arrays.copyOf(bytes, Math.min(bytes.length, NAME)), size, time.toMillis() / 1000, '0', out);
        return written + BLOCK;
    }

    private static void header(byte[] name, long size, long time, char type, OutputStream out) throws IOException {
        byte[] block = new byte[BLOCK];
        System.arraycopy(name, 0, block, 0, name.length);
        octal(block, 100, 8, 0644);
        octal(block, 108, 8, 0);
        octal(block, 116, 8, 0);
        if (size <= LARGEST_OCTAL) {
            octal(block, 124, 12, size);
        } else { // base 256, as GNU tar does
            block[124] = (byte) 0x80;
            for (int i = 0; i < 8; i++) {
                block[135 - i] = (byte) (size >>> 8 * i);
            }
        }
        octal(block, 136, 12, Math.max(0, time));
        Arrays.fill(block, 148, 156, (byte) ' ');
        block[156] = (byte) type;
        text(block, 257, "ustar  ");
        text(block, 265, "root");
        text(block, 297, "root");
        int sum = 0;
        for (byte one : block) {
            sum += Byte.toUnsignedInt(one);
        }
        octal(block, 148, 7, sum);
        block[155] = ' ';
        out.write(block);
    }

    private static void octal(byte[] block, int at, int length, long value) {
        text(block, at, String.format("%0" + (length - 1) + "o", value));
        block[at + length - 1] = 0;
    }

    private static void text(byte[] block, int at, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(bytes, 0, block, at, bytes.length);
    }

    private static int pad(long size, OutputStream out) throws IOException {
        int rest = (int) (size % BLOCK);
        int padding = rest == 0 ? 0 : BLOCK - rest;
        out.write(new byte[padding]);
        return padding;
    }

    /** What becomes of the entries that are read. */
    interface Visitor {
        /**
         * Takes a regular file.
         *
         * @param name guarded: relative, parts between slashes, none of them a way out
         * @param content its bytes; what is not read is skipped
         */
        void file(String name, long size, Instant changed, InputStream content) throws IOException;
    }

    /**
     * Reads an archive.
     *
     * @param store and {@code place} name it in messages
     * @throws UnsupportedDataException at a link, a device or another special entry
     * @throws InvalidNameException at a name that is absolute or leads out
     * @throws CorruptDataException if it is cut or damaged
     */
    static void read(InputStream in, String store, String place, Visitor visitor) throws IOException {
        byte[] block = new byte[BLOCK];
        String longName = null;
        long paxSize = -1;
        while (in.readNBytes(block, 0, BLOCK) == BLOCK) {
            if (isZero(block)) {
                return;
            }
            if (number(block, 148, 8, store, place) != sum(block)) {
                throw new CorruptDataException(store, place, "the check sum of an entry of the archive differs", null);
            }
            char type = (char) block[156];
            long size = number(block, 124, 12, store, place);
            if (type == 'L' || type == 'x' || type == 'g') {
                byte[] content = meta(in, size, store, place);
                if (type == 'L') {
                    longName = terminated(content, 0, content.length);
                } else if (type == 'x') {
                    longName = pax(content, "path", longName, store, place);
                    String larger = pax(content, "size", null, store, place);
                    paxSize = larger == null ? -1 : parsed(larger, store, place);
                }
                continue;
            }
            if (paxSize >= 0) {
                size = paxSize;
            }
            String name = longName != null ? longName : name(block);
            longName = null;
            paxSize = -1;
            if (type == '5') {
                guarded(name.endsWith("/") ? name.substring(0, name.length() - 1) : name, true);
                skip(in, size, store, place);
            } else if (type == '0' || type == 0) {
                Content content = new Content(in, size, store, place);
                visitor.file(
                        guarded(name, false),
                        size,
                        Instant.ofEpochSecond(number(block, 136, 12, store, place)),
                        content);
                content.skipRest();
                skip(in, (BLOCK - size % BLOCK) % BLOCK, store, place);
            } else {
                throw new UnsupportedDataException(
                        store,
                        place,
                        "entry \"%s\" of the archive is of type %s (expected: files and folders; no links or devices)"
                                .formatted(name, type),
                        null);
            }
        }
        throw new CorruptDataException(store, place, "the archive ends before its end mark", null);
    }

    private static String name(byte[] block) {
        String name = terminated(block, 0, NAME);
        // The prefix field is POSIX's; GNU archives, whose magic has blanks, keep other things there.
        boolean posix = block[263] == '0' && block[262] == 0;
        String prefix = posix ? terminated(block, 345, 155) : "";
        return prefix.isEmpty() ? name : prefix + "/" + name;
    }

    /** Guards a name; {@code .} and a leading {@code ./}, which tar writes for the folder itself, are taken away. */
    private static String guarded(String name, boolean folder) {
        if (folder && (name.isEmpty() || name.equals("."))) {
            return name;
        }
        return ArtifactKey.fileName(name.startsWith("./") ? name.substring(2) : name);
    }

    private static byte[] meta(InputStream in, long size, String store, String place) throws IOException {
        if (size > LONGEST_NAME) {
            throw new LimitExceededException(
                    "name in the archive " + place, size, LONGEST_NAME, "archive shorter names");
        }
        byte[] content = in.readNBytes((int) size);
        if (content.length != size) {
            throw cut(store, place);
        }
        skip(in, (BLOCK - size % BLOCK) % BLOCK, store, place);
        return content;
    }

    /** Finds a record {@code "<length> <key>=<value>\n"}. */
    private static @Nullable String pax(
            byte[] content, String wanted, @Nullable String otherwise, String store, String place) {
        String found = otherwise;
        int at = 0;
        while (at < content.length) {
            int blank = at;
            while (blank < content.length && content[blank] != ' ') {
                blank++;
            }
            long length = parsed(new String(content, at, blank - at, StandardCharsets.US_ASCII), store, place);
            if (length < blank - at + 2 || length > content.length - at) {
                throw new CorruptDataException(store, place, "an extended header of the archive is damaged", null);
            }
            String record = new String(content, blank + 1, (int) length - (blank + 1 - at) - 1, StandardCharsets.UTF_8);
            if (record.startsWith(wanted + "=")) {
                found = record.substring(wanted.length() + 1);
            }
            at += (int) length;
        }
        return found;
    }

    private static long parsed(String digits, String store, String place) {
        try {
            long number = Long.parseLong(digits);
            if (number >= 0) {
                return number;
            }
        } catch (NumberFormatException e) {
            // said below
        }
        throw new CorruptDataException(store, place, "a number in a header of the archive is none", null);
    }

    private static long number(byte[] block, int at, int length, String store, String place) {
        if ((block[at] & 0x80) != 0) {
            long value = block[at] & 0x7f;
            for (int i = at + 1; i < at + length; i++) {
                if (value > Long.MAX_VALUE >> 8) {
                    throw new CorruptDataException(
                            store, place, "a number in a header of the archive is too large", null);
                }
                value = value << 8 | Byte.toUnsignedLong(block[i]);
            }
            return value;
        }
        String text = terminated(block, at, length).strip();
        try {
            return text.isEmpty() ? 0 : Long.parseLong(text, 8);
        } catch (NumberFormatException e) {
            throw new CorruptDataException(store, place, "a number in a header of the archive is none", e);
        }
    }

    private static long sum(byte[] block) {
        long sum = 0;
        for (int i = 0; i < BLOCK; i++) {
            sum += i >= 148 && i < 156 ? ' ' : Byte.toUnsignedInt(block[i]);
        }
        return sum;
    }

    private static String terminated(byte[] bytes, int at, int length) {
        int end = at;
        while (end < at + length && bytes[end] != 0) {
            end++;
        }
        return new String(bytes, at, end - at, StandardCharsets.UTF_8);
    }

    private static boolean isZero(byte[] block) {
        for (byte one : block) {
            if (one != 0) {
                return false;
            }
        }
        return true;
    }

    private static void skip(InputStream in, long count, String store, String place) throws IOException {
        try {
            in.skipNBytes(count);
        } catch (java.io.EOFException e) {
            throw cut(store, place);
        }
    }

    private static CorruptDataException cut(String store, String place) {
        return new CorruptDataException(store, place, "the archive is cut", null);
    }

    /** Writes a file's content to a new file. */
    static void store(Path target, InputStream content, Instant changed) throws IOException {
        try (OutputStream out = Files.newOutputStream(
                target, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS)) {
            content.transferTo(out);
        }
        Files.setLastModifiedTime(target, FileTime.from(changed));
    }

    /** Takes no more bytes than an entry has room for. */
    private static final class Bounded extends OutputStream {

        private final OutputStream out;
        private final String name;
        private long room;

        Bounded(OutputStream out, long room, String name) {
            this.out = out;
            this.room = room;
            this.name = name;
        }

        @Override
        public void write(int one) throws IOException {
            write(new byte[] {(byte) one}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int at, int length) throws IOException {
            if (length > room) {
                throw new IOException(name + " became longer while it was read");
            }
            room -= length;
            out.write(bytes, at, length);
        }
    }

    /** The content of one entry. */
    private static final class Content extends InputStream {

        private final InputStream in;
        private final String store;
        private final String place;
        private long left;

        Content(InputStream in, long size, String store, String place) {
            this.in = in;
            this.left = size;
            this.store = store;
            this.place = place;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : Byte.toUnsignedInt(one[0]);
        }

        @Override
        public int read(byte[] target, int at, int length) throws IOException {
            if (left == 0) {
                return length == 0 ? 0 : -1;
            }
            int count = in.read(target, at, (int) Math.min(length, left));
            if (count < 0) {
                throw cut(store, place);
            }
            left -= count;
            return count;
        }

        void skipRest() throws IOException {
            Tar.skip(in, left, store, place);
            left = 0;
        }
    }
}
