package io.atomflux.testkit.hub;

import io.atomflux.codec.Json;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * Answers of the hub itself: information, files and their redirects; {@link Listings} has the trees.
 *
 * <p>Longer than most files because each route with its refusals is a few lines here.
 */
final class HubSite {

    private static final String DATASETS = "/api/datasets/";
    private static final String CACHE = "/api/resolve-cache/datasets/";

    /** A refusal, as what was found on the way to an answer. */
    private static final class Refused extends RuntimeException {
        private static final long serialVersionUID = 1;
        private final transient Answer answer;

        Refused(Answer answer) {
            super(null, null, false, false);
            this.answer = answer;
        }
    }

    private final ImitationHub.Builder settings;
    private final Signatures signatures;
    private final Quotas quotas;
    private final Supplier<String> hub;
    private final Supplier<String> cdn;
    private final Map<String, Repository> repositories = new ConcurrentHashMap<>();
    private final Map<String, String> renamed = new ConcurrentHashMap<>();

    HubSite(
            ImitationHub.Builder settings,
            Signatures signatures,
            Quotas quotas,
            Supplier<String> hub,
            Supplier<String> cdn) {
        this.settings = settings;
        this.signatures = signatures;
        this.quotas = quotas;
        this.hub = hub;
        this.cdn = cdn;
    }

    void publish(ImitatedDataset dataset) {
        Repository before = repositories.putIfAbsent(dataset.id(), new Repository(dataset));
        if (before != null) {
            before.publish(dataset);
        }
        dataset.formerIds().forEach(former -> renamed.put(former, dataset.id()));
    }

    Answer answer(RecordedRequest request) {
        String path = request.path();
        String kind = path.startsWith(CACHE) || path.contains("/resolve/")
                ? "resolvers"
                : path.startsWith("/api/") ? "api" : "pages";
        Answer answer;
        try {
            Optional<Answer> refusal = quotas.refusal(kind);
            answer = refusal.isPresent() ? refusal.get() : route(request);
        } catch (Refused e) {
            answer = e.answer;
        }
        return quotas.show(answer, kind).with("X-Request-Id", "Root=1-imitation-" + request.number());
    }

    private Answer route(RecordedRequest request) {
        String path = request.path();
        if (path.startsWith(CACHE)) {
            return cached(request, Escapes.parts(path.substring(CACHE.length() - 1)));
        } else if (path.startsWith(DATASETS)) {
            return api(request, Escapes.parts(path.substring(DATASETS.length() - 1)));
        } else if (path.startsWith("/datasets/")) {
            List<String> parts = Escapes.parts(path.substring("/datasets".length()));
            if (parts.size() >= 5 && parts.get(2).equals("resolve")) {
                return resolve(request, parts);
            }
        } else if (path.equals("/parquet") || path.equals("/info")) {
            return viewer(request);
        }
        return Answer.text(404, "text/html", "<html>Not found</html>");
    }

    private Answer api(RecordedRequest request, List<String> parts) {
        if (parts.size() < 2) {
            return Answer.error(400, "", "Datasets of one segment are not imitated");
        }
        Repository repository = repository(request, parts, DATASETS);
        ImitatedDataset current = repository.current();
        List<String> rest = parts.subList(2, parts.size());
        String what = rest.isEmpty() ? "" : rest.get(0);
        if (rest.isEmpty() || (what.equals("revision") && rest.size() == 2)) {
            return information(request, repository, rest.isEmpty() ? Repository.MAIN : Escapes.decode(rest.get(1)));
        }
        Listings listings = new Listings(settings, hub.get(), "https://huggingface.co");
        return switch (what) {
            case "tree" -> {
                Repository.Snapshot snapshot = revision(repository, rest.size() < 2 ? "" : Escapes.decode(rest.get(1)));
                String folder = Escapes.decode(String.join("/", rest.subList(Math.min(2, rest.size()), rest.size())));
                yield listings.tree(request, snapshot, folder);
            }
            case "paths-info" ->
                listings.paths(request, revision(repository, rest.size() < 2 ? "" : Escapes.decode(rest.get(1))));
            case "refs" -> Answer.json(200, references(current));
            case "auth-check" -> {
                mayRead(request, current);
                yield Answer.json(200, Map.of());
            }
            case "parquet" -> parquet(request, current, rest.subList(1, rest.size()));
            default -> Answer.error(404, "", "Not Found");
        };
    }

