package io.atomflux.hub.catalog;

import io.atomflux.error.StoreNotFoundException;
import io.atomflux.hub.bytes.ByteRange;
import io.atomflux.hub.bytes.ByteSource;
import io.atomflux.hub.net.HubAnswer;
import io.atomflux.hub.net.HubClient;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** A test double of the network: one repository in memory, answered as the hub would; remembers what it was asked. */
final class HubDouble implements HubClient {

    static final String ID = "lab/toy";
    static final String COMMIT = "a".repeat(40);

    final Map<String, byte[]> files = new TreeMap<>(Collections.reverseOrder()); // never sorted as clients want it
    final Map<String, String> answers = new LinkedHashMap<>(); // by path and query: instead of what would be answered
    final Map<String, String> links = new LinkedHashMap<>(); // headers of those
    final List<String> asked = Collections.synchronizedList(new ArrayList<>());

    @Nullable
    String cardData;

    boolean siblings = true;
    int pageSize = 1000;
    Set<String> large = Set.of();
    URI endpoint = URI.create("http://hub.test:9001");
    /** What is sent in the place of a file's content. */
    final Map<String, Flux<ByteBuffer>> streams = new LinkedHashMap<>();

    HubDouble with(String... paths) {
        for (String path : paths) {
            files.put(path, ("content of " + path).getBytes(StandardCharsets.UTF_8));
        }
        return this;
    }

    HubDouble withText(String path, String text) {
        files.put(path, text.getBytes(StandardCharsets.UTF_8));
        return this;
    }

    Catalog catalog() {
        return Catalog.of(this, CatalogOptions.uncached());
    }

    @Override
    public URI endpoint() {
        return endpoint;
    }

    @Override
    public Mono<HubAnswer> get(URI resource, long maxBytes) {
        return Mono.fromSupplier(() -> {
            String query = resource.getRawQuery() == null ? "" : "?" + resource.getRawQuery();
            String target = resource.getRawPath() + query;
            asked.add(target);
            String canned = answers.get(target);
            if (canned != null) {
                String link = links.get(target);
                return answer(resource, canned.getBytes(StandardCharsets.UTF_8), link);
            }
            String path = URLDecoder.decode(resource.getRawPath(), StandardCharsets.UTF_8);
            String tree = "/api/datasets/" + ID + "/tree/" + COMMIT;
            String resolve = "/datasets/" + ID + "/resolve/" + COMMIT + "/";
            if (path.startsWith("/api/datasets/" + ID + "/revision/")) {
                return answer(resource, info().getBytes(StandardCharsets.UTF_8), null);
            } else if (path.startsWith(tree)) {
                String folder = path.substring(tree.length()).replaceFirst("^/", "");
                return page(resource, folder, query.contains("recursive=true"), query);
            } else if (path.startsWith(resolve) && files.containsKey(path.substring(resolve.length()))) {
                return answer(resource, files.get(path.substring(resolve.length())), null);
            }
            throw new StoreNotFoundException(path, "a path of the double");
        });
    }

    private HubAnswer answer(URI from, byte[] body, @Nullable String link) {
        return new HubAnswer(
                from, link == null ? Map.of() : Map.of("link", link), Optional.of(COMMIT), ByteBuffer.wrap(body));
    }

    private String info() {
        StringBuilder json = new StringBuilder("{\"id\":\"" + ID + "\",\"sha\":\"" + COMMIT + "\"");
        if (siblings) {
            json.append(",\"siblings\":[");
            json.append(String.join(
                    ",",
                    files.keySet().stream()
                            .map(path -> "{\"rfilename\":\"" + path + "\"}")
                            .toList()));
            json.append("]");
        }
        if (cardData != null) {
            json.append(",\"cardData\":").append(cardData);
        }
        return json.append("}").toString();
    }

    private HubAnswer page(URI resource, String folder, boolean recursive, String query) {
        String prefix = folder.isEmpty() ? "" : folder + "/";
        Set<String> entries = new TreeSet<>(Collections.reverseOrder());
        for (String path : files.keySet()) {
            if (path.startsWith(prefix)) {
                int slash = path.indexOf('/', prefix.length());
                if (slash < 0 || recursive) {
                    entries.add(entry(path));
                }
                if (slash >= 0) {
                    entries.add("{\"type\":\"directory\",\"path\":\"" + path.substring(0, slash) + "\",\"oid\":\""
                            + "0".repeat(40) + "\",\"size\":0}");
                }
            }
        }
        if (entries.isEmpty()) {
            throw new StoreNotFoundException(folder, "a folder of the double");
        }
        int cursor = query.contains("cursor=") ? Integer.parseInt(query.substring(query.indexOf("cursor=") + 7)) : 0;
        List<String> all = List.copyOf(entries);
        int end = Math.min(all.size(), cursor + pageSize);
        String link = null;
        if (end < all.size()) {
            String base = resource.toString().replaceFirst("&cursor=.*", "");
            link = "<" + base + "&cursor=" + end + ">; rel=\"next\"";
        }
        return answer(
                resource,
                ("[" + String.join(",", all.subList(cursor, end)) + "]").getBytes(StandardCharsets.UTF_8),
                link);
    }

    private String entry(String path) {
        byte[] content = files.get(path);
        String lfs = large.contains(path)
                ? ",\"lfs\":{\"oid\":\"sha256:%s\",\"size\":%d,\"pointerSize\":129}"
                        .formatted(hash("SHA-256", content), content.length)
                : "";
        return "{\"type\":\"file\",\"path\":\"%s\",\"oid\":\"%s\",\"size\":%d%s}"
                .formatted(path, blobHash(content), content.length, lfs);
    }

    static String blobHash(byte[] content) {
        byte[] head = ("blob " + content.length + "\0").getBytes(StandardCharsets.UTF_8);
        byte[] both = new byte[head.length + content.length];
        System.arraycopy(head, 0, both, 0, head.length);
        System.arraycopy(content, 0, both, head.length, content.length);
        return hash("SHA-1", both);
    }

    static String hash(String algorithm, byte[] content) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance(algorithm).digest(content));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public Mono<ByteSource> file(URI resource, String name, OptionalLong size) {
        return Mono.fromSupplier(() -> {
            String path = URLDecoder.decode(resource.getRawPath(), StandardCharsets.UTF_8)
                    .substring(("/datasets/" + ID + "/resolve/" + COMMIT + "/").length());
            byte[] content = files.getOrDefault(path, new byte[0]);
            return new ByteSource() {
                @Override
                public String name() {
                    return name;
                }

                @Override
                public long size() {
                    return size.orElse(content.length);
                }

                @Override
                public Mono<ByteBuffer> read(ByteRange range) {
                    return Mono.fromSupplier(() -> {
                        asked.add(resource.getRawPath() + " " + range.offset() + "+" + range.length());
                        return ByteBuffer.wrap(content, (int) range.offset(), range.length());
                    });
                }

                @Override
                public Flux<ByteBuffer> stream(long offset) {
                    return Flux.defer(() -> {
                        asked.add(resource.getRawPath() + " from " + offset);
                        Flux<ByteBuffer> other = streams.get(path);
                        return other != null
                                ? other
                                : Flux.range(0, (int) ((content.length - offset + 6) / 7))
                                        .map(i -> ByteBuffer.wrap(content, (int) offset + 7 * i, (int)
                                                Math.min(7, content.length - offset - 7L * i)));
                    });
                }
            };
        });
    }

    @Override
    public Mono<Void> close() {
        return Mono.empty();
    }
}
