package io.atomflux.redis;

import io.atomflux.error.AtomfluxException;
import io.atomflux.error.ForeignDataException;
import io.atomflux.error.InvalidOptionException;
import io.atomflux.error.ReadOnlyStoreException;
import io.atomflux.error.StoreAccessException;
import io.atomflux.error.StoreFullException;
import io.atomflux.error.StoreIoException;
import io.atomflux.error.StoreUnavailableException;
import io.lettuce.core.RedisCommandExecutionException;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.security.cert.CertificateException;
import java.util.Locale;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * Translates what the driver and the server say into the errors of the library.
 *
 * <p>Error codes are those of Redis 6 to 8: the first word of a reply; inside a script it stands somewhere in the sentence.
 */
final class RedisErrors {

    /** The script is not in the server's cache: it was not run. */
    static final class ScriptMissing extends RuntimeException {
        private static final long serialVersionUID = 1L;

        ScriptMissing() {
            super("the server does not know the script", null, false, false);
        }
    }

    private static final Pattern REFUSED = Pattern.compile("ERR atomflux (\\S+) ?(.*)", Pattern.DOTALL);
    private static final Pattern CODE =
            Pattern.compile("(?:^|[^A-Za-z])(LOADING|CLUSTERDOWN|TRYAGAIN|MASTERDOWN|BUSY|MOVED|ASK"
                    + "|READONLY|OOM|WRONGTYPE|NOAUTH|WRONGPASS|NOPERM|NOSCRIPT|MISCONF|CROSSSLOT)(?: |$)");

    private RedisErrors() {}

    /** Translates an error the server answered with. */
    static RuntimeException replied(String error, String store) {
        Matcher refused = REFUSED.matcher(error);
        if (refused.find()) {
            return new Commands.ScriptRefused(refused.group(1), refused.group(2));
        }
        if (error.startsWith("NOSCRIPT")) {
            return new ScriptMissing();
        }
        if (error.contains("attempted to access a non local key")) {
            return new StoreUnavailableException(
                    store, "a slot of the cluster is being moved to another node", new ServerError(error));
        }
        Matcher code = CODE.matcher(error);
        Throwable cause = new ServerError(error);
        if (!code.find()) {
            return withoutCode(error, store, cause);
        }
        return switch (code.group(1)) {
            case "NOAUTH", "WRONGPASS", "NOPERM" -> new StoreAccessException(store, error, cause);
            case "READONLY" -> new ReadOnlyStoreException(store + " (a replica; give the primary's address)", "write");
            case "OOM" -> new StoreFullException(store, "the server's maxmemory is used up", cause);
            case "WRONGTYPE" ->
                new ForeignDataException(
                        store, "a key of another type than the layout's", "lists, hashes and counters");
            case "MISCONF" ->
                new StoreFullException(store, "the server cannot save to its disk and stopped writes", cause);
            case "CROSSSLOT" -> new StoreIoException(store, "a command on keys of several cluster slots", cause);
            default -> new StoreUnavailableException(store, error, cause);
        };
    }

    /** Translates a script's answer that something of another program stands in its way; null if it says another thing. */
    static @Nullable ForeignDataException foreign(String answer, String store) {
        String[] parts = answer.split(" ", 3);
        return switch (parts[0]) {
            case "type" ->
                new ForeignDataException(store, parts[1] + " at key " + parts[2], "a hash, which is how rows are kept");
            case "counter" ->
                new ForeignDataException(
                        store,
                        "a counter of sort keys that is \"" + answer.substring("counter ".length()) + "\"",
                        "a decimal number");
            default -> null;
        };
    }

    private static AtomfluxException withoutCode(String error, String store, Throwable cause) {
        if (error.contains("DB index is out of range")) {
            return new InvalidOptionException("database", "not there in " + store + " (expected: one the server has)");
        }
        if (error.contains("max number of clients")) {
            return new StoreUnavailableException(store, error, cause);
        }
        return deniedWithoutCode(error)
                ? new StoreAccessException(store, error, cause)
                : new StoreIoException(store, "a command", cause);
    }

    /** Tells whether the server said of a command that it was not run, but may be soon. */
    static boolean passing(Throwable failure) {
        return failure.getCause() instanceof ServerError said
                && failure instanceof StoreUnavailableException
                && !said.getMessage().startsWith("BUSY");
    }

    /** Tells whether a command was not sent because the connection is being made. */
    static boolean disconnected(Throwable failure) {
        return failure instanceof StoreUnavailableException && failure.getCause() instanceof NotSent;
    }

