package io.atomflux.redis;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** A Lua script with its hash; loaded from a resource beside the class that uses it. */
record Script(String name, byte[] text, String sha1, boolean writes) {

    private static final byte[] CLIENT_OF_ROWS = Layout.bytes("local client = KEYS[4]\n");
    private static final byte[] CLIENT_OF_SPACE = Layout.bytes("local client = KEYS[1]\n");

    /** Loads {@code name.lua}, which changes nothing that a late copy could spoil. */
    static Script reading(String name) {
        return of(name, resource(Script.class, name), false);
    }

    /** Loads a script that changes rows: never sent twice without its (client, sequence) being compared. */
    static Script writing(String name) {
        byte[] text = joined(
                CLIENT_OF_ROWS,
                resource(Script.class, "once"),
                resource(Script.class, "prologue"),
                resource(Script.class, name));
        return of(name, text, true);
    }

    /** Loads a script of another package. */
    static Script reading(Class<?> home, String name) {
        return of(name, resource(home, name), false);
    }

    /** Loads a script of another package that changes something; its client is its first key. */
    static Script writing(Class<?> home, String name) {
        byte[] text = joined(CLIENT_OF_SPACE, resource(Script.class, "once"), resource(home, name));
        return of(name, text, true);
    }

    private static byte[] joined(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }

    static Script of(String name, byte[] text, boolean writes) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-1").digest(text);
            return new Script(name, text, HexFormat.of().formatHex(hash), writes);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-1", e);
        }
    }

    private static byte[] resource(Class<?> home, String name) {
        try (InputStream in = home.getResourceAsStream(name + ".lua")) {
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
