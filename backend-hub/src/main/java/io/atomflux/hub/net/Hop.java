package io.atomflux.hub.net;

import java.net.URI;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;

/**
 * One request of a chain of redirects.
 *
 * @param name how messages name what is asked for
 * @param uri where it goes
 * @param trusted whether the chain was at the hub so far, so that the token may be sent
 * @param seen where the chain was, this request included
 * @param commit the commit named on the way
 * @param range value of the header {@code Range}
 */
record Hop(String name, URI uri, boolean trusted, Set<URI> seen, Optional<String> commit, Optional<String> range) {

    static Hop first(String name, URI uri, boolean trusted, Optional<String> range) {
        return new Hop(name, uri, trusted, Set.of(uri), Optional.empty(), range);
    }

    Hop naming(Head head) {
        String named = head.header("X-Repo-Commit");
        if (named == null || !head.hub() || !named.matches("[0-9a-f]{40}")) {
            return this;
        }
        return new Hop(name, uri, trusted, seen, Optional.of(named), range);
    }

    Hop to(URI next, boolean stillTrusted) {
        Set<URI> visited = new LinkedHashSet<>(seen);
        visited.add(next);
        return new Hop(name, next, stillTrusted, visited, commit, range);
    }
}
