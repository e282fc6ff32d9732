package io.atomflux.artifact.codec;

import io.atomflux.error.CorruptDataException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import reactor.core.publisher.Mono;

/**
 * The directory of a zip file, read from its end; the members are then read by their places.
 *
 * <p>Format: "APPNOTE.TXT - .ZIP File Format Specification" 6.3.10 of PKWARE. Every number is compared with the size of the
 * file before anything of that size is made; members may not be larger together than the file, so none can be used twice.
 */
final class ZipIndex {

    private static final int END = 0x06054b50;
    private static final int END_64 = 0x06064b50;
    private static final int LOCATOR_64 = 0x07064b50;
    private static final int DIRECTORY = 0x02014b50;
    private static final int LOCAL = 0x04034b50;
    private static final int LONGEST_TAIL = 22 + 0xffff + 20;

    private final String file;
    private final Map<String, Member> members;

    private final Function<Range, Mono<Part>> parts;

    private ZipIndex(String file, Map<String, Member> members, Function<Range, Mono<Part>> parts) {
        this.file = file;
        this.members = members;
        this.parts = parts;
    }

    record Range(long offset, long length) {}

    /** A part of an array of bytes. */
    record Part(byte[] bytes, int offset, int length) {
        ByteBuffer buffer() {
            return ByteBuffer.wrap(bytes, offset, length).slice().order(ByteOrder.LITTLE_ENDIAN);
        }
    }

    record Member(String name, boolean deflated, long crc, long packed, long size, long offset) {}

    /** Tells whether a name may be handed to callers, who may make paths of it. */
    static boolean isSafe(String name) {
        for (String part : name.split("/", -1)) {
            if (part.isEmpty() || part.equals(".") || part.equals("..")) {
                return false;
            }
        }
        return name.length() <= 1000
                && name.chars()
                        .noneMatch(c ->
                                c == '\\' || c == ':' || Character.isISOControl(c) || Character.isSurrogate((char) c));
    }

    Map<String, Member> members() {
        return members;
    }

    static Mono<ZipIndex> read(String file, long size, Function<Range, Mono<Part>> given) {
        Function<Range, Mono<Part>> parts = range -> {
            if (range.offset() < 0 || range.offset() > size || range.length() > size - range.offset()) {
                throw Damage.in(
                        file,
                        "%d bytes at %d (expected: inside the %d bytes)"
                                .formatted(range.length(), range.offset(), size));
            }
            return given.apply(range);
        };
        long tail = Math.min(size, LONGEST_TAIL);
        return parts.apply(new Range(size - tail, tail))
                .flatMap(part -> end(file, size, part.buffer(), parts))
                .flatMap(place -> parts.apply(place.range())
                        .map(part -> new ZipIndex(file, directory(file, place, part.buffer()), parts)));
    }

    private record Place(Range range, long count) {}

    private static Mono<Place> end(String file, long size, ByteBuffer tail, Function<Range, Mono<Part>> parts) {
        int at = tail.limit() - 22;
        while (at >= 0 && (tail.getInt(at) != END || at + 22 + (tail.getShort(at + 20) & 0xffff) != tail.limit())) {
            at--;
        }
        if (at < 0) {
            throw Damage.in(file, "no end of a zip's directory (is it cut?)");
        }
        long count = tail.getShort(at + 10) & 0xffff;
        long length = tail.getInt(at + 12) & 0xffffffffL;
        long offset = tail.getInt(at + 16) & 0xffffffffL;
        if (count != 0xffff && length != 0xffffffffL && offset != 0xffffffffL) {
            return Mono.just(place(file, size, offset, length, count));
        }
        if (at < 20 || tail.getInt(at - 20) != LOCATOR_64) {
            return Mono.just(place(file, size, offset, length, count));
        }
        long end64 = tail.getLong(at - 20 + 8);
        if (end64 < 0 || end64 > size - 56) {
            throw Damage.in(file, "zip64 directory at %d of %d bytes".formatted(end64, size));
        }
        return parts.apply(new Range(end64, 56)).map(part -> {
            ByteBuffer record = part.buffer();
            if (record.getInt(0) != END_64) {
                throw Damage.in(file, "no zip64 directory where its locator says");
            }
            return place(file, size, record.getLong(48), record.getLong(40), record.getLong(32));
        });
    }

    private static Place place(String file, long size, long offset, long length, long count) {
        if (offset < 0 || length < 0 || offset > size || length > size - offset || count < 0 || count > length / 46) {
            throw Damage.in(
                    file,
                    "directory of %d members in %d bytes at %d (expected: inside the %d bytes)"
                            .formatted(count, length, offset, size));
        }
        if (length > Integer.MAX_VALUE - 8) {
            throw Damage.refused(file, "directory of %d bytes".formatted(length));
        }
        return new Place(new Range(offset, length), count);
    }

    private static Map<String, Member> directory(String file, Place place, ByteBuffer in) {
        Map<String, Member> members = new LinkedHashMap<>();
        long together = 0;
        for (long i = 0; i < place.count(); i++) {
            if (in.remaining() < 46 || in.getInt(in.position()) != DIRECTORY) {
                throw Damage.in(file, "directory ends after %d of %d members".formatted(i, place.count()));
            }
            Member member = member(file, in);
            together += member.packed();
            if (together > place.range().offset()
                    || member.offset() > place.range().offset() - member.packed()) {
                throw Damage.in(file, "members larger than the file, at \"%s\"".formatted(member.name()));
            }
            if (members.put(member.name(), member) != null) {
                throw Damage.in(file, "member \"%s\" twice".formatted(member.name()));
            }
        }
        return members;
    }

