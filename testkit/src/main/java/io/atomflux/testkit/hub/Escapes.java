package io.atomflux.testkit.hub;

import java.io.ByteArrayOutputStream;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Percent-encoding of paths and of forms. */
final class Escapes {

    private static final String PLAIN = "-_.~";

    private Escapes() {}

    /** Decodes a part of a path; {@code +} stays. */
    static String decode(String part) {
        return URLDecoder.decode(part.replace("+", "%2B"), StandardCharsets.UTF_8);
    }

    /** Encodes a path from the root of a repository, its slashes kept. */
    static String encodePath(String path) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (byte b : path.getBytes(StandardCharsets.UTF_8)) {
            char c = (char) (b & 0xff);
            if (c == '/' || (c < 128 && (Character.isLetterOrDigit(c) || PLAIN.indexOf(c) >= 0))) {
                out.write(b);
            } else {
                out.writeBytes("%%%02X".formatted((int) c).getBytes(StandardCharsets.US_ASCII));
            }
        }
        return out.toString(StandardCharsets.US_ASCII);
    }

    static String encode(String part) {
        return URLEncoder.encode(part, StandardCharsets.UTF_8).replace("+", "%20");
    }

    /** Takes a query or a form apart; the values of a repeated name in order. */
    static Map<String, List<String>> form(String text) {
        Map<String, List<String>> fields = new LinkedHashMap<>();
        for (String field : text.split("&", -1)) {
            if (!field.isEmpty()) {
                int equals = field.indexOf('=');
                String name = equals < 0 ? field : field.substring(0, equals);
                String value = equals < 0 ? "" : field.substring(equals + 1);
                fields.computeIfAbsent(URLDecoder.decode(name, StandardCharsets.UTF_8), n -> new ArrayList<>())
                        .add(URLDecoder.decode(value, StandardCharsets.UTF_8));
            }
        }
        return fields;
    }

    /** Tells a flag of a query in any spelling seen: {@code true}, {@code True}, {@code 1}. */
    static boolean flag(Map<String, List<String>> query, String name) {
        return query.getOrDefault(name, List.of()).stream()
                .anyMatch(value -> value.equalsIgnoreCase("true") || value.equals("1"));
    }

    /** Takes a path apart without decoding; the leading slash gives no part. */
    static List<String> parts(String path) {
        return Arrays.asList(path.substring(1).split("/", -1));
    }
}
