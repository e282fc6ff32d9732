package io.atomflux.testkit.hub;

import io.atomflux.codec.Json;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/** Trees in pages, and single paths. Entries come in no order that means anything, as the hub promises none. */
final class Listings {

    private static final int EXPANDED_PAGE = 50;

    private final ImitationHub.Builder settings;
    private final String hub;
    private final String publicHub;

    Listings(ImitationHub.Builder settings, String hub, String publicHub) {
        this.settings = settings;
        this.hub = hub;
        this.publicHub = publicHub;
    }

    Answer tree(RecordedRequest request, Repository.Snapshot snapshot, String folder) {
        Map<String, List<String>> query = Escapes.form(request.query());
        boolean recursive = Escapes.flag(query, "recursive");
        boolean expand = Escapes.flag(query, "expand");
        String prefix = folder.isEmpty() ? "" : folder + "/";
        TreeSet<String> folders = new TreeSet<>();
        List<Map<String, Object>> entries = new ArrayList<>();
        for (Stored file : snapshot.files().values()) {
            if (!file.path().startsWith(prefix)) {
                continue;
            }
            int slash = file.path().indexOf('/', prefix.length());
            if (recursive || slash < 0) {
                entries.add(entry(file));
            }
            for (; slash >= 0; slash = recursive ? file.path().indexOf('/', slash + 1) : -1) {
                folders.add(file.path().substring(0, slash));
            }
        }
        if (entries.isEmpty() && folders.isEmpty() && !folder.isEmpty()) {
            return Answer.error(404, "EntryNotFound", folder + " does not exist on \"" + snapshot.commit() + "\"")
                    .with("X-Repo-Commit", snapshot.commit());
        }
        folders.forEach(path -> entries.add(folder(path)));
        entries.sort(Comparator.comparing(entry -> Stored.hex(
                Stored.sha("SHA-1").digest(String.valueOf(entry.get("path")).getBytes(StandardCharsets.UTF_8)))));
        int pageSize = expand ? Math.min(EXPANDED_PAGE, settings.pageSize()) : settings.pageSize();
        int from = Integer.parseInt(
                query.getOrDefault("cursor", List.of("c0")).get(0).substring(1));
        int to = Math.min(entries.size(), from + pageSize);
        Answer answer =
                Answer.json(200, entries.subList(Math.min(from, to), to)).with("X-Repo-Commit", snapshot.commit());
        return to < entries.size() ? answer.with("Link", link(request, to)) : answer;
    }

    private String link(RecordedRequest request, int cursor) {
        String query = request.query().replaceAll("(^|&)cursor=[^&]*", "");
        String target = "%s?%s%scursor=c%d".formatted(request.path(), query, query.isEmpty() ? "" : "&", cursor);
        return switch (settings.links()) {
            case ABSOLUTE -> "<%s%s>; rel=\"next\"".formatted(hub, target);
            case RELATIVE -> "<%s>; rel=\"next\"".formatted(target);
            case SECOND_OF_TWO ->
                "<%s%s>; rel=\"first\", <%s%s>; rel=\"next\"".formatted(hub, request.path(), hub, target);
            case PUBLIC_HOST -> "<%s%s>; rel=\"next\"".formatted(publicHub, target);
        };
    }

    private static Map<String, Object> entry(Stored file) {
        Map<String, Object> entry = new LinkedHashMap<>();
        entry.put("type", "file");
        entry.put("oid", file.oid());
        entry.put("size", file.size());
        if (file.large()) {
            entry.put("lfs", Map.of("oid", file.sha256(), "size", file.size(), "pointerSize", Stored.POINTER_SIZE));
            entry.put("xetHash", file.xet());
        }
        entry.put("path", file.path());
        return entry;
    }

    private static Map<String, Object> folder(String path) {
        return Map.of(
                "type",
                "directory",
                "oid",
                Stored.hex(Stored.sha("SHA-1").digest(path.getBytes(StandardCharsets.UTF_8))),
                "size",
                0L,
                "path",
                path);
    }

    /** Describes the paths of a form or of JSON; unknown ones are left out. */
    Answer paths(RecordedRequest request, Repository.Snapshot snapshot) {
        List<String> asked;
        if (request.body().startsWith("{")) {
            asked = Json.read(request.body()) instanceof Map<?, ?> map && map.get("paths") instanceof List<?> list
                    ? list.stream().map(String::valueOf).toList()
                    : List.of();
        } else {
            asked = Escapes.form(request.body()).getOrDefault("paths", List.of());
        }
        List<Object> found = new ArrayList<>();
        for (String path : asked) {
            Optional.ofNullable(snapshot.files().get(path)).ifPresent(file -> found.add(entry(file)));
            if (snapshot.files().keySet().stream().anyMatch(file -> file.startsWith(path + "/"))) {
                found.add(folder(path));
            }
        }
        return Answer.json(200, found).with("X-Repo-Commit", snapshot.commit());
    }
}
