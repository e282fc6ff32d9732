package io.atomflux.benchmarks;

import io.atomflux.AtomsIO;
import io.atomflux.atoms.Atoms;
import io.atomflux.value.NdArray;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/** Reading extended XYZ, as a file opened anew each time, every array used; and writing it. */
final class XyzCases {

    private final Path file;
    private final Path work;
    private final List<Atoms> frames;
    private int written;

    XyzCases(Path work, Path file) {
        this.work = work;
        this.file = file;
        this.frames = Frames.built(file); // what the file makes of the frames can be written again
    }

    Case<?> read() {
        return Case.of("extxyz_read", "extxyz_read", 20, frames.size(), () -> {
            AtomsIO xyz = AtomsIO.open(file);
            Touch.keep(Frames.await(xyz.rows().map(Touch::atoms).reduce(0L, Long::sum)));
            xyz.close().block();
        });
    }

    Case<?> write() {
        return new Case<>(
                "extxyz_write",
                "extxyz_write",
                0,
                frames.size(),
                () -> AtomsIO.open(work.resolve("fresh-" + written++ + ".extxyz")),
                store -> Frames.await(store.extend(frames)),
                store -> {
                    store.close().block();
                    Frames.delete(work.resolve("fresh-" + (written - 1) + ".extxyz"));
                });
    }

    /** Hashes the numbers of all frames in order, as {@code ase_peer.py numbers} does. */
    static String numbers(Path file) {
        MessageDigest digest;
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("SHA-256 is part of every Java platform", e);
        }
        AtomsIO xyz = AtomsIO.open(file);
        for (Atoms atoms : xyz.rows().toIterable()) {
            add(digest, atoms.numbers());
            add(digest, atoms.positions());
            add(digest, atoms.cell());
            add(digest, NdArray.of(atoms.pbc()));
            for (String key : List.of("energy", "forces", "stress")) {
                Optional<Object> result = atoms.result(key);
                if (result.isPresent()) {
                    add(
                            digest,
                            result.get() instanceof NdArray array
                                    ? array
                                    : NdArray.of(new double[] {(Double) result.get()}));
                }
            }
        }
        xyz.close().block();
        return HexFormat.of().formatHex(digest.digest());
    }

    private static void add(MessageDigest digest, NdArray array) {
        byte[] bytes = new byte[array.byteSize()];
        array.copyTo(bytes, 0);
        digest.update(ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN));
    }
}