    private static Member member(String file, ByteBuffer in) {
        int at = in.position();
        int flags = in.getShort(at + 8);
        int method = in.getShort(at + 10) & 0xffff;
        int nameLength = in.getShort(at + 28) & 0xffff;
        int extraLength = in.getShort(at + 30) & 0xffff;
        int commentLength = in.getShort(at + 32) & 0xffff;
        if (in.remaining() < 46 + nameLength + extraLength + commentLength) {
            throw Damage.in(file, "directory is cut");
        }
        Charset charset = (flags & 0x800) != 0 ? StandardCharsets.UTF_8 : Charset.forName("IBM437");
        byte[] bytes = new byte[nameLength];
        in.get(at + 46, bytes);
        String name = new String(bytes, charset);
        if (!isSafe(name)) {
            throw Damage.refused(
                    file, "member \"%s\" (expected: relative parts between /, without \\ : . or ..)".formatted(name));
        }
        if ((flags & 0x41) != 0 || (method != 0 && method != 8)) {
            throw Damage.refused(
                    file,
                    "member \"%s\" is encrypted or of method %d (expected: stored or deflated)"
                            .formatted(name, method));
        }
        long[] sizes = {
            in.getInt(at + 24) & 0xffffffffL, in.getInt(at + 20) & 0xffffffffL, in.getInt(at + 42) & 0xffffffffL
        };
        large(in.slice(at + 46 + nameLength, extraLength).order(ByteOrder.LITTLE_ENDIAN), sizes);
        in.position(at + 46 + nameLength + extraLength + commentLength);
        Member member = new Member(name, method == 8, in.getInt(at + 16) & 0xffffffffL, sizes[1], sizes[0], sizes[2]);
        if (sizes[0] < 0 || sizes[1] < 0 || sizes[2] < 0 || (method == 0 && sizes[0] != sizes[1])) {
            throw Damage.in(file, "sizes of member \"%s\" contradict each other".formatted(name));
        }
        return member;
    }

    /** Replaces numbers that did not fit by those of the zip64 field: size, packed size, offset, each only if it did not. */
    private static void large(ByteBuffer extra, long[] sizes) {
        while (extra.remaining() >= 4) {
            int id = extra.getShort() & 0xffff;
            int length = Math.min(extra.getShort() & 0xffff, extra.remaining());
            int end = extra.position() + length;
            if (id == 1) {
                for (int i = 0; i < sizes.length; i++) {
                    if (sizes[i] == 0xffffffffL && end - extra.position() >= 8) {
                        sizes[i] = extra.getLong();
                    }
                }
            }
            extra.position(end);
        }
    }

    /** Refuses members that would become too large. */
    void checkExpansion(List<Member> wanted, long limit) {
        long expanded = 0;
        for (Member member : wanted) {
            if (member.size() > Integer.MAX_VALUE - 8) {
                throw Compression.tooLarge(file, member.size(), Integer.MAX_VALUE - 8);
            }
            expanded += member.deflated() ? member.size() : 0;
            if (expanded > limit) {
                throw Compression.tooLarge(file, expanded, limit);
            }
        }
    }

    /** Reads a member, and compares its size and checksum. */
    Mono<byte[]> bytes(Member member) {
        return parts.apply(new Range(member.offset(), 30)).flatMap(part -> {
            ByteBuffer local = part.buffer();
            if (local.remaining() < 30 || local.getInt(0) != LOCAL) {
                throw Damage.in(file, "no member \"%s\" where the directory says".formatted(member.name()));
            }
            long begin = member.offset() + 30 + (local.getShort(26) & 0xffff) + (local.getShort(28) & 0xffff);
            return parts.apply(new Range(begin, member.packed())).map(packed -> whole(member, packed));
        });
    }

    private byte[] whole(Member member, Part packed) {
        byte[] bytes = member.deflated()
                ? inflated(member, packed)
                : Arrays.copyOfRange(packed.bytes(), packed.offset(), packed.offset() + packed.length());
        CRC32 crc = new CRC32();
        crc.update(bytes);
        if (bytes.length != member.size() || crc.getValue() != member.crc()) {
            throw Damage.in(file, "member \"%s\" is damaged (size or checksum)".formatted(member.name()));
        }
        return bytes;
    }

    private byte[] inflated(Member member, Part packed) {
        Inflater inflater = new Inflater(true);
        try {
            inflater.setInput(packed.bytes(), packed.offset(), packed.length());
            byte[] bytes = new byte[(int) Math.min(member.size(), 1 << 16)];
            int length = 0;
            while (length < member.size()) {
                if (length == bytes.length) {
                    bytes = Arrays.copyOf(bytes, (int) Math.min(member.size(), 2L * bytes.length));
                }
                int more = inflater.inflate(bytes, length, bytes.length - length);
                if (more == 0) {
                    break;
                }
                length += more;
            }
            return length == bytes.length ? bytes : Arrays.copyOf(bytes, length);
        } catch (DataFormatException e) {
            throw new CorruptDataException(
                    Damage.STORE, "file " + file, "member \"%s\" is damaged".formatted(member.name()), e);
        } finally {
            inflater.end();
        }
    }
}