    private static boolean deniedWithoutCode(String error) {
        String lower = error.toLowerCase(Locale.ROOT);
        return lower.contains("invalid password")
                || lower.contains("no password is set")
                || lower.contains("auth called without")
                || lower.contains("auth <password> called");
    }

    /** Translates a failure to connect. */
    static AtomfluxException connecting(Throwable failure, String store) {
        Throwable cause = unwrapped(failure);
        for (Throwable t = cause; t != null; t = t.getCause()) {
            if (t instanceof AtomfluxException ours) {
                return ours;
            }
            String message = String.valueOf(t.getMessage());
            if (t instanceof SSLException || t instanceof CertificateException) {
                return new StoreAccessException(
                        store,
                        "no encrypted connection: the server has none, or its certificate is not trusted (option verify_peer)",
                        hidden(cause));
            }
            if (t instanceof UnknownHostException) {
                return new StoreUnavailableException(store, "no such host; check the name", hidden(cause));
            }
            if (t instanceof ConnectException) {
                return new StoreUnavailableException(
                        store, "the connection was refused; check host, port and whether Redis runs", hidden(cause));
            }
            if (t instanceof TimeoutException || t.getClass().getSimpleName().contains("Timeout")) {
                return new StoreUnavailableException(store, "no connection in time", hidden(cause));
            }
            if (t instanceof RedisCommandExecutionException
                    && replied(message, store) instanceof AtomfluxException told) {
                return told;
            }
            if (message.startsWith("Cannot provide redisAddress")) {
                return new StoreUnavailableException(
                        store, "the sentinels know no primary of that name", hidden(cause));
            }
            if (message.startsWith("DENIED") || message.startsWith("-DENIED")) {
                return new StoreAccessException(store, "the server is in protected mode", hidden(cause));
            }
        }
        return new StoreUnavailableException(store, "connecting failed", hidden(cause));
    }

    /**
     * Translates what became of a command without a reply.
     *
     * @param written whether any of its bytes may have left
     */
    static RuntimeException unanswered(Throwable failure, boolean written, String store) {
        Throwable cause = unwrapped(failure);
        if (cause instanceof AtomfluxException || cause instanceof Commands.Unanswered) {
            return (RuntimeException) cause;
        }
        String message = String.valueOf(cause.getMessage());
        // said before a command is written, and when writing it failed: the server cannot have the whole of it
        boolean rejected = message.contains("Commands are rejected");
        if (written && !rejected) {
            return new Commands.Unanswered(hidden(cause));
        }
        return new StoreUnavailableException(store, "not connected at the moment", new NotSent(cause));
    }

    /** Tells whether a command failed of which no byte has left, as there is no connection at the moment. */
    static boolean isNotSent(Throwable failure) {
        return failure instanceof StoreUnavailableException && failure.getCause() instanceof NotSent;
    }

    private static Throwable unwrapped(Throwable failure) {
        Throwable cause = failure;
        while (cause instanceof CompletionException && cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause;
    }

    /** Keeps types and sentences of a driver's failure, without what may hold a password. */
    private static Throwable hidden(Throwable failure) {
        return new DriverFailure(failure);
    }

    /** What the server said. */
    private static final class ServerError extends RuntimeException {
        private static final long serialVersionUID = 1L;

        ServerError(String error) {
            super(error, null, false, false);
        }

        @Override
        public String getMessage() {
            return String.valueOf(super.getMessage());
        }
    }

    /** What the driver said, user information of URIs hidden. */
    private static class DriverFailure extends RuntimeException {
        private static final long serialVersionUID = 1L;
        private static final Pattern USER_INFORMATION = Pattern.compile("//[^/\\s]*@");

        DriverFailure(Throwable failure) {
            super(
                    failure.getClass().getName() + ": "
                            + USER_INFORMATION
                                    .matcher(String.valueOf(failure.getMessage()))
                                    .replaceAll("//<hidden>@"),
                    cause(failure),
                    false,
                    true);
            setStackTrace(failure.getStackTrace());
        }

        private static @Nullable Throwable cause(Throwable failure) {
            Throwable next = failure.getCause();
            return next == null || next == failure ? null : new DriverFailure(next);
        }
    }

    /** Why the driver did not take a command. */
    private static final class NotSent extends DriverFailure {
        private static final long serialVersionUID = 1L;

        NotSent(Throwable failure) {
            super(failure);
        }
    }
}
