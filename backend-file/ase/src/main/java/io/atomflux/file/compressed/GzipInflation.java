package io.atomflux.file.compressed;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * Members of RFC 1952 behind each other, as Python's gzip reads them: zeros between members are padding, anything else
 * there is damage, and a wrong checksum of a header is not looked at.
 */
final class GzipInflation implements Inflation {

    private static final int EXTRA = 4;
    private static final int NAME = 8;
    private static final int COMMENT = 16;
    private static final int HEADER_SUM = 2;

    private final CompressedInput in;
    private final Inflater inflater = new Inflater(true);
    private final CRC32 crc = new CRC32();
    private boolean inside;
    private boolean first = true;
    private long member;

    GzipInflation(CompressedInput in) {
        this.in = in;
    }

    @Override
    public void inflate(ByteBuffer room) throws IOException {
        int from = room.position();
        while (room.position() == from) {
            if (!inside && !begin()) {
                return;
            }
            if (inflater.needsInput()) {
                if (!in.fill()) {
                    throw new Spool.DamagedException("the file ends inside the gzip member at byte " + member);
                }
                inflater.setInput(in.block());
            }
            int before = room.position();
            try {
                inflater.inflate(room);
            } catch (DataFormatException e) {
                throw new Spool.DamagedException(
                        "the gzip member at byte %d is damaged before byte %d: %s"
                                .formatted(member, in.at(), e.getMessage()),
                        e);
            } finally {
                sum(room, before);
            }
            if (inflater.needsDictionary()) {
                throw new Spool.DamagedException("the gzip member at byte %d wants a dictionary".formatted(member));
            }
            if (inflater.finished()) {
                end();
            }
        }
    }

    private void sum(ByteBuffer room, int from) {
        ByteBuffer put = room.duplicate();
        put.flip().position(from);
        crc.update(put);
    }

    /** Reads the header of the next member; false if there is none. */
    private boolean begin() throws IOException {
        boolean padded = false;
        while (in.fill() && !first && in.block().get(in.block().position()) == 0) {
            in.block().get();
            padded = true;
        }
        if (!in.fill()) {
            return false;
        }
        member = in.at();
        if (next() != 0x1f || next() != 0x8b) {
            throw new Spool.DamagedException(
                    "no gzip member begins at byte %d%s".formatted(member, padded ? ", behind zeros" : ""));
        }
        int method = next();
        if (method != 8) {
            throw new Spool.DamagedException(
                    "the gzip member at byte %d has the method %d (expected: 8, deflate)".formatted(member, method));
        }
        int flags = next();
        for (int i = 0; i < 6; i++) {
            next();
        }
        if ((flags & EXTRA) != 0) {
            for (int length = next() | next() << 8; length > 0; length--) {
                next();
            }
        }
        if ((flags & NAME) != 0) {
            skipText();
        }
        if ((flags & COMMENT) != 0) {
            skipText();
        }
        if ((flags & HEADER_SUM) != 0) {
            next();
            next();
        }
        inflater.reset();
        crc.reset();
        inside = true;
        first = false;
        return true;
    }

    private void skipText() throws IOException {
        while (next() != 0) {
            continue;
        }
    }

    private void end() throws IOException {
        inside = false;
        long sum = number();
        long length = number();
        if (sum != crc.getValue()) {
            throw new Spool.DamagedException(
                    "the gzip member at byte %d has another checksum than it tells".formatted(member));
        }
        if (length != (inflater.getBytesWritten() & 0xffff_ffffL)) {
            throw new Spool.DamagedException(
                    "the gzip member at byte %d has another length than it tells".formatted(member));
        }
    }

    private long number() throws IOException {
        long number = 0;
        for (int i = 0; i < 4; i++) {
            number |= (long) next() << 8 * i;
        }
        return number;
    }

    private int next() throws IOException {
        if (!in.fill()) {
            throw new Spool.DamagedException("the file ends inside the gzip member at byte " + member);
        }
        return in.block().get() & 0xff;
    }

    @Override
    public void close() {
        inflater.end();
    }
}