    private static Map<String, Object> references(ImitatedDataset current) {
        List<Object> converts = new ArrayList<>();
        if (!current.converted().isEmpty()) {
            converts.add(
                    Map.of("name", "parquet", "ref", Repository.CONVERTED, "targetCommit", current.convertedCommit()));
        }
        return Map.of(
                "branches",
                List.of(Map.of("name", "main", "ref", "refs/heads/main", "targetCommit", current.commit())),
                "converts",
                converts,
                "tags",
                List.of());
    }

    /** Finds a repository the asker may know of. */
    private Repository repository(RecordedRequest request, List<String> parts, String prefix) {
        String id = Escapes.decode(parts.get(0)) + "/" + Escapes.decode(parts.get(1));
        Optional<Set<String>> readable = token(request);
        String newer = renamed.get(id);
        if (newer != null) {
            String rest = String.join("/", parts.subList(2, parts.size()));
            throw new Refused(Answer.redirect(
                    307,
                    prefix
                            + Escapes.encodePath(newer)
                            + (rest.isEmpty() ? "" : "/" + rest)
                            + (request.query().isEmpty() ? "" : "?" + request.query())));
        }
        Repository repository = repositories.get(id);
        if (repository == null
                || (repository.current().isPrivate()
                        && !readable.orElse(Set.of()).contains(id))) {
            throw new Refused(
                    readable.isPresent()
                            ? Answer.error(404, "RepoNotFound", "Repository not found")
                            : Answer.error(401, "RepoNotFound", "Invalid username or password."));
        }
        if (repository.current().isDisabled()) {
            throw new Refused(Answer.error(403, "", "Access to this resource is disabled."));
        }
        return repository;
    }

    /** Returns what the token may read besides public things; empty if there is none. */
    private Optional<Set<String>> token(RecordedRequest request) {
        Optional<String> given = request.header("authorization");
        if (given.isEmpty()) {
            return Optional.empty();
        }
        String token = given.get().startsWith("Bearer ") ? given.get().substring("Bearer ".length()) : "";
        Set<String> readable = settings.tokens().get(token);
        if (readable == null) {
            throw new Refused(Answer.error(401, "", "Invalid credentials in Authorization header"));
        }
        return Optional.of(readable);
    }

    /** Refuses files of a gated repository to whom was not let in. */
    private void mayRead(RecordedRequest request, ImitatedDataset dataset) {
        Optional<Set<String>> readable = token(request);
        if (dataset.gated().isPresent() && !readable.orElse(Set.of()).contains(dataset.id())) {
            throw new Refused(
                    readable.isPresent()
                            ? Answer.error(
                                    403,
                                    "GatedRepo",
                                    "Access to dataset %s is restricted and you are not in the authorized list."
                                            .formatted(dataset.id()))
                            : Answer.error(
                                    401,
                                    "GatedRepo",
                                    "Access to dataset %s is restricted. You must have access to it and be authenticated"
                                            .concat(" to access it. Please log in.")
                                            .formatted(dataset.id())));
        }
    }

    private static Repository.Snapshot revision(Repository repository, String revision) {
        return repository
                .revision(revision)
                .orElseThrow(() -> new Refused(Answer.error(404, "RevisionNotFound", "Invalid rev id: " + revision)));
    }

