package io.atomflux.testkit.hub;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** A client that does nothing by itself: no redirects, no retries. */
final class Client {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private final HttpClient http = HttpClient.newBuilder()
            .followRedirects(HttpClient.Redirect.NEVER)
            .version(HttpClient.Version.HTTP_1_1)
            .build();

    /** What came, as text. */
    record Reply(int status, HttpResponse<byte[]> all) {
        String text() {
            return new String(all.body(), StandardCharsets.UTF_8);
        }

        String header(String name) {
            return all.headers().firstValue(name).orElse("");
        }
    }

    Reply get(URI uri, String... headers) throws IOException, InterruptedException {
        return send(HttpRequest.newBuilder(uri).GET(), headers);
    }

    Reply get(String uri, String... headers) throws IOException, InterruptedException {
        return get(URI.create(uri), headers);
    }

    Reply head(String uri) throws IOException, InterruptedException {
        return send(HttpRequest.newBuilder(URI.create(uri)).method("HEAD", HttpRequest.BodyPublishers.noBody()));
    }

    Reply post(String uri, String body, String... headers) throws IOException, InterruptedException {
        return send(HttpRequest.newBuilder(URI.create(uri)).POST(HttpRequest.BodyPublishers.ofString(body)), headers);
    }

    private Reply send(HttpRequest.Builder request, String... headers) throws IOException, InterruptedException {
        if (headers.length > 0) {
            request.headers(headers);
        }
        HttpResponse<byte[]> response =
                http.send(request.timeout(PATIENCE).build(), HttpResponse.BodyHandlers.ofByteArray());
        return new Reply(response.statusCode(), response);
    }
}
