package io.atomflux.redis;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** A Lua script of the layout with its hash; loaded from a resource of this package. */
record Script(String name, byte[] text, String sha1, boolean writes) {

    /** Loads {@code name.lua}, put behind {@code prologue.lua} when it writes. */
    static Script reading(String name) {
        return of(name, resource(name), false);
    }

    /** Loads a script that changes something: never sent twice without its (client, sequence) being compared. */
    static Script writing(String name) {
        byte[] prologue = resource("prologue");
        byte[] body = resource(name);
        byte[] text = new byte[prologue.length + body.length];
        System.arraycopy(prologue, 0, text, 0, prologue.length);
        System.arraycopy(body, 0, text, prologue.length, body.length);
        return of(name, text, true);
    }

    static Script of(String name, byte[] text, boolean writes) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-1").digest(text);
            return new Script(name, text, HexFormat.of().formatHex(hash), writes);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-1", e);
        }
    }

    private static byte[] resource(String name) {
        try (InputStream in = Script.class.getResourceAsStream(name + ".lua")) {
            if (in == null) {
                throw new IllegalStateException("script " + name + ".lua is missing from the artefact");
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public String toString() {
        return name;
    }
}