    private Answer information(RecordedRequest request, Repository repository, String revision) {
        ImitatedDataset dataset = repository.current();
        Repository.Snapshot snapshot = revision(repository, revision);
        Map<String, List<String>> query = Escapes.form(request.query());
        boolean blobs = Escapes.flag(query, "blobs");
        List<Object> siblings = new ArrayList<>();
        for (Stored file : snapshot.files().values()) {
            Map<String, Object> sibling = new LinkedHashMap<>();
            sibling.put("rfilename", file.path());
            if (blobs) {
                sibling.put("size", file.size());
                sibling.put("blobId", file.oid());
                if (file.large()) {
                    sibling.put(
                            "lfs",
                            Map.of("size", file.size(), "sha256", file.sha256(), "pointerSize", Stored.POINTER_SIZE));
                }
            }
            siblings.add(sibling);
        }
        Map<String, @Nullable Object> all = new LinkedHashMap<>();
        all.put("id", dataset.id());
        all.put("author", dataset.id().substring(0, dataset.id().indexOf('/')));
        all.put("sha", snapshot.commit());
        all.put("private", dataset.isPrivate());
        all.put("gated", dataset.gated().<Object>map(kind -> kind).orElse(false));
        all.put("disabled", false);
        all.put("downloads", 7L);
        all.put("tags", List.of("imitation"));
        all.put("siblings", siblings);
        dataset.cardData().ifPresent(card -> all.put("cardData", Json.read(card)));
        List<String> expand = query.getOrDefault("expand", List.of());
        if (!expand.isEmpty()) {
            all.keySet().retainAll(concat("id", expand));
        }
        return Answer.json(200, all);
    }

    private static List<String> concat(String first, List<String> more) {
        List<String> all = new ArrayList<>(more);
        all.add(first);
        return all;
    }

    private Answer resolve(RecordedRequest request, List<String> parts) {
        Repository repository = repository(request, parts, "/datasets/");
        mayRead(request, repository.current());
        Repository.Snapshot snapshot = revision(repository, Escapes.decode(parts.get(3)));
        Stored file = file(snapshot, Escapes.decode(String.join("/", parts.subList(4, parts.size()))));
        Answer answer;
        if (file.large()) {
            answer = storage(file);
        } else if (settings.isSmallRedirected()) {
            String id = parts.get(0) + "/" + parts.get(1);
            answer = Answer.redirect(
                            307,
                            "%s%s/%s/%s?%s=&etag=%s"
                                    .formatted(
                                            CACHE,
                                            id,
                                            snapshot.commit(),
                                            Escapes.encodePath(file.path()),
                                            Escapes.encode("/datasets/" + id),
                                            Escapes.encode("\"" + file.oid() + "\"")))
                    .with("X-Linked-Size", Long.toString(file.size()))
                    .with("X-Linked-Etag", "\"" + file.oid() + "\"");
        } else {
            answer = small(request, file);
        }
        return answer.with("X-Repo-Commit", snapshot.commit());
    }

    /** Redirects to the storage; names of headers are spelt in either way seen, depending on the file. */
    private Answer storage(Stored file) {
        boolean odd = (file.xet().charAt(0) & 1) == 1;
        return Answer.redirect(302, cdn.get() + signatures.issue(file))
                .with(odd ? "X-Linked-ETag" : "x-linked-etag", "\"" + file.sha256() + "\"")
                .with(odd ? "X-Linked-Size" : "x-linked-size", Long.toString(file.size()))
                .with("X-Xet-Hash", file.xet())
                .with("Accept-Ranges", "bytes")
                .with("Link", "<%s/api/xet-read-token>; rel=\"xet-auth\"".formatted(hub.get()));
    }

    private static Stored file(Repository.Snapshot snapshot, String path) {
        Stored file = snapshot.files().get(path);
        if (file == null) {
            throw new Refused(
                    Answer.error(404, "EntryNotFound", "Entry not found").with("X-Repo-Commit", snapshot.commit()));
        }
        return file;
    }

    /** The target of the redirect of a small file; it does not exist without the query it was given with. */
    private Answer cached(RecordedRequest request, List<String> parts) {
        if (parts.size() < 4) {
            return Answer.error(404, "", "Not Found");
        }
        Repository repository = repository(request, parts, CACHE);
        mayRead(request, repository.current());
        Repository.Snapshot snapshot = revision(repository, parts.get(2));
        Stored file = file(snapshot, Escapes.decode(String.join("/", parts.subList(3, parts.size()))));
        if (!request.query().endsWith("=&etag=" + Escapes.encode("\"" + file.oid() + "\""))) {
            return Answer.error(404, "EntryNotFound", "Entry not found");
        }
        return small(request, file).with("X-Repo-Commit", snapshot.commit());
    }

