package io.atomflux.hub.net;

import io.atomflux.error.AtomfluxException;
import io.atomflux.error.LimitExceededException;
import io.atomflux.error.StoreAccessException;
import io.atomflux.error.StoreNotFoundException;
import io.atomflux.error.StoreUnavailableException;
import io.netty.handler.codec.CodecException;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.proxy.ProxyConnectException;
import io.netty.handler.ssl.NotSslRecordException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.NotYetConnectedException;
import java.security.cert.CertificateException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import reactor.core.Exceptions;
import reactor.netty.http.client.PrematureCloseException;

/** The only place where refusals and broken connections become faults with our errors; in the order of the hub's own clients. */
final class Failures {

    private static final Pattern REPOSITORY = Pattern.compile("/datasets/([^/]+/[^/]+)");
    private static final List<String> IDS = List.of("X-Request-Id", "X-Amzn-Trace-Id", "X-Amz-Cf-Id");
    private static final String BAD_TOKEN = "Invalid credentials in Authorization header";
    private static final String DISABLED = "Access to this resource is disabled.";

    private final URI endpoint;
    private final RateLimits limits;

    Failures(URI endpoint, RateLimits limits) {
        this.endpoint = endpoint;
        this.limits = limits;
    }

    /** Says what an answer that is neither success nor redirect means. */
    Fault refused(String name, Head head, String body) {
        int status = head.status();
        Optional<String> message = Optional.ofNullable(head.header("X-Error-Message"))
                .flatMap(ErrorText::said)
                .or(() -> ErrorText.find(body));
        String detail = detail(head, message);
        if (head.hub()) {
            AtomfluxException known = byCode(name, head, message.orElse(""), detail);
            if (known != null) {
                return Fault.lasting(known);
            }
        }
        if (status == 429) {
            return Fault.passing(
                    limits.told(status, head.headers()),
                    new StoreUnavailableException(
                            name, "too many requests: " + detail + "; a token raises the quota", null));
        }
        if (status == 408 || status >= 500) {
            return Fault.passing(
                    limits.told(status, head.headers()),
                    new StoreUnavailableException(name, "the server is in trouble: " + detail, null));
        }
        AtomfluxException told = status == 404 || status == 410
                ? new StoreNotFoundException(name, "something at this address; " + detail)
                : new StoreAccessException(name, detail, null);
        boolean stale =
                !head.hub() && (status == 400 || status == 401 || status == 403 || status == 404 || status == 410);
        return stale ? Fault.stale(told) : Fault.lasting(told);
    }

    private @Nullable AtomfluxException byCode(String name, Head head, String message, String detail) {
        int status = head.status();
        String code = String.valueOf(head.header("X-Error-Code"));
        String path = head.uri().getRawPath();
        Matcher repository = REPOSITORY.matcher(path);
        String id = repository.find() ? repository.group(1) : path;
        if (code.equals("RevisionNotFound")) {
            return new StoreNotFoundException(name, "an existing revision; " + detail);
        }
        if (code.equals("EntryNotFound")) {
            return new StoreNotFoundException(name, "a file or folder of this revision; " + detail);
        }
        if (code.equals("GatedRepo")) {
            String page = endpoint + "/datasets/" + id;
            return new StoreAccessException(
                    name,
                    status == 401
                            ? "the dataset is gated and no login was sent; accept its conditions at %s and give a token, in HF_TOKEN or the option token (%s)"
                                    .formatted(page, detail)
                            : "the dataset is gated and the token's user is not approved; ask for access at %s (%s)"
                                    .formatted(page, detail),
                    null);
        }
        if (message.equals(DISABLED)) {
            return new StoreAccessException(name, "the hub has disabled it (%s)".formatted(detail), null);
        }
        if (status == 401 && message.equals(BAD_TOKEN)) {
            return new StoreAccessException(
                    name,
                    "the token is not valid; give another, or none, in HF_TOKEN or the option token (%s)"
                            .formatted(detail),
                    null);
        }
        boolean repositoryPath = path.contains("/api/") || path.contains("/resolve/");
        if (code.equals("RepoNotFound") || (status == 401 && repositoryPath)) {
            return new StoreNotFoundException(
                    name,
                    "a public dataset, or a token that may read a private one, in HF_TOKEN or the option token; "
                            + detail);
        }
        return null;
    }