    private static Answer small(RecordedRequest request, Stored file) {
        Answer answer = Answer.file(file, request.header("range"), file.oid())
                .with("Content-Type", "text/plain; charset=utf-8")
                .with("Vary", "Accept-Encoding");
        boolean gzip = request.header("accept-encoding").orElse("").contains("gzip") && answer.status() == 200;
        if (gzip && file.body() instanceof Body.Memory memory) {
            ByteArrayOutputStream packed = new ByteArrayOutputStream();
            try (GZIPOutputStream out = new GZIPOutputStream(packed)) {
                out.write(memory.bytes());
            } catch (IOException e) {
                throw new UncheckedIOException(e); // of a buffer in memory
            }
            return answer.withBody(Body.of(packed.toByteArray())).with("Content-Encoding", "gzip");
        }
        return answer;
    }

    /** The hub's shortcut to the converted files: {@code [config[/split[/n.parquet]]]}. */
    private Answer parquet(RecordedRequest request, ImitatedDataset dataset, List<String> rest) {
        mayRead(request, dataset);
        Map<String, Map<String, List<String>>> urls = new LinkedHashMap<>();
        List<Stored> chosen = new ArrayList<>();
        for (Stored file : dataset.converted().values()) {
            String[] path = file.path().split("/", -1); // configuration, split, shard
            List<String> shards = urls.computeIfAbsent(path[0], c -> new LinkedHashMap<>())
                    .computeIfAbsent(path[1].replaceFirst("^partial-", ""), s -> new ArrayList<>());
            String name = shards.size() + ".parquet";
            shards.add("%s/api/datasets/%s/parquet/%s/%s/%s"
                    .formatted(hub.get(), Escapes.encodePath(dataset.id()), path[0], path[1], name));
            if (rest.size() == 3 && rest.equals(List.of(path[0], path[1], name))) {
                chosen.add(file);
            }
        }
        if (rest.size() == 3) {
            return chosen.isEmpty() ? Answer.error(404, "EntryNotFound", "Entry not found") : storage(chosen.get(0));
        }
        @Nullable Object found = urls;
        for (String part : rest) {
            found = found instanceof Map<?, ?> map ? map.get(Escapes.decode(part)) : null;
        }
        return found == null ? Answer.error(404, "EntryNotFound", "Entry not found") : Answer.json(200, found);
    }

    /** The viewer, which is another server in truth: files of the conversion, and what it found out of the columns. */
    private Answer viewer(RecordedRequest request) {
        List<String> asked = Escapes.form(request.query()).getOrDefault("dataset", List.of());
        if (asked.size() != 1) {
            return Answer.error(422, "MissingRequiredParameter", "Parameter 'dataset' is required");
        }
        Repository repository = repositories.get(asked.get(0));
        if (repository == null || repository.current().isPrivate()) {
            return Answer.error(
                    401, "ExternalUnauthenticatedError", "The dataset does not exist, or is not accessible");
        }
        ImitatedDataset dataset = repository.current();
        boolean partial = dataset.converted().keySet().stream().anyMatch(path -> path.contains("/partial-"));
        Map<String, @Nullable Object> body = new LinkedHashMap<>();
        if (request.path().equals("/parquet")) {
            List<Object> files = new ArrayList<>();
            for (Stored file : dataset.converted().values()) {
                String[] path = file.path().split("/", -1);
                files.add(Map.of(
                        "dataset", dataset.id(),
                        "config", path[0],
                        "split", path[1].replaceFirst("^partial-", ""),
                        "url",
                                "%s/datasets/%s/resolve/refs%%2Fconvert%%2Fparquet/%s"
                                        .formatted(
                                                hub.get(),
                                                Escapes.encodePath(dataset.id()),
                                                Escapes.encodePath(file.path())),
                        "filename", path[2],
                        "size", file.size()));
            }
            body.put("parquet_files", files);
        } else if (dataset.viewerInfo().isPresent()) {
            body.put("dataset_info", Json.read(dataset.viewerInfo().get()));
        } else {
            return Answer.error(
                    500, "ResponseNotReady", "The server is busier than usual and the response is not ready yet.");
        }
        body.put("pending", List.of());
        body.put("failed", List.of());
        body.put("partial", partial);
        return Answer.json(200, body).with("X-Revision", dataset.commit());
    }
}