    /** Says what is wrong with an answer that cannot be used. */
    static StoreUnavailableException unusable(String name, Head head, String problem) {
        return new StoreUnavailableException(name, "%s of %s".formatted(problem, detail(head, Optional.empty())), null);
    }

    static StoreUnavailableException quota(String name) {
        return new StoreUnavailableException(name, "the hub's quota of requests is spent", null);
    }

    private static String detail(Head head, Optional<String> message) {
        StringBuilder detail = new StringBuilder("answer ").append(head.status());
        message.ifPresent(text -> detail.append(" \"").append(text).append('"'));
        if (!head.hub()) {
            detail.append(" from ").append(Locations.origin(head.uri()));
        }
        for (String id : IDS) {
            String value = head.header(id);
            if (value != null) {
                detail.append(", ")
                        .append(id)
                        .append(' ')
                        .append(ErrorText.said(value).orElse(""));
                break;
            }
        }
        return detail.toString();
    }

    /** Says what a broken connection means; what is no failure of the network is returned as it is. */
    static Throwable broken(String name, String at, Throwable failure) {
        Throwable cause = Exceptions.unwrap(failure);
        if (cause instanceof Fault) {
            return cause;
        }
        if (cause instanceof AtomfluxException) {
            return Fault.lasting((AtomfluxException) cause);
        }
        RefusedAddressException refused = within(cause, RefusedAddressException.class);
        if (refused != null) {
            return Fault.lasting(refusedAddress(name, at, refused));
        }
        if (within(cause, CertificateException.class) != null) {
            return Fault.lasting(new StoreUnavailableException(
                    name,
                    "the certificate of %s is not trusted, or is another host's; a company's own authority can be trusted as extra"
                            .formatted(at),
                    cause));
        }
        if (within(cause, TooLongHttpHeaderException.class) != null) {
            return Fault.lasting(new LimitExceededException(
                    "bytes before the body of an answer of " + at,
                    Wire.LARGEST_HEAD + 1L,
                    Wire.LARGEST_HEAD,
                    "this is no hub"));
        }
        // Netty's decoder tells lengths and status codes that are no numbers by an IllegalArgumentException.
        if (cause instanceof NotSslRecordException
                || cause instanceof IllegalArgumentException
                || (cause instanceof CodecException && !(cause.getCause() instanceof IOException))) {
            return Fault.lasting(new StoreUnavailableException(
                    name, "what %s answers is not HTTP, or not with TLS".formatted(at), cause));
        }
        ProxyConnectException proxy = within(cause, ProxyConnectException.class);
        if (proxy != null && String.valueOf(proxy.getMessage()).contains("status: 407")) {
            // Without its message and itself: who knows what of a login they repeat.
            return Fault.lasting(new StoreAccessException(
                    name, at + ": it wants a login, or another one than was given in its address", null));
        }
        // Netty's native transports tell ENOTCONN, a socket that the other side has reset, by NotYetConnectedException.
        if (cause instanceof IOException
                || cause instanceof TimeoutException
                || cause instanceof CodecException
                || cause instanceof NotYetConnectedException) {
            return Fault.passing(null, new StoreUnavailableException(name, at + ": " + problem(cause), cause));
        }
        return failure;
    }

    private static StoreAccessException refusedAddress(String name, String at, RefusedAddressException refused) {
        return new StoreAccessException(
                name,
                "%s is not followed: its address is %s, and the hub's own is not; set that address as the endpoint if it is meant"
                        .formatted(at, refused.reach()),
                null);
    }

    private static String problem(Throwable cause) {
        if (cause instanceof UnknownHostException) {
            return "no such host";
        }
        if (cause instanceof ProxyConnectException) {
            return "no tunnel was made";
        }
        if (cause instanceof PrematureCloseException
                || cause instanceof ClosedChannelException
                || cause instanceof NotYetConnectedException) {
            return "the connection was closed early";
        }
        if (cause instanceof ConnectException || cause instanceof TimeoutException || cause instanceof SSLException) {
            return String.valueOf(cause.getMessage());
        }
        return "the connection broke (%s)".formatted(cause.getMessage());
    }

    private static <T> @Nullable T within(@Nullable Throwable failure, Class<T> type) {
        Throwable at = failure;
        for (int depth = 0; at != null && depth < 10; depth++) {
            if (type.isInstance(at)) {
                return type.cast(at);
            }
            at = at.getCause();
        }
        return null;
    }
}
